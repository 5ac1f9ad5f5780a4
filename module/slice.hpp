#pragma once

#include <string_view>

#include "module/osrtp_abi.h"

namespace osrtp::module {

[[nodiscard]] inline std::string_view view(osrtp_slice slice) {
  return {slice.data == nullptr ? "" : slice.data, slice.size};
}
[[nodiscard]] inline osrtp_slice slice(std::string_view text) {
  return {text.empty() ? nullptr : text.data(), text.size()};
}

}  // namespace osrtp::module
