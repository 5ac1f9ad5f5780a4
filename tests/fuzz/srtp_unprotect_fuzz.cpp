// First octet: suite (bits 0-2), RTCP instead of RTP (3), MKI of four octets (4), an
// SSRC resumed from an older key (5). Second octet: which octet of the protected packet
// to forge. The rest is a packet, once as it comes from the wire and once to be sent.
//
// From the wire: what is refused stays as it was, what is accepted lies inside it.
// To be sent: what can be protected comes back whole; with one octet forged it does not.
#include <algorithm>
#include <vector>

#include "base/datagram.hpp"
#include "srtp/context.hpp"

using osrtp::ByteSpan;
using osrtp::ByteView;
using osrtp::Result;
using namespace osrtp::srtp;

namespace {

using Octets = std::vector<std::uint8_t>;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

struct Choice {
  const osrtp::SuiteFacts& suite;
  bool rtcp;
  bool mki;
  bool resumed;

  explicit Choice(std::uint8_t octet)
      : suite(osrtp::kSuites[octet & 7U]),
        rtcp((octet & 8U) != 0),
        mki((octet & 16U) != 0),
        resumed((octet & 32U) != 0) {}

  [[nodiscard]] Context context(Direction direction) const {
    const Octets master(suite.master_size(), 0x42);
    Key key{.suite = suite.suite, .master = *osrtp::Secret::from(master)};
    if (mki) key.mki = {1, 2, 3, 4};
    const Progress before{.ssrc = osrtp::Ssrc(0xcafebabe), .index = 3U << 16U | 65000U};
    const auto carried = std::span<const Progress>(&before, resumed ? 1 : 0);
    auto made = Context::create(direction, key, kDefaultReplayWindow, carried);
    check(made.has_value());
    return *std::move(made);
  }
  Result<ByteSpan, Error> unprotect(Context& in, Octets& packet) const {
    return rtcp ? in.unprotect_rtcp(packet) : in.unprotect_rtp(packet);
  }
};

// `packet` is exactly as large as it is, so that a sanitizer sees every octet beyond.
void from_the_wire(const Choice& choice, Octets packet) {
  Context in = choice.context(Direction::kInbound);
  const Octets before = packet;
  const auto opened = choice.unprotect(in, packet);
  check(opened || packet == before);
  check(!opened || (opened->data() == packet.data() && opened->size() < packet.size()));
}

void there_and_back(const Choice& choice, const Octets& plain, std::uint8_t at) {
  Context out = choice.context(Direction::kOutbound);
  Context in = choice.context(Direction::kInbound);
  Octets buffer = plain;
  buffer.resize(plain.size() + out.trailer_size());
  const auto sealed = choice.rtcp ? out.protect_rtcp(buffer, plain.size()) : out.protect_rtp(buffer, plain.size());
  if (!sealed) {
    check(std::equal(plain.begin(), plain.end(), buffer.begin()));
    return;
  }
  Octets wire(sealed->begin(), sealed->end());
  Octets forged = wire;
  forged[at % forged.size()] ^= 0x80U;
  const Octets before = forged;
  check(!choice.unprotect(in, forged) && forged == before);
  const auto opened = choice.unprotect(in, wire);
  check(opened && std::equal(opened->begin(), opened->end(), plain.begin(), plain.end()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = initialize().has_value();
  check(ready);
  if (size < 2 || size > 4096) return 0;
  const Choice choice(data[0]);
  const Octets packet(data + 2, data + size);
  from_the_wire(choice, packet);
  there_and_back(choice, packet, data[1]);
  return 0;
}
