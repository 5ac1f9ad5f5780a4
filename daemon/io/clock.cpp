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

std::chrono::nanoseconds Clock::read(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace osrtp::io
