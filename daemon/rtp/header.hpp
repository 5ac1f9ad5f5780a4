#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/strong.hpp"

namespace osrtp::rtp {

/// A whole RTP header (RFC 3550 §5.1), by value. Clear in SRTP too, so it reads both.
struct Header {
  bool marker;
  bool padding;               // the last octet counts padding; encrypted in SRTP
  std::uint8_t payload_type;  // 0..127
  SequenceNumber sequence;
  std::uint32_t timestamp;  // units of the payload's clock rate, not of time
  Ssrc ssrc;
  std::size_t size;  // octets, including CSRCs and the extension (RFC 3550 §5.3.1)

  /// Nothing if `packet` is not a whole version 2 header with all the CSRCs and the
  /// extension that it announces. An empty payload is valid.
  [[nodiscard]] static constexpr std::optional<Header> parse(ByteView packet) noexcept {
    ByteReader in(packet);
    const auto first = in.read<std::uint8_t>();
    const auto second = in.read<std::uint8_t>();
    const auto sequence = in.read<std::uint16_t>();
    const auto timestamp = in.read<std::uint32_t>();
    const auto ssrc = in.read<std::uint32_t>();
    if (!ssrc || (*first >> 6U) != 2) return std::nullopt;
    if (!in.take(std::size_t{4} * (*first & 0x0fU))) return std::nullopt;  // CSRC list
    if ((*first & 0x10U) != 0 && !skip_extension(in)) return std::nullopt;
    return Header{.marker = (*second & 0x80U) != 0,
                  .padding = (*first & 0x20U) != 0,
                  .payload_type = static_cast<std::uint8_t>(*second & 0x7fU),
                  .sequence = SequenceNumber(*sequence),
                  .timestamp = *timestamp,
                  .ssrc = Ssrc(*ssrc),
                  .size = packet.size() - in.rest().size()};
  }

 private:
  static constexpr bool skip_extension(ByteReader& in) noexcept {
    const auto profile = in.read<std::uint16_t>();
    const auto words = in.read<std::uint16_t>();
    return profile && words && in.take(std::size_t{4} * *words).has_value();
  }
};

}  // namespace osrtp::rtp
