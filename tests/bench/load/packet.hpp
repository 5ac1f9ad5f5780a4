#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace osrtp::bench {

/// RTP octets of 20 ms of G.711: a header and 160 octets.
inline constexpr std::size_t kPacketSize = 172;
/// Between two packets of a phone.
inline constexpr std::uint64_t kPacketTimeNs = 20'000'000;

enum class Side : std::uint8_t { kCaller, kCallee };
[[nodiscard]] constexpr Side other(Side side) noexcept { return side == Side::kCaller ? Side::kCallee : Side::kCaller; }

/// What a packet says of itself, in its payload.
struct Stamp {
  std::uint32_t call = 0;
  Side sender = Side::kCaller;
  std::uint32_t number = 0;      // of this sender's packets, from 0
  std::uint64_t sent_at_ns = 0;  // CLOCK_MONOTONIC

  friend bool operator==(const Stamp&, const Stamp&) = default;
};

/// Writes a whole RTP packet of kPacketSize octets to the front of `out`. All of it follows from `stamp`.
void write_packet(ByteSpan out, const Stamp& stamp) noexcept;

/// The stamp of a packet every octet of which is as write_packet() has written it; nothing: it is not.
[[nodiscard]] std::optional<Stamp> read_packet(ByteView packet) noexcept;

}  // namespace osrtp::bench
