#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/duration_counts.hpp"
#include "base/time.hpp"
#include "call/census.hpp"
#include "control/request_counts.hpp"

/// What an operator may want to know of the whole daemon.
namespace osrtp::observe {

/// From when a worker has taken the time, before it receives a batch of packets, until the last of them has been given
/// to the system. What a packet has waited in its socket before, up to a tick, is not in it.
inline constexpr DurationBounds<12> kTurnBounds{
    std::chrono::microseconds(10),     std::chrono::microseconds(25),     std::chrono::microseconds(50),
    std::chrono::microseconds(100),    std::chrono::microseconds(250),    std::chrono::microseconds(500),
    std::chrono::microseconds(1'000),  std::chrono::microseconds(2'500),  std::chrono::microseconds(5'000),
    std::chrono::microseconds(10'000), std::chrono::microseconds(50'000), std::chrono::microseconds(250'000),
};
using TurnCounts = DurationCounts<kTurnBounds.size()>;

struct Build {
  std::string version;
  std::string libsrtp;
  std::string openssl;
};

/// The pairs of media ports of one interface. Those that share an address and its ports have them in common.
struct PortUse {
  std::string interface;
  std::string address;
  std::size_t pairs = 0;
  std::size_t used = 0;
};

/// One media thread. Since start, but for the streams.
struct WorkerLoad {
  std::size_t streams = 0;  // m-lines that it has now
  std::uint64_t packets = 0;
  std::uint64_t turns = 0;  // batches
  std::uint64_t unrouted = 0;
  std::uint64_t unsent = 0;
  std::uint64_t unserved = 0;
  std::chrono::nanoseconds cpu{0};
};

/// Nothing: the system does not tell.
struct Process {
  std::chrono::nanoseconds cpu{0};
  std::optional<std::uint64_t> resident;  // octets
  std::optional<std::uint64_t> descriptors;
  std::uint64_t descriptor_limit = 0;
  WallTime start{};
};

struct Snapshot {
  Build build;
  bool draining = false;
  std::size_t max_calls = 0;
  call::Census census;
  control::RequestCounts requests;
  std::vector<PortUse> ports;
  std::uint64_t ports_busy = 0;  // pairs that other processes had
  std::vector<WorkerLoad> workers;
  std::size_t stalled_workers = 0;  // see call::MediaHealth
  TurnCounts turns;                 // a sample
  Process process;
};

}  // namespace osrtp::observe
