// What else may happen to a leg that DTLS keys: hold, another key management, none, a bad answer, a failed handshake, a
// new certificate of ours.
#include <gtest/gtest.h>

#include "support/dtls_reoffer.hpp"
#include "support/matrix.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::Reason;
using protocol::SecurityState;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";

std::string held(std::string sdp, const std::string& how) {
  if (how.starts_with("a=")) return sdp.replace(sdp.find("a=sendrecv"), 10, how);
  const auto at = sdp.find("c=IN IP4 ");
  return sdp.replace(at, sdp.find("\r\n", at) - at, how);
}

class DtlsHold : public DtlsReoffer, public ::testing::WithParamInterface<std::string> {};

TEST_P(DtlsHold, AndResumptionAreTheSameAssociation) {
  start(dtls_lines("active"));
  reoffer_by_b(held(b.sdp("RTP/AVP", mux(dtls_lines("actpass"))), GetParam()));
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(hears(dtls));  // its keys run; whether it speaks is for it to say
  reoffer_by_b(b.sdp("RTP/AVP", mux(dtls_lines("actpass"))));
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(dtls));
}
INSTANTIATE_TEST_SUITE_P(Every, DtlsHold, ::testing::Values("a=sendonly", "a=inactive", "c=IN IP4 0.0.0.0"),
                         [](const auto& named) { return "Way" + std::to_string(named.index); });

using DtlsChangeOfMind = DtlsReoffer;

TEST_F(DtlsChangeOfMind, ResumedElsewhereWithoutTlsIdIsANewAssociation) {
  start(dtls_lines("passive"));
  reoffer_by_b(held(b.sdp("RTP/AVP", mux(dtls_lines("actpass"))), "c=IN IP4 0.0.0.0"));
  EXPECT_FALSE(calls_out());
  b = Phone(3);
  reoffer_by_b(b.sdp("RTP/AVP", mux(dtls_lines("actpass"))));
  EXPECT_TRUE(calls_out());
}

// The pair names the association; ours has been said in the offer and is not taken back.
TEST_F(DtlsChangeOfMind, NewTlsIdInAnAnswerLeavesOursAsItWasOffered) {
  start(dtls_lines("passive") + kTlsId);
  reoffer_by_a();
  answer(b.sdp("RTP/AVP", mux(dtls_lines("passive") + kOtherTlsId)));
  DtlsPhone next = phone(dtls::Role::kPassive);
  shake(next, kCalleesPort, b.rtp());
  EXPECT_TRUE(talk(next));
  EXPECT_EQ(value(reoffer_by_a(), "tls-id"), value(offered, "tls-id"));
  answer(b.sdp("RTP/AVP", mux(dtls_lines("passive") + kOtherTlsId)));
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(next));
}

TEST_F(DtlsChangeOfMind, FromSdesToDtlsNothingPassesUntilTheHandshakeIsDone) {
  offered = offer(a.sdp("RTP/AVP", mux({})));
  const std::string with_key = b.sdp("RTP/AVP", mux({b.crypto(4, kSuite)}));
  answer(with_key);
  b.key(with_key, offered, with_key);
  ASSERT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpSdes);
  ASSERT_TRUE(receive(kCalleesPort, b.rtp(), b.packet(1)));
  reoffer_by_a();
  answer(b.sdp("RTP/AVP", mux(dtls_lines("active"))));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kPending);
  EXPECT_TRUE(is_silent());
  shake(dtls, kCalleesPort, b.rtp());
  ASSERT_TRUE(dtls.is_connected());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
  EXPECT_TRUE(talk(dtls));
  EXPECT_FALSE(receive(kCalleesPort, b.rtp(), b.packet(90)));
}

TEST_F(DtlsChangeOfMind, FromDtlsToSdesTheOldKeysEndAtOnce) {
  start();
  const std::string again = reoffer_by_a();
  EXPECT_TRUE(talk(dtls)) << "until it is answered";
  const std::string with_key = b.sdp("RTP/AVP", mux({b.crypto(4, kSuite)}));
  answer(with_key);
  b.key(with_key, again, with_key);
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpSdes);
  EXPECT_FALSE(hears(dtls));
  EXPECT_FALSE(receive(kCalleesPort, b.rtp(), b.clear(90)));
  EXPECT_TRUE(receive(kCalleesPort, b.rtp(), b.packet(91)));
  const auto sent = receive(kCallersPort, a.rtp(), a.packet(92));
  ASSERT_TRUE(sent);
  EXPECT_EQ(b.open(sent->packet), a.clear(92));
  EXPECT_FALSE(calls_out());
}

