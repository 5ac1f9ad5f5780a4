// The same offer again (a session refresh, RFC 4028): it is answered with the same, and nothing starts anew.
#include "support/dialog.hpp"
#include "support/dtls_reoffer.hpp"
#include "support/stun.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;

class SameOffer : public SdesDialog {};

INSTANTIATE_TEST_SUITE_P(Of, SameOffer, ::testing::Values("AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM"),
                         suite_of_test);

TEST_P(SameOffer, IsPassedOnAndAnsweredOctetForOctet) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(offer(Leg::kCaller, of_a()), to_b);
    EXPECT_EQ(answer(Leg::kCallee, of_b()), to_a);
  }
}

TEST_P(SameOffer, OfTheCalleeIsTheSameEachTime) {
  const std::string offered = offer(Leg::kCallee, of_b());
  const std::string answered = answer(Leg::kCaller, of_a());
  EXPECT_EQ(offer(Leg::kCallee, of_b()), offered);
  EXPECT_EQ(answer(Leg::kCaller, of_a()), answered);
  EXPECT_TRUE(talk(1));
}

TEST_P(SameOffer, LeavesCountersAndReplayWindowsAsTheyWere) {
  for (const int n : {65534, 65535, 0}) ASSERT_TRUE(talk(static_cast<std::uint16_t>(n)));
  const Octets heard = a.packet(1);
  ASSERT_TRUE(receive(kCallersPort, a.rtp(), heard));
  for (const Leg by : {Leg::kCaller, Leg::kCallee}) {
    offer(by, by == Leg::kCaller ? of_a() : of_b());
    EXPECT_FALSE(receive(kCallersPort, a.rtp(), heard)) << "before the answer";
    answer(protocol::other(by), by == Leg::kCaller ? of_b() : of_a());
    const auto again = receive(kCallersPort, a.rtp(), heard);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error(), relay::Drop::kReplay);
  }
  EXPECT_TRUE(talk(2));  // the phones have gone on, one turn of the counter further
}

TEST_P(SameOffer, RunsOnBetweenOfferAndAnswer) {
  ASSERT_TRUE(talk(1));
  offer(Leg::kCaller, of_a());
  EXPECT_TRUE(talk(2));
  answer(Leg::kCallee, of_b());
  EXPECT_TRUE(talk(3));
}

TEST_P(SameOffer, WithoutAnAnswerChangesNothing) {
  ASSERT_TRUE(talk(1));
  offer(Leg::kCaller, of_a());
  offer(Leg::kCaller, of_a());
  EXPECT_TRUE(talk(2));
}

TEST_P(SameOffer, KeepsWhatAPhoneBehindANatHasShown) {
  const Endpoint elsewhere = *Endpoint::parse("203.0.113.5:9999");
  ASSERT_TRUE(receive(kCallersPort, elsewhere, a.packet(1)));
  ASSERT_EQ(receive(kCalleesPort, b.rtp(), b.packet(1))->to, elsewhere);
  offer(Leg::kCaller, of_a());
  answer(Leg::kCallee, of_b());
  EXPECT_EQ(receive(kCalleesPort, b.rtp(), b.packet(2))->to, elsewhere);
}

TEST_P(SameOffer, CountsOnInTheReport) {
  ASSERT_TRUE(talk(1));
  const auto before = stands(Leg::kCaller);
  exchange.advance(std::chrono::minutes(15));
  offer(Leg::kCaller, of_a());
  answer(Leg::kCallee, of_b());
  EXPECT_EQ(stands(Leg::kCaller).since, before.since);
  EXPECT_EQ(stands(Leg::kCaller).authenticated_packets, before.authenticated_packets);
}

TEST_F(DtlsReoffer, SameAgainIsTheSameAgainOctetForOctet) {
  start();
  const std::string answered = answer(b.sdp("RTP/AVP", mux(dtls_lines("active") + kTlsId)));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reoffer_by_a(), offered);
    EXPECT_EQ(answer(b.sdp("RTP/AVP", mux(dtls_lines("active") + kTlsId))), answered);
  }
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(dtls));
}

TEST_F(DtlsReoffer, SameOfTheDtlsPhoneIsAnsweredTheSameAgain) {
  start();
  const std::string again = b.sdp("RTP/AVP", mux(dtls_lines("actpass") + kTlsId));
  const std::string answered = reoffer_by_b(again);
  EXPECT_EQ(reoffer_by_b(again), answered);
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(dtls));
}

class SecureProfile : public Dialog {
 protected:
  SecureProfile() : Dialog({}, relay_identity()) { options.callee = protocol::Policy::kPrefer; }
};

TEST_F(SecureProfile, OfALineThatComesBackHasSdesAgainWhereNothingElseHasRun) {
  const auto of_b = [&] { return b.sdp("RTP/SAVP", {b.crypto(1, "AES_CM_128_HMAC_SHA1_80")}); };
  offer(Leg::kCaller, a.sdp("RTP/AVP"));
  answer(Leg::kCallee, of_b());
  offer(Leg::kCaller, a.sdp("RTP/AVP", {}, 0));
  answer(Leg::kCallee, b.sdp("RTP/SAVP", {}, 0));
  const std::string offered = offer(Leg::kCaller, a.sdp("RTP/AVP"));
  EXPECT_NE(offered.find("a=crypto:"), std::string::npos) << offered;
  EXPECT_EQ(offered.find("a=fingerprint:"), std::string::npos) << offered;
  const std::string answered = answer(Leg::kCallee, of_b());
  EXPECT_NE(answered.find("m=audio 30000 "), std::string::npos) << answered;
}

class SameBrowser : public DtlsCall {};

TEST_F(SameBrowser, KeepsItsCredentialsAndItsPath) {
  auto options = Exchange::options(protocol::Policy::kOpportunistic, protocol::Policy::kOpportunistic);
  options.callee_peer = protocol::Peer::kWebrtc;
  const Lines ice{"a=ice-ufrag:them", "a=ice-pwd:theirpassword0123456789", "a=rtcp-mux"};
  const std::string of_browser = b.sdp("UDP/TLS/RTP/SAVPF", testing::dtls_lines("active") + ice);
  const std::string offered = offer(a.sdp("RTP/AVP"), options);
  const std::string answered = answer(of_browser);
  const Endpoint wifi = *Endpoint::parse("203.0.113.5:50000");
  Check check{.username = value(offered, "ice-ufrag") + ":them", .password = value(offered, "ice-pwd")};
  check.use_candidate = true;
  std::ignore = receive(30002, wifi, check.octets());
  DtlsPhone browser{dtls::Role::kActive, phone_identity(), exchange.now().steady};
  ASSERT_EQ(shake(browser, 30002, wifi), 0U);
  ASSERT_TRUE(browser.is_connected());
  auto again = exchange.offer(a.sdp("RTP/AVP"));
  again.to_tag = "callee";
  EXPECT_EQ(offer(again), offered);
  EXPECT_EQ(answer(of_browser), answered);
  const auto sent = receive(30000, a.rtp(), a.packet(1));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, wifi);
  EXPECT_EQ(browser.open_rtp(sent->packet), a.clear(1));
}

}  // namespace
}  // namespace osrtp::testing
