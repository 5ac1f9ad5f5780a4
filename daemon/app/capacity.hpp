#pragma once

#include <cstddef>
#include <string_view>

#include "app/config.hpp"

namespace osrtp::app {

/// How many calls with one audio stream fit at once, and what ends it.
struct Capacity {
  std::size_t calls;
  std::string_view limit;  // "max-calls", "ports" or "descriptors"
};

/// Two legs of two ports each; interfaces with the same address and ports have them in common.
[[nodiscard]] Capacity capacity(const Configuration& configuration, std::size_t descriptors);

}  // namespace osrtp::app
