// A compound that is accepted is the concatenation of its packets: each but the last
// cannot be cut, appending an octet spoils it, appending an acceptable compound to one
// without padding gives the sum of both.
#include <vector>

#include "rtp/demux.hpp"
#include "rtp/rtcp.hpp"

using osrtp::ByteView;
using osrtp::rtp::Compound;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

std::vector<std::uint8_t> doubled(ByteView datagram) {
  std::vector<std::uint8_t> twice(datagram.begin(), datagram.end());
  twice.insert(twice.end(), datagram.begin(), datagram.end());
  return twice;
}

void compound_is_its_packets(ByteView datagram, const Compound& compound) {
  check(compound.packets >= 1 && compound.packets <= datagram.size() / 4);
  check(datagram.size() % 4 == 0 && datagram.size() >= osrtp::rtp::kMinRtcpSize);
  check(osrtp::rtp::classify(datagram) == osrtp::rtp::Kind::kRtcp);

  std::vector<std::uint8_t> longer(datagram.begin(), datagram.end());
  longer.push_back(0);
  check(!Compound::parse(longer));
  check(!Compound::parse(datagram.first(datagram.size() - 1)));

  const auto twice = Compound::parse(doubled(datagram));
  check(!twice || (twice->packets == 2 * compound.packets && twice->first.sender == compound.first.sender));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView datagram(data, size);
  const auto compound = Compound::parse(datagram);
  if (compound) compound_is_its_packets(datagram, *compound);
  const auto header = osrtp::rtp::RtcpHeader::parse(datagram);
  check(!compound || (header && header->type == compound->first.type));
  return 0;
}
