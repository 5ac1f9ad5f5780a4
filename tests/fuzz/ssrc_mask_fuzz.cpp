// Masking twice is not masking at all, whatever the datagram, and neither way touches its size, its kind or anything
// that is no compound.
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
  check(compound || std::equal(octets.begin(), octets.end(), datagram.begin()));
  check(osrtp::rtp::Compound::parse(octets).has_value() == compound);
  by(octets, kMask);
  check(std::equal(octets.begin(), octets.end(), datagram.begin()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  is_its_own_inverse({data, size}, osrtp::rtp::mask_senders);
  is_its_own_inverse({data, size}, osrtp::rtp::mask_subjects);
  return 0;
}
