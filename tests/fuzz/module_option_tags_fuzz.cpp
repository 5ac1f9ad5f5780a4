#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "module/option_tags.hpp"

/// A tag that a list has is still there with more around it, and one that it has not is there once it is added.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using osrtp::module::kFallbackTag;
  using osrtp::module::lists_option_tag;
  const std::string list(reinterpret_cast<const char*>(data), size);
  const bool has = lists_option_tag(list, kFallbackTag);
  if (lists_option_tag("timer," + list + ",replaces", kFallbackTag) != has) __builtin_trap();
  if (!lists_option_tag(list + "," + std::string(kFallbackTag), kFallbackTag)) __builtin_trap();
  if (has && list.size() < kFallbackTag.size()) __builtin_trap();
  return 0;
}
