#include "support/openssl_clock.hpp"

#include <sys/time.h>

#include <atomic>
#include <ctime>

namespace {

std::atomic<std::int64_t> virtual_microseconds{0};  // 0: the real clock
constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kMicro;

}  // namespace

// Before libc's, because executables come first.
extern "C" int gettimeofday(struct timeval* out, void* /*zone*/) noexcept {
  std::int64_t at = virtual_microseconds;
  if (at == 0) {
    struct timespec real {};
    clock_gettime(CLOCK_REALTIME, &real);
    at = real.tv_sec * kMicro + real.tv_nsec / 1000;
  }
  out->tv_sec = at / kMicro;
  out->tv_usec = at % kMicro;
  return 0;
}

namespace osrtp::testing {

void OpensslClock::set(TimePoint now) noexcept {
  virtual_microseconds = kDay + std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
}
OpensslClock::~OpensslClock() { virtual_microseconds = 0; }

}  // namespace osrtp::testing
