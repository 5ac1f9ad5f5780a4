#include "io/clock.hpp"

#include <time.h>

#include <cerrno>

namespace osrtp::io {

void Clock::sleep_until(TimePoint until) noexcept {
  const auto since = until.time_since_epoch();  // of CLOCK_MONOTONIC, as steady_clock's
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const std::chrono::nanoseconds rest = since - seconds;
  const timespec end{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, nullptr) == EINTR) {
  }
}

}  // namespace osrtp::io
