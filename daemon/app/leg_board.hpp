#pragma once

#include <cstdint>

#include "app/published.hpp"
#include "relay/live_counters.hpp"
#include "transport/setup.hpp"

namespace osrtp::app {

/// What changes seldom of a leg.
struct LegState {
  relay::Sources sources;
  transport::Progress progress;
  std::uint64_t setups = 0;  // how many of the leg the worker has carried out
};

/// What a worker tells of one leg, before anything is sent of the batch that it is about: who has seen a packet leave
/// finds it counted.
struct LegBoard {
  relay::LiveCounters counters;
  Published<LegState> state;
};

/// What a worker tells of itself.
struct WorkerCounters {
  std::uint64_t packets = 0;   // that arrived
  std::uint64_t unrouted = 0;  // of these, where no call expects anything yet, or any more
  std::uint64_t unsent = 0;    // the system refused to send
  int refusal = 0;             // why the last of these (errno); 0: there was none
  std::uint64_t unserved = 0;  // ports that the event queue of the system did not take
};

}  // namespace osrtp::app
