#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "relay/counters.hpp"

namespace osrtp::relay {

/// A number that one thread adds to and any may read meanwhile. Costs what a plain number does.
class Count {
 public:
  void add(std::uint64_t more = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  void change(std::int64_t by) noexcept { add(static_cast<std::uint64_t>(by)); }
  [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct LiveTally {
  Count packets;
  Count octets;

  void add(std::size_t size) noexcept {
    packets.add();
    octets.add(size);
  }
  [[nodiscard]] Tally read() const noexcept { return {packets.get(), octets.get()}; }
};

/// LegCounters while they grow, but for the sources. They lie where both can see them, since copying them for each
/// packet would cost more than the rest of the counting.
class LiveCounters {
 public:
  LiveTally received_rtp;
  LiveTally received_rtcp;
  LiveTally sent_rtp;
  LiveTally sent_rtcp;
  Count lost;
  Count authenticated;
  std::array<Count, kDropCount> dropped;

  /// A packet from the leg's peer.
  void hear(TimePoint now) noexcept { heard_.store(now.time_since_epoch().count(), std::memory_order_relaxed); }
  [[nodiscard]] std::optional<TimePoint> last_received() const noexcept {
    const auto ticks = heard_.load(std::memory_order_relaxed);
    return ticks == kNever ? std::nullopt : std::optional(TimePoint(TimePoint::duration(ticks)));
  }
  /// Each number by itself as it is now.
  [[nodiscard]] LegCounters read() const noexcept {
    LegCounters all{.received_rtp = received_rtp.read(),
                    .received_rtcp = received_rtcp.read(),
                    .sent_rtp = sent_rtp.read(),
                    .sent_rtcp = sent_rtcp.read(),
                    .lost = lost.get(),
                    .authenticated = authenticated.get(),
                    .last_received = last_received(),
                    .rtp_source = {},
                    .rtcp_source = {}};
    for (std::size_t i = 0; i < kDropCount; ++i) all.dropped[i] = dropped[i].get();
    return all;
  }

 private:
  static constexpr TimePoint::rep kNever = TimePoint::min().time_since_epoch().count();
  std::atomic<TimePoint::rep> heard_{kNever};
};

/// Where a leg's media goes now: signalled or learnt; nothing: nowhere, held or not known.
struct Sources {
  std::optional<Endpoint> rtp;
  std::optional<Endpoint> rtcp;
};

}  // namespace osrtp::relay
