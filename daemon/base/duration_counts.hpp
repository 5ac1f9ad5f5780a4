#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace osrtp {

/// Ascending ends of the ranges of a histogram, each included in its range.
template <std::size_t kEnds>
using DurationBounds = std::array<std::chrono::microseconds, kEnds>;

/// Which of the ranges `took` is in; kEnds: it is longer than all of them.
template <std::size_t kEnds>
[[nodiscard]] constexpr std::size_t range_of(const DurationBounds<kEnds>& bounds, std::chrono::nanoseconds took) {
  return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), took) - bounds.begin());
}

/// How often something took how long, by range.
template <std::size_t kEnds>
struct DurationCounts {
  std::array<std::uint64_t, kEnds + 1> counts{};
  std::chrono::nanoseconds sum{0};

  void add(const DurationBounds<kEnds>& bounds, std::chrono::nanoseconds took) {
    ++counts[range_of(bounds, took)];
    sum += took;
  }
  DurationCounts& operator+=(const DurationCounts& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    sum += other.sum;
    return *this;
  }
  friend bool operator==(const DurationCounts&, const DurationCounts&) = default;
};

}  // namespace osrtp
