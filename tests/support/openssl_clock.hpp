#pragma once

#include "base/time.hpp"

namespace osrtp::testing {

/// OpenSSL times its retransmissions by gettimeofday(). While one of these lives, that is virtual time in this
/// binary, for everybody who asks: the wall clock of an epoch at TimePoint{} plus one day.
class OpensslClock {
 public:
  explicit OpensslClock(TimePoint now) noexcept { set(now); }
  ~OpensslClock();
  OpensslClock(const OpensslClock&) = delete;
  OpensslClock& operator=(const OpensslClock&) = delete;
  void set(TimePoint now) noexcept;
};

}  // namespace osrtp::testing
