// A role is read as it is named, in any case; a tls-id is what was given, of 20 to 255 harmless characters.
#include <algorithm>
#include <cctype>
#include <string>

#include "sdp/setup.hpp"

using namespace osrtp;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  if (const auto role = sdp::parse_setup(value)) {
    check(sdp::parse_setup(name(*role)) == role);
    std::string upper(value);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::toupper(c) : c); });
    check(sdp::parse_setup(upper) == role);
  }
  if (const auto id = sdp::parse_tls_id(value)) {
    check(*id == value && id->size() >= 20 && id->size() <= 255);
    check(std::all_of(id->begin(), id->end(), [](unsigned char c) { return c > 0x20 && c < 0x7F && c != ':'; }));
  }
  return 0;
}
