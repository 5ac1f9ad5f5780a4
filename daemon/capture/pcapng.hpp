#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "base/time.hpp"

/// Packets in the clear as a file that Wireshark opens: pcapng (draft-ietf-opsawg-pcapng), little-endian, with the link
/// type of Wireshark's exported PDUs (252), whose packets say themselves which protocol they are and between whom. So
/// they need no Ethernet, IP and UDP headers that never were, and RTP is shown as RTP without being told.
namespace osrtp::capture {

/// What a packet came in on. Each packet names its by position.
struct Interface {
  std::string name;         // "caller, m-line 1"
  std::string description;  // free text
};

/// The beginning of a file.
[[nodiscard]] std::vector<std::uint8_t> head(std::span<const Interface> interfaces);

struct Packet {
  std::uint32_t interface;     // position among those of head()
  WallTime at;                 // kept to the nanosecond
  std::string_view dissector;  // Wireshark's name of the protocol: "rtp", "rtcp"
  Endpoint from;               // of one family with `to`
  Endpoint to;
  ByteView octets;
};

/// One more packet, to be written behind what is there.
[[nodiscard]] std::vector<std::uint8_t> block(const Packet& packet);

}  // namespace osrtp::capture
