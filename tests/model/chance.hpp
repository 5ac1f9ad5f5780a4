#pragma once

#include <cstddef>
#include <cstdint>

namespace osrtp::model {

/// Pseudo-random numbers that a seed repeats (splitmix64): the same on every machine, unlike <random>'s distributions.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ mixed >> 30U) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27U) * 0x94d049bb133111ebU;
    return mixed ^ mixed >> 31U;
  }
  /// 0 to `count` - 1.
  std::uint8_t below(unsigned count) noexcept { return static_cast<std::uint8_t>(next() % count); }
  bool one_in(unsigned count) noexcept { return next() % count == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace osrtp::model
