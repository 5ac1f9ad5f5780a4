// Masking twice is not masking at all, whatever the datagram, and neither way touches its size, its kind or anything
// that is no compound; but whoever sends is masked always.
#include <algorithm>
#include <vector>

#include "rtp/rtcp.hpp"
#include "rtp/ssrc_mask.hpp"

namespace {

constexpr std::uint32_t kMask = 0x80000001;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void is_its_own_inverse(osrtp::ByteView datagram, void (*by)(osrtp::ByteSpan, std::uint32_t) noexcept) {
  std::vector<std::uint8_t> octets(datagram.begin(), datagram.end());
  by(octets, kMask);
  const bool compound = osrtp::rtp::Compound::parse(datagram).has_value();
  const std::size_t kept = by == osrtp::rtp::mask_senders ? std::min<std::size_t>(8, datagram.size()) : 0;
  const auto from = static_cast<std::ptrdiff_t>(kept);
  check(compound || std::equal(octets.begin() + from, octets.end(), datagram.begin() + from));
  // Where the first packet is shorter than its SSRC (a BYE of nobody, or all padding), what is masked may be the next
  // one's header, or say how much is padding.
  if (datagram.size() == 8 || (datagram.size() > 8 && datagram[2] == 0 && datagram[3] == 0)) return;
  check(osrtp::rtp::Compound::parse(octets).has_value() == compound);
  by(octets, kMask);
  check(std::equal(octets.begin(), octets.end(), datagram.begin()));
}

void masks_who_sends(osrtp::ByteView datagram) {
  const auto before = osrtp::rtp::RtcpHeader::parse(datagram);
  if (!before) return;
  std::vector<std::uint8_t> octets(datagram.begin(), datagram.end());
  osrtp::rtp::mask_senders(octets, kMask);
  const auto after = osrtp::rtp::RtcpHeader::parse(octets);
  check(after && after->sender.get() == (before->sender.get() ^ kMask));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  is_its_own_inverse({data, size}, osrtp::rtp::mask_senders);
  is_its_own_inverse({data, size}, osrtp::rtp::mask_subjects);
  masks_who_sends({data, size});
  return 0;
}
