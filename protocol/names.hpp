#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace osrtp::protocol {

/// The value whose name is `word`, where the names of a closed list stand in the order of its values.
template <class Value, std::size_t N>
[[nodiscard]] std::optional<Value> named(const std::array<std::string_view, N>& names, std::string_view word) {
  const auto at = std::ranges::find(names, word);
  if (at == names.end()) return std::nullopt;
  return static_cast<Value>(at - names.begin());
}

}  // namespace osrtp::protocol
