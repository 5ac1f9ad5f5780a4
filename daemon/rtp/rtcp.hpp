#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/strong.hpp"

namespace osrtp::rtp {

/// Packet types (RFC 3550 §12.1, RFC 4585 §6.1, RFC 3611 §2).
enum RtcpType : std::uint8_t {
  kSenderReport = 200,
  kReceiverReport = 201,
  kSourceDescription = 202,
  kGoodbye = 203,
  kApplication = 204,
  kTransportFeedback = 205,
  kPayloadFeedback = 206,
  kExtendedReport = 207,
};

/// The first eight octets of an RTCP datagram, which SRTCP leaves clear (RFC 3711 §3.4).
struct RtcpHeader {
  std::uint8_t type;  // 192..223
  Ssrc sender;

  /// Nothing if there are not eight octets, version 2 and a type in RTCP's range.
  [[nodiscard]] static std::optional<RtcpHeader> parse(ByteView packet) noexcept;
};

/// A clear RTCP datagram that has been walked from end to end.
struct Compound {
  RtcpHeader first;
  std::size_t packets;  // at least 1

  /// Nothing unless `datagram` is a chain of RTCP packets that fills it exactly, each
  /// of version 2, of a type in RTCP's range and long enough for what it announces,
  /// padding only on the last. Reduced-size packets (RFC 5506: any type may come first,
  /// alone) are accepted; whether they were negotiated is not asked.
  [[nodiscard]] static std::optional<Compound> parse(ByteView datagram) noexcept;
};

/// Takes transport and payload feedback (RFC 4585 §6.1) out of a clear compound, in place; for a receiver whose profile
/// has none. What does not walk as a compound stays as it is.
/// @return the octets left, in front; 0: it was nothing but feedback
[[nodiscard]] std::size_t strip_feedback(ByteSpan datagram) noexcept;

}  // namespace osrtp::rtp
