#include "capture/pcapng.hpp"

#include <chrono>
#include <concepts>

namespace osrtp::capture {
namespace {

using Octets = std::vector<std::uint8_t>;

enum BlockType : std::uint32_t { kSectionHeader = 0x0A0D0D0A, kInterfaceDescription = 1, kEnhancedPacket = 6 };
enum Option : std::uint16_t { kEnd = 0, kName = 2, kDescription = 3, kUserApplication = 4, kTimeResolution = 9 };
/// Of an exported PDU, in network byte order (wsutil/exported_pdu_tlvs.h).
enum Tag : std::uint16_t {
  kDissector = 12,
  kIpv4Source = 20,
  kIpv4Destination = 21,
  kIpv6Source = 22,
  kIpv6Destination = 23,
  kPortType = 24,
  kSourcePort = 25,
  kDestinationPort = 26,
};
constexpr std::uint32_t kByteOrder = 0x1A2B3C4D;
constexpr std::uint16_t kExportedPdu = 252;
constexpr std::uint32_t kUdp = 3;
constexpr std::uint8_t kNanoseconds = 9;
constexpr std::size_t kWord = 4;

template <std::unsigned_integral T>
void put_little(Octets& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

template <std::unsigned_integral T>
void put_big(Octets& out, T value) {
  for (std::size_t i = sizeof(T); i > 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
}

void pad(Octets& out) { out.resize((out.size() + kWord - 1) / kWord * kWord); }

void put_option(Octets& out, Option code, ByteView value) {
  constexpr std::size_t most = 0xffff;
  value = value.first(std::min(value.size(), most));
  put_little(out, static_cast<std::uint16_t>(code));
  put_little(out, static_cast<std::uint16_t>(value.size()));
  out.insert(out.end(), value.begin(), value.end());
  pad(out);
}

void put_end_of_options(Octets& out) { put_option(out, kEnd, {}); }

/// A block's length stands at both its ends, so that a file can be read backwards.
void put_block(Octets& out, BlockType type, const Octets& body) {
  const auto length = static_cast<std::uint32_t>(body.size() + 3 * sizeof(std::uint32_t));
  put_little(out, static_cast<std::uint32_t>(type));
  put_little(out, length);
  out.insert(out.end(), body.begin(), body.end());
  put_little(out, length);
}

void put_tag(Octets& out, Tag tag, ByteView value) {
  put_big(out, static_cast<std::uint16_t>(tag));
  put_big(out, static_cast<std::uint16_t>((value.size() + kWord - 1) / kWord * kWord));
  out.insert(out.end(), value.begin(), value.end());
  pad(out);
}

void put_number(Octets& out, Tag tag, std::uint32_t value) {
  Octets four;
  put_big(four, value);
  put_tag(out, tag, four);
}

void put_end(Octets& out, Tag v4, Tag v6, Tag port, const Endpoint& end) {
  const ByteView octets(end.address.octets());
  const bool four = end.address.family() == Family::kIpv4;
  put_tag(out, four ? v4 : v6, four ? octets.first(4) : octets);
  put_number(out, port, end.port.number());
}

Octets exported(const Packet& packet) {
  Octets pdu;
  put_tag(pdu, kDissector, bytes_of(packet.dissector));
  put_end(pdu, kIpv4Source, kIpv6Source, kSourcePort, packet.from);
  put_end(pdu, kIpv4Destination, kIpv6Destination, kDestinationPort, packet.to);
  put_number(pdu, kPortType, kUdp);
  put_big(pdu, std::uint32_t{0});  // end of tags
  pdu.insert(pdu.end(), packet.octets.begin(), packet.octets.end());
  return pdu;
}

}  // namespace

Octets head(std::span<const Interface> interfaces) {
  Octets file;
  Octets section;
  put_little(section, kByteOrder);
  put_little(section, std::uint16_t{1});  // version 1.0
  put_little(section, std::uint16_t{0});
  put_little(section, ~std::uint64_t{0});  // of unknown length
  put_option(section, kUserApplication, bytes_of("osrtpd"));
  put_end_of_options(section);
  put_block(file, kSectionHeader, section);
  for (const Interface& interface : interfaces) {
    Octets body;
    put_little(body, kExportedPdu);
    put_little(body, std::uint16_t{0});
    put_little(body, std::uint32_t{0});  // packets are whole
    put_option(body, kName, bytes_of(interface.name));
    put_option(body, kDescription, bytes_of(interface.description));
    put_option(body, kTimeResolution, ByteView(&kNanoseconds, 1));
    put_end_of_options(body);
    put_block(file, kInterfaceDescription, body);
  }
  return file;
}

Octets block(const Packet& packet) {
  const auto at = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(packet.at.time_since_epoch()).count());
  const Octets pdu = exported(packet);
  const auto size = static_cast<std::uint32_t>(pdu.size());
  Octets body;
  put_little(body, packet.interface);
  put_little(body, static_cast<std::uint32_t>(at >> 32U));
  put_little(body, static_cast<std::uint32_t>(at));
  put_little(body, size);  // captured
  put_little(body, size);  // as it was
  body.insert(body.end(), pdu.begin(), pdu.end());
  pad(body);
  Octets file;
  put_block(file, kEnhancedPacket, body);
  return file;
}

}  // namespace osrtp::capture
