#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/time.hpp"

namespace osrtp::module {

/// What all SIP workers know of the relay. Lives in memory that they share, zeroed: no pointers,
/// no locks, and a clock that means the same in every process.
///
/// A relay that does not answer costs one worker its whole budget; until it answers again, the
/// others wait only kProbe, and one of them, once in kPatience, the whole budget again, so that
/// a relay that is merely slow is found.
class RelayHealth {
 public:
  static constexpr std::chrono::milliseconds kProbe{50};
  static constexpr std::chrono::milliseconds kPatience{1000};

  /// How long the caller may wait for the relay.
  [[nodiscard]] std::chrono::milliseconds budget(TimePoint now, std::chrono::milliseconds whole) noexcept {
    std::int64_t until = probe_until_.load(std::memory_order_relaxed);
    if (until == 0) return whole;
    if (ticks(now) >= until && probe_until_.compare_exchange_strong(until, ticks(now + kPatience))) return whole;
    return std::min(kProbe, whole);
  }
  void answered() noexcept {
    if (probe_until_.load(std::memory_order_relaxed) != 0) probe_until_.store(0);
  }
  void silent(TimePoint now) noexcept {
    std::int64_t healthy = 0;
    probe_until_.compare_exchange_strong(healthy, ticks(now + kPatience));
  }

 private:
  static std::int64_t ticks(TimePoint at) noexcept { return at.time_since_epoch().count(); }

  std::atomic<std::int64_t> probe_until_;
  static_assert(std::atomic<std::int64_t>::is_always_lock_free);
};

}  // namespace osrtp::module
