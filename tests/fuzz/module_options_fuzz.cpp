#include <cstddef>
#include <cstdint>
#include <string_view>

#include "module/options.hpp"

/// What is accepted from a message was acceptable when the script was loaded, and means the same; a
/// refusal says why.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using osrtp::module::OptionText;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto final = osrtp::module::parse_options(text, OptionText::kFinal);
  const auto loaded = osrtp::module::parse_options(text, OptionText::kWithVariables);
  if (!final) {
    if (final.error().empty()) __builtin_trap();
    return 0;
  }
  if (!loaded) __builtin_trap();
  if (text.find('$') == std::string_view::npos && !(*loaded == *final)) __builtin_trap();
  if (final->interface_from.has_value() != final->interface_to.has_value()) __builtin_trap();
  return 0;
}
