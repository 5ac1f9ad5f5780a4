// ZRTP (RFC 6189) is an agreement of the phones: it passes where nothing of ours stands between them, and nowhere else.
#include <gtest/gtest.h>

#include "support/dtls_call.hpp"
#include "support/matrix.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::SecurityState;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
const std::string kHashOfA = "a=zrtp-hash:1.10 fe30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46df";
const std::string kHashOfB = "a=zrtp-hash:1.10 0e30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46df";
constexpr std::uint16_t kCallersPort = 30000;
constexpr std::uint16_t kCalleesPort = 30002;

/// A Hello as far as a relay looks at it (RFC 6189 §5): no version of RTP, the magic cookie, an SSRC.
Octets hello(std::uint8_t ssrc) {
  Octets packet{0x10, 0x00, 0x00, 0x01, 'Z', 'R', 'T', 'P', 0, 0, 0, ssrc, 0x50, 0x5a, 0x00, 0x03};
  packet.resize(120, ssrc);
  return packet;
}

class ZrtpCall : public DtlsCall {
 protected:
  /// How many Hellos, one of each phone, come out at the other as they were.
  std::size_t passing() {
    std::size_t count = 0;
    const auto to_b = receive(kCallersPort, a.rtp(), hello(1));
    if (to_b && to_b->to == b.rtp() && to_b->packet == hello(1)) ++count;
    const auto to_a = receive(kCalleesPort, b.rtp(), hello(2));
    if (to_a && to_a->to == a.rtp() && to_a->packet == hello(2)) ++count;
    return count;
  }
  std::uint64_t dropped(Leg which) {
    const auto all = stands(which).dropped;
    const auto found = all.find("unknown-kind");
    return found == all.end() ? 0 : found->second;
  }
  void start() {
    offer(a.sdp("RTP/AVP", {kHashOfA}));
    answer(b.sdp("RTP/AVP", {kHashOfB}));
    ASSERT_EQ(stands(Leg::kCallee).state, SecurityState::kZrtpPassthrough);
  }
};

TEST_F(ZrtpCall, HashesAndPacketsPassBetweenPlainLegs) {
  EXPECT_TRUE(has(offer(a.sdp("RTP/AVP", {kHashOfA})), kHashOfA));
  EXPECT_TRUE(has(answer(b.sdp("RTP/AVP", {kHashOfB})), kHashOfB));
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kZrtpPassthrough);
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kZrtpPassthrough);
  EXPECT_EQ(passing(), 2U);
  EXPECT_TRUE(receive(kCallersPort, a.rtp(), a.packet(1)));
  EXPECT_EQ(dropped(Leg::kCaller) + dropped(Leg::kCallee), 0U);
}

TEST_F(ZrtpCall, PhoneThatDoesNotKnowItLeavesTheCallPlain) {
  offer(a.sdp("RTP/AVP", {kHashOfA}));
  EXPECT_FALSE(has(answer(b.sdp("RTP/AVP")), "zrtp"));
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kPlain);
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kPlain);
}

TEST_F(ZrtpCall, HashThatWasNotOfferedMakesNoZrtp) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", {kHashOfB}));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kPlain);
}

TEST_F(ZrtpCall, SrtpOfTheCalleeEndsIt) {
  offer(a.sdp("RTP/AVP", {kHashOfA}));
  EXPECT_FALSE(has(answer(b.sdp("RTP/AVP", {b.crypto(4, kSuite), kHashOfB})), "zrtp"));
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kPlain);
  EXPECT_EQ(passing(), 0U);
  EXPECT_EQ(dropped(Leg::kCaller), 1U);
  EXPECT_EQ(dropped(Leg::kCallee), 1U);
}

TEST_F(ZrtpCall, SrtpOfTheCallerIsNotOfferedOnWithIt) {
  EXPECT_FALSE(has(offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite), kHashOfA})), "zrtp"));
  EXPECT_FALSE(has(answer(b.sdp("RTP/AVP", {kHashOfB})), "zrtp"));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kPlain);
  EXPECT_EQ(passing(), 0U);
  EXPECT_EQ(dropped(Leg::kCaller), 1U);
  EXPECT_EQ(dropped(Leg::kCallee), 1U);
}

TEST_F(ZrtpCall, HandshakeUnderWayEndsItToo) {
  offer(a.sdp("RTP/AVP", {kHashOfA}));
  EXPECT_FALSE(has(answer(b.sdp("RTP/AVP", dtls_lines("active") + Lines{kHashOfB})), "zrtp"));
  EXPECT_EQ(passing(), 0U);
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, kCalleesPort, b.rtp());
  ASSERT_TRUE(phone.is_connected());
  EXPECT_EQ(passing(), 0U);
}

TEST_F(ZrtpCall, LegThatBecomesSrtpEndsIt) {
  start();
  ASSERT_EQ(passing(), 2U);
  auto again = exchange.offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite), kHashOfA}));
  again.to_tag = "callee";
  EXPECT_FALSE(has(offer(again), "zrtp"));
  EXPECT_FALSE(has(answer(b.sdp("RTP/AVP", {kHashOfB})), "zrtp"));
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kSrtpSdes);
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kPlain);
  EXPECT_EQ(passing(), 0U);
}

TEST_F(ZrtpCall, AnswerThatComesTwiceLeavesItAsItIs) {
  start();
  EXPECT_TRUE(has(answer(b.sdp("RTP/AVP", {kHashOfB})), kHashOfB));
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kZrtpPassthrough);
  EXPECT_EQ(passing(), 2U);
}

}  // namespace
}  // namespace osrtp::testing