TEST_F(DtlsChangeOfMind, BackToDtlsIsAnotherAssociation) {
  start();
  reoffer_by_a();
  answer(b.sdp("RTP/AVP", mux({b.crypto(4, kSuite)})));
  const std::string back = reoffer_by_a();
  EXPECT_NE(value(back, "tls-id"), value(offered, "tls-id"));
  answer(b.sdp("RTP/AVP", mux(dtls_lines("active") + kOtherTlsId)));
  EXPECT_TRUE(is_silent());
  DtlsPhone next = phone(dtls::Role::kActive);
  shake(next, kCalleesPort, b.rtp());
  EXPECT_TRUE(talk(next));
}

/// A leg that has been encrypted and is to be plain.
struct Downgrade {
  const char* name;
  Policy policy;
  protocol::Signalling signalling;
  bool refused;
};
class DtlsDowngrade : public DtlsReoffer, public ::testing::WithParamInterface<Downgrade> {
 protected:
  void start_under_policy() {
    const Downgrade& it = GetParam();
    auto options = Exchange::options(Policy::kOpportunistic, it.policy);
    options.callee_signalling = it.signalling;
    options.callee_keying = {"dtls"};
    offered = offer(a.sdp("RTP/AVP", mux({})), options);
    answer(
        b.sdp(std::string(protocol::is_secure(profile()) ? "UDP/TLS/RTP/SAVP" : "RTP/AVP"), mux(dtls_lines("active"))));
    shake(dtls, kCalleesPort, b.rtp());
    ASSERT_TRUE(talk(dtls));
  }
  [[nodiscard]] protocol::Profile profile() const {
    const auto text = sdp::Text::parse(offered);
    return first_media(*text).profile;
  }
};

TEST_P(DtlsDowngrade, InAnAnswer) {
  start_under_policy();
  reoffer_by_a();
  answer(b.sdp("RTP/AVP", mux({})));
  const auto state = stands(Leg::kCallee);
  EXPECT_EQ(state.state, GetParam().refused ? SecurityState::kFailed : SecurityState::kPlain);
  EXPECT_EQ(receive(kCallersPort, a.rtp(), a.packet(70)).has_value(), !GetParam().refused);
  EXPECT_EQ(receive(kCalleesPort, b.rtp(), b.clear(71)).has_value(), !GetParam().refused);
}

TEST_P(DtlsDowngrade, InAnOffer) {
  start_under_policy();
  EXPECT_EQ(try_offer_by_b(b.sdp("RTP/AVP", mux({}))).has_value(), !GetParam().refused);
  EXPECT_TRUE(talk(dtls));  // nothing has changed yet
}

INSTANTIATE_TEST_SUITE_P(
    Every, DtlsDowngrade,
    ::testing::Values(Downgrade{"Require", Policy::kRequire, protocol::Signalling::kEncrypted, true},
                      Downgrade{"Prefer", Policy::kPrefer, protocol::Signalling::kEncrypted, true},
                      Downgrade{"OpportunisticOverClear", Policy::kOpportunistic, protocol::Signalling::kClear, true},
                      Downgrade{"Opportunistic", Policy::kOpportunistic, protocol::Signalling::kEncrypted, false}),
    [](const auto& named) { return std::string(named.param.name); });

TEST_F(DtlsChangeOfMind, RenewedIdentityIsShownToNewCallsOnly) {
  start();
  exchange.registry.renew_identity(foreign_identity());
  const std::string again = reoffer_by_a();
  EXPECT_EQ(value(again, "fingerprint"), value(offered, "fingerprint"));
  answer(b.sdp("RTP/AVP", mux(dtls_lines("active") + kTlsId)));
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(dtls));
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.call_id = "call-2";
  const std::string other = offer(request);
  EXPECT_EQ("a=fingerprint:" + value(other, "fingerprint"),
            sdp::format_fingerprint(foreign_identity()->fingerprint(HashFunction::kSha256)));
}

TEST_F(DtlsChangeOfMind, BadAnswerInTheMiddleSuspendsTheAssociation) {
  start();
  reoffer_by_a();
  answer(b.sdp("RTP/AVP", mux(dtls_lines("holdconn") + kTlsId)));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_TRUE(is_silent());
  answer(b.sdp("RTP/AVP", mux(dtls_lines("active") + kTlsId)));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(dtls));
}

TEST_F(DtlsChangeOfMind, BadAnswerBeforeAGoodOneLetsTheHandshakeBegin) {
  offered = offer(a.sdp("RTP/AVP", mux({})));
  answer(b.sdp("RTP/AVP", mux(dtls_lines("holdconn"))));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_TRUE(is_silent());
  answer(b.sdp("RTP/AVP", mux(dtls_lines("active"))));
  shake(dtls, kCalleesPort, b.rtp());
  ASSERT_TRUE(dtls.is_connected());
  EXPECT_TRUE(talk(dtls));
}

