#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace osrtp::bench {

/// Durations, each to within 1 %: 64 buckets for every doubling.
class Histogram {
 public:
  void add(std::uint64_t ns) noexcept {
    ++buckets_[bucket_of(ns)];
    ++count_;
    if (ns > max_) max_ = ns;
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t max() const noexcept { return max_; }

  /// What `part` of 1 do not exceed, ns; 0 where there are none.
  [[nodiscard]] std::uint64_t quantile(double part) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t n = 0; n < buckets_.size(); ++n) {
      seen += buckets_[n];
      if (seen > wanted) return floor_of(n);
    }
    return max_;
  }

 private:
  static constexpr unsigned kBits = 6;
  static constexpr std::size_t kPerDoubling = std::size_t{1} << kBits;

  static constexpr std::size_t bucket_of(std::uint64_t ns) noexcept {
    if (ns < kPerDoubling) return ns;
    const auto shift = static_cast<unsigned>(std::bit_width(ns)) - kBits - 1;
    return (shift + 1) * kPerDoubling + ((ns >> shift) - kPerDoubling);
  }
  static constexpr std::uint64_t floor_of(std::size_t bucket) noexcept {
    if (bucket < kPerDoubling) return bucket;
    const auto shift = bucket / kPerDoubling - 1;
    return (kPerDoubling + bucket % kPerDoubling) << shift;
  }

  std::array<std::uint64_t, (64 - kBits + 1) * kPerDoubling> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace osrtp::bench
