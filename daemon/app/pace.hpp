#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "base/time.hpp"

namespace osrtp::app {

/// When packets are worth waiting for together. Being woken costs several times what a packet costs, so once a tick
/// has seen a second packet, the rest of it is slept through and what arrives meanwhile is served at its end: under
/// load one waking a tick, and when nearly idle no delay at all. Pure.
class Pace {
 public:
  /// @param tick the longest that a packet may wait; 0: none waits
  explicit Pace(std::chrono::nanoseconds tick) noexcept : tick_(tick) {}

  /// Told at `now` that so many more packets, or commands, were served. @return until when to rest; nothing: wait for
  /// the next packet.
  [[nodiscard]] std::optional<TimePoint> rest(std::size_t served, TimePoint now) noexcept {
    if (now - began_ >= tick_) {
      began_ = now;
      served_ = 0;
    }
    served_ += served;
    if (served_ < kWorthIt || tick_.count() == 0) return std::nullopt;
    return began_ + tick_;
  }

 private:
  static constexpr std::size_t kWorthIt = 2;

  std::chrono::nanoseconds tick_;
  TimePoint began_{};
  std::size_t served_ = 0;
};

}  // namespace osrtp::app
