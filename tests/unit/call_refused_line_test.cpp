// A re-offer in which one line is refused and another goes on.
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::SecurityState;

const Phone kCaller(1);
const Phone kCallee(2);

/// Audio and video on one phone, each with or without keys.
std::string two_lines(const Phone& phone, const std::string& audio_crypto, const std::string& video_crypto) {
  const auto line = [](const std::string& start, const std::string& crypto) {
    return start + "\r\n" + (crypto.empty() ? "" : crypto + "\r\n");
  };
  const std::string address = phone.rtp().address.to_string();
  return "v=0\r\no=phone 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\n" +
         line("m=audio 4000 RTP/AVP 0", audio_crypto) + line("m=video 4002 RTP/AVP 97", video_crypto);
}

TEST(CallRefusedLine, ALineThatRanIsStoppedWhenItsDowngradeIsRefused) {
  Exchange exchange;
  const std::string key = kCaller.crypto(1, "AES_CM_128_HMAC_SHA1_80");
  auto offer = exchange.offer(two_lines(kCaller, key, key));
  offer.osrtp = Exchange::options(Policy::kPrefer, Policy::kOff);
  ASSERT_TRUE(exchange.registry.offer(offer, exchange.now()));
  const auto answer = exchange.answer(two_lines(kCallee, "", ""));
  const auto running = exchange.registry.answer(answer, exchange.now());
  ASSERT_TRUE(running);
  ASSERT_EQ(running->security[0].state, SecurityState::kSrtpSdes);

  offer.sdp = two_lines(kCaller, "", key);
  offer.to_tag = "callee";
  ASSERT_TRUE(exchange.registry.offer(offer, exchange.now()));
  const auto after = exchange.registry.answer(answer, exchange.now());
  ASSERT_TRUE(after);
  EXPECT_EQ(after->security[0].state, SecurityState::kFailed);
  EXPECT_EQ(after->security[0].reason, protocol::Reason::kDowngradeRefused);
  EXPECT_EQ(after->security[1].state, SecurityState::kSrtpSdes);

  const auto from_caller = exchange.plane.receive(30000, kCaller.rtp(), kCaller.clear(1), exchange.now().steady);
  ASSERT_FALSE(from_caller);
  EXPECT_EQ(from_caller.error(), relay::Drop::kFailed);
  const auto from_callee = exchange.plane.receive(30004, kCallee.rtp(), kCallee.clear(1), exchange.now().steady);
  ASSERT_FALSE(from_callee);
  EXPECT_EQ(from_callee.error(), relay::Drop::kFailed);
}

TEST(CallRefusedLine, ARefusalNamesTheLegOnWhoseTermsItIsOne) {
  Exchange exchange;
  auto offer = exchange.offer(kCaller.sdp("RTP/AVP"));
  offer.osrtp = Exchange::options(Policy::kOff, Policy::kRequire);
  offer.osrtp->callee_signalling = protocol::Signalling::kClear;
  const auto by_callee = exchange.registry.offer(offer, exchange.now());
  ASSERT_FALSE(by_callee);
  EXPECT_EQ(by_callee.error().security.at(0).leg, Leg::kCallee);
  EXPECT_EQ(by_callee.error().security[0].reason, protocol::Reason::kSignallingClear);

  offer.sdp = kCaller.sdp("udptl");
  const auto fax = exchange.registry.offer(offer, exchange.now());
  ASSERT_FALSE(fax);
  EXPECT_EQ(fax.error().security.at(0).leg, Leg::kCallee);

  offer.osrtp = Exchange::options(Policy::kRequire, Policy::kOff);
  const auto by_caller = exchange.registry.offer(offer, exchange.now());
  ASSERT_FALSE(by_caller);
  EXPECT_EQ(by_caller.error().security.at(0).leg, Leg::kCaller);
}

TEST(CallRefusedLine, AnAnswerNamesItToo) {
  Exchange exchange;
  const std::string head = "v=0\r\no=phone 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n";
  const std::string sdp = head + "m=audio 4000 RTP/AVP 0\r\nm=image 4002 udptl t38\r\n";
  auto offer = exchange.offer(sdp);
  offer.osrtp = Exchange::options(Policy::kOff, Policy::kRequire);
  ASSERT_TRUE(exchange.registry.offer(offer, exchange.now()));
  const auto answered = exchange.registry.answer(exchange.answer(sdp), exchange.now());
  ASSERT_TRUE(answered);
  for (const auto& entry : answered->security) {
    if (entry.media != 1) continue;
    const bool callee = entry.leg == Leg::kCallee;
    EXPECT_EQ(entry.reason, callee ? protocol::Reason::kNotRtp : protocol::Reason::kMediaRejected);
  }
}

}  // namespace
}  // namespace osrtp::testing
