#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace osrtp::testing {

/// What a fuzz target's input tells it to do next; zeros when it is over.
class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size) : rest_(ByteView(data, size)) {}
  [[nodiscard]] bool is_over() const { return rest_.rest().empty(); }
  std::uint8_t octet() { return rest_.read<std::uint8_t>().value_or(0); }
  std::uint16_t number() { return rest_.read<std::uint16_t>().value_or(0); }
  /// As many of `size` as are left.
  std::vector<std::uint8_t> octets(std::size_t size) {
    const auto taken = rest_.take(std::min(size, rest_.rest().size()));
    return {taken->begin(), taken->end()};
  }
  std::string text(std::size_t size) {
    const auto taken = octets(size);
    return {taken.begin(), taken.end()};
  }

 private:
  ByteReader rest_;
};

}  // namespace osrtp::testing
