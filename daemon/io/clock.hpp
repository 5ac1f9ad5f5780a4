#pragma once

#include "base/time.hpp"

namespace osrtp::io {

/// The only clock of the daemon; what is below app/ is told the time.
struct Clock {
  [[nodiscard]] static TimePoint now() noexcept { return TimePoint::clock::now(); }
  /// Whatever happens meanwhile.
  static void sleep_until(TimePoint until) noexcept;
  [[nodiscard]] static Now both() noexcept { return {now(), WallTime::clock::now()}; }
};

}  // namespace osrtp::io
