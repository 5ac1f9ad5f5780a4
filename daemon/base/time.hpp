#pragma once

#include <chrono>

namespace osrtp {

/// Monotonic time. Only app/ and io/ read the clock; everything below is told.
using TimePoint = std::chrono::steady_clock::time_point;
/// Calendar time, for what people read.
using WallTime = std::chrono::system_clock::time_point;

/// One instant on both clocks.
struct Now {
  TimePoint steady;
  WallTime wall;
};

}  // namespace osrtp
