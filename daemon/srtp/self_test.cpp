#include "srtp/self_test.hpp"

#include <algorithm>
#include <array>

#include "base/datagram.hpp"
#include "srtp/context.hpp"

namespace osrtp::srtp {
namespace {

constexpr std::size_t kPlainSize = 28;
using Buffer = std::array<std::uint8_t, kPlainSize + kTailRoom>;

// Version 2; SSRC 1 both as RTP and as RTCP; the rest does not matter.
constexpr Buffer kPlainRtp{0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
constexpr Buffer kPlainRtcp{0x80, 201, 0, 6, 0, 0, 0, 1};

enum class Part : std::uint8_t { kRtp, kRtcp };

struct Pair {
  Context out;
  Context in;

  Result<ByteSpan, Error> protect(Part part, ByteSpan buffer) {
    return part == Part::kRtp ? out.protect_rtp(buffer, kPlainSize) : out.protect_rtcp(buffer, kPlainSize);
  }
  Result<ByteSpan, Error> unprotect(Part part, ByteSpan packet) {
    return part == Part::kRtp ? in.unprotect_rtp(packet) : in.unprotect_rtcp(packet);
  }
};

bool refuses_forgeries(Pair& pair, Part part, Buffer& wire, std::size_t size) {
  const Buffer sent = wire;
  for (std::size_t at = kPlainSize; at < size; ++at) {
    wire[at] ^= 1U;
    const Buffer forged = wire;
    const auto opened = pair.unprotect(part, ByteSpan(wire).first(size));
    if (opened || wire != forged) return false;
    wire = sent;
  }
  return true;
}

bool carries(Pair& pair, Part part, const Buffer& plain) {
  Buffer wire = plain;
  const auto sealed = pair.protect(part, wire);
  if (!sealed || std::equal(plain.begin(), plain.begin() + kPlainSize, wire.begin())) return false;
  const std::size_t size = sealed->size();
  if (!refuses_forgeries(pair, part, wire, size)) return false;
  const auto opened = pair.unprotect(part, ByteSpan(wire).first(size));
  return opened && std::equal(opened->begin(), opened->end(), plain.begin(), plain.begin() + kPlainSize);
}

bool works(const SuiteFacts& suite) {
  std::array<std::uint8_t, Secret::kCapacity> octets{};
  octets.fill(0x5a);
  auto master = Secret::from(ByteView(octets).first(suite.master_size()));
  if (!master) return false;
  const Key key{.suite = suite.suite, .master = *std::move(master)};
  auto out = Context::create(Direction::kOutbound, key);
  auto in = Context::create(Direction::kInbound, key);
  if (!out || !in) return false;
  Pair pair{*std::move(out), *std::move(in)};
  return carries(pair, Part::kRtp, kPlainRtp) && carries(pair, Part::kRtcp, kPlainRtcp);
}

}  // namespace

Result<Done, std::string> self_test() {
  for (const SuiteFacts& suite : kSuites) {
    if (!works(suite)) return fail("SRTP suite " + std::string(suite.name) + " fails its self-test");
  }
  return Done{};
}

}  // namespace osrtp::srtp
