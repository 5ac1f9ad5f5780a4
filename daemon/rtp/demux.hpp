#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace osrtp::rtp {

/// What shares one port with RTP.
enum class Kind : std::uint8_t { kRtp, kRtcp, kStun, kDtls, kZrtp, kUnknown };

/// The smallest packets there are, in octets.
inline constexpr std::size_t kMinRtpSize = 12;            // RFC 3550 §5.1
inline constexpr std::size_t kMinRtcpSize = 8;            // RFC 3550 §6.4.2, one header and SSRC
inline constexpr std::size_t kMinStunSize = 20;           // RFC 8489 §5
inline constexpr std::size_t kMinDtlsSize = 13;           // RFC 6347 §4.1, one record header
inline constexpr std::size_t kMinZrtpSize = 28;           // RFC 6189 §5, header, shortest message, CRC
inline constexpr std::uint32_t kStunCookie = 0x2112A442;  // RFC 8489 §5
inline constexpr std::uint32_t kZrtpCookie = 0x5a525450;  // RFC 6189 §5

namespace detail {

constexpr std::uint32_t word_at(ByteView octets, std::size_t offset) noexcept {
  return ByteReader(octets.subspan(offset)).read<std::uint32_t>().value_or(0);
}

constexpr Kind at_least(std::size_t minimum, ByteView datagram, Kind kind) noexcept {
  return datagram.size() >= minimum ? kind : Kind::kUnknown;
}

// RTCP's packet types 192..223 read as RTP payload types 64..95, with or without
// marker, which RTP must not use on a shared port (RFC 5761 §4).
constexpr Kind rtp_or_rtcp(ByteView datagram) noexcept {
  const unsigned payload_type = datagram[1] & 0x7fU;
  if (payload_type >= 64 && payload_type <= 95) return at_least(kMinRtcpSize, datagram, Kind::kRtcp);
  return at_least(kMinRtpSize, datagram, Kind::kRtp);
}

constexpr Kind stun_or_unknown(ByteView datagram) noexcept {
  if (datagram.size() < kMinStunSize || datagram.size() % 4 != 0) return Kind::kUnknown;
  return word_at(datagram, 4) == kStunCookie ? Kind::kStun : Kind::kUnknown;
}

constexpr Kind zrtp_or_unknown(ByteView datagram) noexcept {
  if (datagram.size() < kMinZrtpSize) return Kind::kUnknown;
  return word_at(datagram, 4) == kZrtpCookie ? Kind::kZrtp : Kind::kUnknown;
}

}  // namespace detail

/// Tells by the first octet (RFC 7983 §7), the RTCP packet-type range (RFC 5761 §4),
/// STUN's and ZRTP's cookies and the smallest size of each. Right for SRTP and SRTCP
/// too, whose headers are clear. It routes the datagram to a parser; it does not say
/// that the parser will accept it.
constexpr Kind classify(ByteView datagram) noexcept {
  if (datagram.size() < 2) return Kind::kUnknown;
  const std::uint8_t first = datagram[0];
  if (first <= 3) return detail::stun_or_unknown(datagram);
  if (first >= 16 && first <= 19) return detail::zrtp_or_unknown(datagram);
  if (first >= 20 && first <= 63) return detail::at_least(kMinDtlsSize, datagram, Kind::kDtls);
  if (first >= 128 && first <= 191) return detail::rtp_or_rtcp(datagram);
  return Kind::kUnknown;
}

}  // namespace osrtp::rtp
