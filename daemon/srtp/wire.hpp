#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/strong.hpp"
#include "srtp/context.hpp"

// What an SRTP or SRTCP packet shows before anything is deciphered.
namespace osrtp::srtp::wire {

inline constexpr std::size_t kRtpHeaderSize = 12;
inline constexpr std::size_t kRtcpHeaderSize = 8;
inline constexpr std::uint64_t kSequences = 1U << 16U;
inline constexpr std::size_t kRtcpIndexSize = 4;  // E flag and index, RFC 3711 §3.4

constexpr bool is_version_2(ByteView packet) noexcept { return !packet.empty() && packet[0] >> 6U == 2; }

constexpr std::uint32_t word_at(ByteView packet, std::size_t offset) noexcept {
  return ByteReader(packet.subspan(offset)).read<std::uint32_t>().value_or(0);
}
/// Of a packet of kRtpHeaderSize octets at least.
constexpr Ssrc rtp_ssrc(ByteView packet) noexcept { return Ssrc(word_at(packet, 8)); }
constexpr std::uint16_t rtp_sequence(ByteView packet) noexcept {
  return static_cast<std::uint16_t>(packet[2] << 8U | packet[3]);
}
/// Of a packet of kRtcpHeaderSize octets at least.
constexpr Ssrc rtcp_ssrc(ByteView packet) noexcept { return Ssrc(word_at(packet, 4)); }

/// Whether `packet` is version 2 and has room for its whole header, CSRCs and
/// extension included, and for `trailer` octets behind it.
constexpr std::optional<Error> rtp_shape_error(ByteView packet, std::size_t trailer) noexcept {
  if (packet.size() < kRtpHeaderSize + trailer) return Error::kTooShort;
  if (!is_version_2(packet)) return Error::kMalformed;
  ByteReader in(packet.first(packet.size() - trailer));
  static_cast<void>(in.take(kRtpHeaderSize));
  if (!in.take(std::size_t{4} * (packet[0] & 0x0fU))) return Error::kMalformed;
  if ((packet[0] & 0x10U) == 0) return std::nullopt;
  const auto profile = in.read<std::uint16_t>();
  const auto words = in.read<std::uint16_t>();
  const bool whole = profile && words && in.take(std::size_t{4} * *words);
  return whole ? std::nullopt : std::optional(Error::kMalformed);
}

constexpr std::optional<Error> rtcp_shape_error(ByteView packet, std::size_t trailer) noexcept {
  if (packet.size() < kRtcpHeaderSize + trailer) return Error::kTooShort;
  return is_version_2(packet) ? std::nullopt : std::optional(Error::kMalformed);
}

/// The index that `sequence` most likely has when the highest so far is `highest`
/// (RFC 3711 §3.3.1): the nearest, but below 2^15 never that of a packet before the
/// first. Reaches 2^48 when the counter is exhausted.
constexpr std::uint64_t estimate_index(std::uint64_t highest, std::uint16_t sequence) noexcept {
  constexpr std::uint64_t half = kSequences / 2;
  if (highest <= half) return sequence;
  const std::uint64_t low = highest % kSequences;
  const std::uint64_t same = highest - low + sequence;
  if (low < half) return sequence > low + half ? same - kSequences : same;
  return sequence + half < low ? same + kSequences : same;
}

}  // namespace osrtp::srtp::wire
