#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "bench/load/dialect.hpp"
#include "bench/load/profile.hpp"
#include "bench/load/traffic.hpp"

namespace osrtp::bench {

enum class Mode : std::uint8_t { kMedia, kSetups, kMemory, kHandshakes };

struct Options {
  Mode mode;
  Relay relay;
  std::string label;  // how the relay is called in the result
  std::string control;
  pid_t process;
  Profile profile;
  std::uint32_t calls;  // with media
  std::uint32_t idle;   // set up beside them
  double warm_up;       // seconds
  double seconds;
  std::uint64_t most;  // set-ups, those of the warm-up with them
  std::size_t window;
  std::uint16_t port;
  Fault fault;
};

/// Reads the command line; ends the process where it is wrong. Pins this process to the core that it names.
[[nodiscard]] Options options_of(int argc, char** argv);

}  // namespace osrtp::bench
