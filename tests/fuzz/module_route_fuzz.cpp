#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "module/request.hpp"

/// A tag that is found stands in the Route as a parameter's whole value, so putting it there alone finds it again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view route(reinterpret_cast<const char*>(data), size);
  const std::string tag = osrtp::module::caller_tag_in(route);
  if (tag.empty()) return 0;
  if (route.find("=" + tag) == std::string_view::npos) __builtin_trap();
  if (osrtp::module::caller_tag_in("<sip:x;lr;ftag=" + tag + ">") != tag) __builtin_trap();
  return 0;
}
