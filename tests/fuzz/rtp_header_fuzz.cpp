// A header that is accepted lies within its packet, needs every one of its octets,
// and reads the same whatever follows it. What is classified as RTP or RTCP has the
// octets that every reader of its fixed header needs.
#include <algorithm>
#include <vector>

#include "rtp/demux.hpp"
#include "rtp/header.hpp"

using osrtp::ByteView;
using osrtp::rtp::Header;
using osrtp::rtp::Kind;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void header_is_exactly_its_octets(ByteView packet, const Header& header) {
  check(header.size >= osrtp::rtp::kMinRtpSize && header.size <= packet.size() && header.size % 4 == 0);
  check(header.payload_type < 128);
  const std::vector<std::uint8_t> exact(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(header.size));
  const auto alone = Header::parse(exact);
  check(alone && alone->size == header.size && alone->ssrc == header.ssrc && alone->sequence == header.sequence);
  check(!Header::parse(ByteView(exact).first(exact.size() - 1)));
}

void kind_has_its_shape(ByteView datagram, Kind kind) {
  const bool version_2 = !datagram.empty() && datagram[0] >> 6U == 2;
  check((kind == Kind::kRtp || kind == Kind::kRtcp) <= version_2);
  if (kind == Kind::kRtp) check(datagram.size() >= osrtp::rtp::kMinRtpSize);
  if (kind == Kind::kRtcp) check(datagram.size() >= osrtp::rtp::kMinRtcpSize);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView packet(data, size);
  kind_has_its_shape(packet, osrtp::rtp::classify(packet));
  if (const auto header = Header::parse(packet)) header_is_exactly_its_octets(packet, *header);
  return 0;
}