TEST_F(DtlsChangeOfMind, HandshakeDoesNotEndTheFailureOfAnAnswer) {
  offered = offer(a.sdp("RTP/AVP", mux({})));
  answer(b.sdp("RTP/AVP", mux(dtls_lines("active"))));
  reoffer_by_a();
  answer(b.sdp("RTP/AVP", mux(dtls_lines("holdconn"))));
  shake(dtls, kCalleesPort, b.rtp());
  EXPECT_FALSE(dtls.is_connected());
  EXPECT_FALSE(exchange.plane.next_timeout());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_TRUE(is_silent());
}

TEST_F(DtlsChangeOfMind, FailedAnswerIsNotLoggedAsAHandshake) {
  start();
  exchange.registry.expire(exchange.now());
  reoffer_by_a();
  answer(b.sdp("RTP/AVP", mux(dtls_lines("holdconn"))));
  const std::size_t lines = exchange.log.size();
  exchange.registry.expire(exchange.now());
  EXPECT_EQ(exchange.log.size(), lines);
}

/// A handshake has failed for the certificate that it showed.
class DtlsFailedOnce : public DtlsReoffer {
 protected:
  void SetUp() override {
    offered = offer(a.sdp("RTP/AVP", mux({})));
    answer(b.sdp("RTP/AVP", mux(dtls_lines("passive") + kTlsId)));
    DtlsPhone wrong = phone(dtls::Role::kPassive, foreign_identity());
    shake(wrong, kCalleesPort, b.rtp());
    ASSERT_EQ(stands(Leg::kCallee).reason, Reason::kFingerprintMismatch);
  }
};

TEST_F(DtlsFailedOnce, IsNotTriedAgainByTheSameAnswer) {
  answer(b.sdp("RTP/AVP", mux(dtls_lines("passive") + kTlsId)));
  EXPECT_FALSE(calls_out());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_TRUE(is_silent());
}

TEST_F(DtlsFailedOnce, OurNextOfferIsOfANewAssociation) {
  const std::string again = reoffer_by_a();
  EXPECT_NE(value(again, "tls-id"), value(offered, "tls-id"));
  EXPECT_TRUE(is_silent());
  answer(b.sdp("RTP/AVP", mux(dtls_lines("passive") + kTlsId)));
  EXPECT_TRUE(is_silent());
  DtlsPhone right = phone(dtls::Role::kPassive);
  shake(right, kCalleesPort, b.rtp());
  ASSERT_TRUE(right.is_connected());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
  EXPECT_TRUE(talk(right));
}

TEST_F(DtlsFailedOnce, ThePeersNextOfferIsOfANewAssociation) {
  const std::string answered = reoffer_by_b(b.sdp("RTP/AVP", mux(dtls_lines("actpass") + kTlsId)));
  EXPECT_NE(value(answered, "tls-id"), value(offered, "tls-id"));
  DtlsPhone right = phone(dtls::Role::kPassive);
  shake(right, kCalleesPort, b.rtp());
  ASSERT_TRUE(right.is_connected());
  EXPECT_TRUE(talk(right));
}

TEST_F(DtlsFailedOnce, PlainIsADowngradeAllTheSame) {
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kFailed);
  auto request = exchange.offer(b.sdp("RTP/AVP", mux({})));
  request.from_tag = "callee";
  request.to_tag = "caller";
  request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kPrefer);
  EXPECT_FALSE(exchange.registry.offer(request, exchange.now()));
}

TEST_F(DtlsChangeOfMind, LineThatWasGivenUpComesBackAsANewAssociation) {
  start();
  auto gone = exchange.offer(a.sdp("RTP/AVP", {}, 0));
  gone.to_tag = "callee";
  offer(gone);
  answer(b.sdp("RTP/AVP", {}, 0));
  EXPECT_TRUE(is_silent());
  const std::string back = reoffer_by_a();
  EXPECT_NE(value(back, "tls-id"), value(offered, "tls-id"));
  answer(b.sdp("RTP/AVP", mux(dtls_lines("active") + kOtherTlsId)));
  EXPECT_TRUE(is_silent());
  DtlsPhone next = phone(dtls::Role::kActive);
  shake(next, kCalleesPort, b.rtp());
  ASSERT_TRUE(next.is_connected());
  EXPECT_TRUE(talk(next));
}

}  // namespace
}  // namespace osrtp::testing
