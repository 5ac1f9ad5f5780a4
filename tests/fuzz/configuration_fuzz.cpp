// Every text is read or refused with the name of the file; read twice it is the same; and what has been read
// differs in nothing from itself, and taken over stays as it is.
#include <cstdint>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "app/reload.hpp"

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace app = osrtp::app;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto once = app::parse_configuration(text, "file");
  const auto twice = app::parse_configuration(text, "file");
  check(once.has_value() == twice.has_value());
  if (!once) {
    check(once.error() == twice.error());
    check(once.error().starts_with("file:"));
    return 0;
  }
  check(app::difference(*once, *twice).empty());
  check(app::difference(app::merged(*once, *twice), *once).empty());
  check(app::contradiction(*once) == app::contradiction(*twice));
  check(app::workers_of(*once) >= 1);
  for (const auto& interface : app::complete_interfaces(*once)) check(app::share_ports(interface, interface));
  return 0;
}
