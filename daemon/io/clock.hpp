#pragma once

#include <ctime>

#include "base/time.hpp"

namespace osrtp::io {

/// The only clock of the daemon; what is below app/ is told the time.
struct Clock {
  [[nodiscard]] static TimePoint now() noexcept { return TimePoint::clock::now(); }
  /// Whatever happens meanwhile.
  static void sleep_until(TimePoint until) noexcept;
  /// Another of the system's clocks: the CPU time of a thread (pthread_getcpuclockid(3)) or of the whole process.
  [[nodiscard]] static std::chrono::nanoseconds read(clockid_t clock) noexcept;
  [[nodiscard]] static Now both() noexcept { return {now(), WallTime::clock::now()}; }
};

}  // namespace osrtp::io
