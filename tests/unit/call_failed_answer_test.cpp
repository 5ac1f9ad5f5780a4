// A bad answer is not the end of a call: the next one (183, then 200) may be good, and the peer has our key from the
// offer that both of them answer.
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::SecurityState;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
const std::string kOtherSuite = "AES_256_CM_HMAC_SHA1_80";
constexpr std::uint16_t kCallersPort = 30000;
constexpr std::uint16_t kCalleesPort = 30002;

class CallFailedAnswer : public ::testing::Test {
 protected:
  /// A call that is encrypted on both legs, has relayed a packet each way and is being re-offered.
  void SetUp() override {
    offer.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
    const auto offered = exchange.registry.offer(offer, exchange.now());
    ASSERT_TRUE(offered);
    const auto answered = reply(200, good);
    ASSERT_TRUE(answered);
    a.key(offer.sdp, answered->sdp, answered->sdp);
    b.key(good, offered->sdp, good);
    ASSERT_TRUE(hears(a, kCallersPort, b, 1));
    ASSERT_TRUE(hears(b, kCalleesPort, a, 1));
    offer.to_tag = "callee";
    const auto again = exchange.registry.offer(offer, exchange.now());
    ASSERT_TRUE(again);
    ASSERT_EQ(again->sdp, offered->sdp);
  }

  Result<protocol::SdpReply, protocol::Error> reply(int code, const std::string& sdp) {
    auto answer = exchange.answer(sdp);
    answer.sip_code = code;
    answer.osrtp = offer.osrtp;
    return exchange.registry.answer(answer, exchange.now());
  }
  void fail_in_progress() {
    const auto failed = reply(183, b.sdp("RTP/AVP", {"a=crypto:1 " + kSuite + " inline:c2hvcnQ="}));
    ASSERT_TRUE(failed);
    ASSERT_EQ(leg(failed->security, Leg::kCallee).state, SecurityState::kFailed);
  }
  ::testing::AssertionResult hears(Phone& from, std::uint16_t port, Phone& to, std::uint16_t sequence) {
    const auto sent = exchange.plane.receive(port, from.rtp(), from.packet(sequence), exchange.now().steady);
    if (!sent) return ::testing::AssertionFailure() << "dropped: " << name(sent.error());
    const auto heard = to.open(sent->packet);
    if (!heard) return ::testing::AssertionFailure() << "does not authenticate";
    return *heard == from.clear(sequence) ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << "altered";
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
  std::string good = b.sdp("RTP/AVP", {b.crypto(1, kSuite)});
  protocol::Offer offer = exchange.offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}));
};

TEST_F(CallFailedAnswer, NothingPassesUntilTheGoodOne) {
  fail_in_progress();
  EXPECT_FALSE(hears(a, kCallersPort, b, 2));
  EXPECT_FALSE(hears(b, kCalleesPort, a, 2));
}

TEST_F(CallFailedAnswer, TheGoodOneGoesOnUnderTheKeysThatThePhonesHave) {
  fail_in_progress();
  const auto answered = reply(200, good);
  ASSERT_TRUE(answered);
  EXPECT_EQ(leg(answered->security, Leg::kCallee).state, SecurityState::kSrtpSdes);
  // The phones' contexts have gone on too, so neither key can have started again at zero.
  EXPECT_TRUE(hears(a, kCallersPort, b, 2));
  EXPECT_TRUE(hears(b, kCalleesPort, a, 2));
}

TEST_F(CallFailedAnswer, WhatWasHeardBeforeIsStillAReplay) {
  const auto heard = b.packet(2);
  ASSERT_TRUE(exchange.plane.receive(kCalleesPort, b.rtp(), heard, exchange.now().steady));
  fail_in_progress();
  ASSERT_TRUE(reply(200, good));
  const auto replayed = exchange.plane.receive(kCalleesPort, b.rtp(), heard, exchange.now().steady);
  ASSERT_FALSE(replayed);
  EXPECT_EQ(replayed.error(), relay::Drop::kReplay);
}

TEST_F(CallFailedAnswer, ANewKeyOfThePeerLeavesOursAsItWas) {
  fail_in_progress();
  Phone other(3);
  ASSERT_TRUE(reply(200, b.sdp("RTP/AVP", {other.crypto(1, kSuite)})));
  EXPECT_TRUE(hears(a, kCallersPort, b, 2));
}

TEST_F(CallFailedAnswer, AKeyThatIsGoneIsNotReplacedByOneThatNobodyKnows) {
  ASSERT_TRUE(reply(183, b.sdp("RTP/AVP", {b.crypto(2, kOtherSuite)})));
  const auto back = reply(200, good);
  ASSERT_TRUE(back);
  EXPECT_EQ(leg(back->security, Leg::kCallee).state, SecurityState::kFailed);
}

// The offer goes on saying what it said; only a line that has been given up gets a fresh key.
TEST_F(CallFailedAnswer, TheNextOfferNamesTheSameKeyAndItsAnswerGoesOn) {
  fail_in_progress();
  ASSERT_TRUE(exchange.registry.offer(offer, exchange.now()));
  ASSERT_TRUE(reply(200, good));
  EXPECT_TRUE(hears(a, kCallersPort, b, 2));
  EXPECT_TRUE(hears(b, kCalleesPort, a, 2));
}

}  // namespace
}  // namespace osrtp::testing
