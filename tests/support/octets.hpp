#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/datagram.hpp"

namespace osrtp::testing {

using Octets = std::vector<std::uint8_t>;

/// "81c8 0001" -> four octets; spaces are ignored, anything else throws.
inline Octets from_hex(std::string_view text) {
  Octets out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ') continue;
    const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    if (digit == std::string_view::npos) throw std::invalid_argument("hex");
    if (high < 0) {
      high = static_cast<int>(digit);
    } else {
      out.push_back(static_cast<std::uint8_t>(high << 4 | static_cast<int>(digit)));
      high = -1;
    }
  }
  if (high >= 0) throw std::invalid_argument("hex");
  return out;
}

inline std::string to_hex(ByteView octets) {
  std::string out;
  for (const std::uint8_t octet : octets) {
    out += "0123456789abcdef"[octet >> 4U];
    out += "0123456789abcdef"[octet & 15U];
  }
  return out;
}

inline Octets octets_of(ByteView view) { return {view.begin(), view.end()}; }

/// 1, 2, 3, ... : the master key and salt of tests that do not care which.
inline Octets counting(std::size_t size, std::uint8_t first = 1) {
  Octets out(size);
  for (std::uint8_t& octet : out) octet = first++;
  return out;
}

/// A version 2 RTP packet, payload type 0, of `payload_size` octets of payload.
inline Octets rtp_packet(std::uint16_t sequence, std::uint32_t ssrc = 0xcafebabe, std::size_t payload_size = 160,
                         std::uint8_t fill = 0xab) {
  Octets p{0x80, 0, static_cast<std::uint8_t>(sequence >> 8U), static_cast<std::uint8_t>(sequence), 0, 0, 0, 1};
  for (int shift = 24; shift >= 0; shift -= 8) p.push_back(static_cast<std::uint8_t>(ssrc >> shift));
  p.insert(p.end(), payload_size, fill);
  return p;
}

/// An RTCP receiver report without blocks and an SDES with a CNAME: 28 octets.
inline Octets rtcp_packet(std::uint32_t ssrc = 0xcafebabe) {
  Octets id;
  for (int shift = 24; shift >= 0; shift -= 8) id.push_back(static_cast<std::uint8_t>(ssrc >> shift));
  Octets p = from_hex("80c90001");
  p.insert(p.end(), id.begin(), id.end());
  for (const auto& part : {from_hex("81ca0004"), id, from_hex("0106 70686f6e6531 0000 0000")}) {
    p.insert(p.end(), part.begin(), part.end());
  }
  return p;
}

/// A buffer that holds `packet` and the tail room that every datagram has.
struct Buffer {
  explicit Buffer(ByteView packet) : octets(packet.begin(), packet.end()), size(packet.size()) {
    octets.resize(size + kTailRoom);
  }
  [[nodiscard]] ByteSpan whole() { return octets; }
  [[nodiscard]] ByteSpan packet() { return ByteSpan(octets).first(size); }
  Octets octets;
  std::size_t size;
};

}  // namespace osrtp::testing
