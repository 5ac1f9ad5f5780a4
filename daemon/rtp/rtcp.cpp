#include "rtp/rtcp.hpp"

#include <algorithm>

namespace osrtp::rtp {
namespace {

struct Packet {
  bool padded;
  std::uint8_t type;
  ByteView octets;  // with the header
};

// Octets that a packet must have for the `count` blocks which its header announces.
std::size_t minimum_size(std::uint8_t type, std::size_t count) noexcept {
  switch (type) {
    case kSenderReport:
      return 28 + 24 * count;
    case kReceiverReport:
      return 8 + 24 * count;
    case kSourceDescription:
      return 4 + 8 * count;
    case kGoodbye:
      return 4 + 4 * count;
    case kApplication:
    case kTransportFeedback:
    case kPayloadFeedback:
      return 12;
    case kExtendedReport:
      return 8;
    default:
      return 4;  // types of the future
  }
}

bool in_range(std::uint8_t type) noexcept { return type >= 192 && type <= 223; }

// RFC 3550 §6.4.1: the last octet counts the padding, itself included, in multiples of four.
bool padding_fits(ByteView packet) noexcept {
  const std::size_t padding = packet.back();
  return padding != 0 && padding % 4 == 0 && padding <= packet.size() - 4;
}

std::optional<Packet> next(ByteReader& in) noexcept {
  const ByteView rest = in.rest();
  ByteReader header = in;
  const auto first = header.read<std::uint8_t>();
  const auto type = header.read<std::uint8_t>();
  const auto words = header.read<std::uint16_t>();
  if (!words || (*first >> 6U) != 2 || !in_range(*type)) return std::nullopt;
  const std::size_t size = std::size_t{4} * (std::size_t{*words} + 1);
  if (size > rest.size() || size < minimum_size(*type, *first & 0x1fU)) return std::nullopt;
  const bool padded = (*first & 0x20U) != 0;
  if (padded && !padding_fits(rest.first(size))) return std::nullopt;
  static_cast<void>(in.take(size));
  return Packet{padded, *type, rest.first(size)};
}

}  // namespace

std::optional<RtcpHeader> RtcpHeader::parse(ByteView packet) noexcept {
  ByteReader in(packet);
  const auto first = in.read<std::uint8_t>();
  const auto type = in.read<std::uint8_t>();
  const auto words = in.read<std::uint16_t>();
  const auto sender = in.read<std::uint32_t>();
  if (!words || !sender || (*first >> 6U) != 2 || !in_range(*type)) return std::nullopt;
  return RtcpHeader{*type, Ssrc(*sender)};
}

std::optional<Compound> Compound::parse(ByteView datagram) noexcept {
  const auto first = RtcpHeader::parse(datagram);
  if (!first) return std::nullopt;
  std::size_t packets = 0;
  for (ByteReader in(datagram); !in.rest().empty(); ++packets) {
    const auto packet = next(in);
    if (!packet) return std::nullopt;
    const bool last = in.rest().empty();
    if (packet->padded && !last) return std::nullopt;
  }
  return Compound{*first, packets};
}

std::size_t strip_feedback(ByteSpan datagram) noexcept {
  if (!Compound::parse(datagram)) return datagram.size();
  std::size_t left = 0;
  ByteReader in(datagram);
  while (const auto packet = next(in)) {
    const bool feedback = packet->type == kTransportFeedback || packet->type == kPayloadFeedback;
    if (feedback) continue;
    std::copy(packet->octets.begin(), packet->octets.end(), datagram.begin() + static_cast<std::ptrdiff_t>(left));
    left += packet->octets.size();
  }
  return left;
}

}  // namespace osrtp::rtp
