#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "bench/load/call.hpp"
#include "bench/load/histogram.hpp"
#include "bench/load/process.hpp"
#include "bench/load/wire.hpp"

namespace osrtp::bench {

/// What is done to one packet of kFaultEvery, to show that it would be noticed.
enum class Fault : std::uint8_t {
  kNone,
  kCorrupt,   // an octet of the payload is another
  kDrop,      // not sent
  kRepeat,    // sent twice
  kMislabel,  // says that it is another call's
};
inline constexpr std::uint64_t kFaultEvery = 97;

[[nodiscard]] std::optional<Fault> fault_named(std::string_view name) noexcept;

/// Packets of the steady part of a run.
struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;     // as they were sent, each once
  std::uint64_t corrupt = 0;      // an octet is not what it was; of the whole run
  std::uint64_t unopened = 0;     // not under the leg's key; of the whole run
  std::uint64_t duplicate = 0;    // of the whole run
  std::uint64_t misdirected = 0;  // another call's or direction's, or from another port of the relay; of the whole run

  [[nodiscard]] std::uint64_t lost() const noexcept { return sent > received ? sent - received : 0; }
};

struct Outcome {
  Tally tally;
  Histogram latency;   // from before it was sent until it was received
  Histogram lateness;  // of sending, behind the schedule
  Usage relay;         // of the steady part, as are the following
  Usage own;
  std::uint64_t relayed = 0;
  std::uint64_t steady_ns = 0;
  std::uint64_t busy_ns = 0;     // that the generator was sending or receiving for
  std::uint64_t overflowed = 0;  // lost in the generator's own socket
  std::uint64_t unsent = 0;      // of the schedule, when there was no more time
};

/// Both phones of the first `active` calls talk: a packet a period each, all of them spread evenly over the period. One
/// thread that never sleeps: it has a core of its own, and a wake-up would add to what is measured, to the latency here
/// and to the CPU time of the relay, whose sending would have to do it.
class Traffic {
 public:
  struct Plan {
    std::uint64_t warm_up_ns;
    std::uint64_t steady_ns;
    std::uint64_t period_ns;  // between two packets of one phone
    pid_t relay;              // 0: none
    Fault fault;
  };

  /// All of it outlives the traffic.
  Traffic(Wire& wire, Calls& calls, std::size_t active, Plan plan);
  [[nodiscard]] Outcome run();

 private:
  /// What one phone has heard: the highest number, and which of the 64 up to it.
  struct Heard {
    std::uint32_t highest = 0;
    std::uint64_t seen = 0;
  };
  enum class Freshness : std::uint8_t { kNew, kSeen };

  [[nodiscard]] std::uint64_t due(std::uint64_t n) const noexcept { return began_ + n * plan_.period_ns / flows_; }
  [[nodiscard]] bool is_steady(std::uint32_t number) const noexcept;
  bool send_due(std::uint64_t now);
  void send(std::uint64_t n, std::uint64_t now);
  bool receive();
  void take(const Arrival& arrival, std::uint64_t now);
  void count(const Arrival& arrival, ByteView packet, std::uint64_t now);
  [[nodiscard]] static Freshness note(Heard& heard, std::uint32_t number) noexcept;
  void mark(std::uint64_t now);

  Wire& wire_;
  Calls& calls_;
  std::uint64_t active_;
  std::uint64_t flows_;
  Plan plan_;
  std::uint64_t began_ = 0;
  std::uint64_t next_ = 0;  // packet of the schedule
  std::uint32_t first_steady_ = 0;
  std::uint32_t end_steady_ = 0;
  std::uint64_t marks_ = 0;  // of the beginning and the end of the steady part
  std::uint64_t received_ = 0;
  std::vector<Heard> heard_;
  Outcome outcome_;
};

}  // namespace osrtp::bench
