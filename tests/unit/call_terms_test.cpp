// What later messages of a dialog make of a leg's terms: an answer may raise a policy, a re-INVITE may come over
// another hop.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::Reason;
using protocol::SecurityState;
using protocol::Signalling;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";

class CallTerms : public ::testing::Test {
 protected:
  using Lines = std::vector<std::string>;

  CallTerms() { options.caller_signalling = options.callee_signalling = Signalling::kEncrypted; }

  Result<protocol::SdpReply, protocol::Error> offer(const std::string& sdp) {
    auto request = exchange.offer(sdp);
    request.osrtp = options;
    if (dialog) request.to_tag = "callee";
    return exchange.registry.offer(request, exchange.now());
  }
  std::vector<protocol::LegSecurity> answer(const std::string& sdp) {
    auto request = exchange.answer(sdp);
    request.osrtp = options;
    const auto reply = exchange.registry.answer(request, exchange.now());
    EXPECT_TRUE(reply);
    dialog = true;
    answered_sdp = reply->sdp;
    return reply->security;
  }
  bool warns(std::string_view word) {
    const auto warnings = exchange.registry.take_warnings();
    return std::any_of(warnings.begin(), warnings.end(), [&](const auto& w) { return w.starts_with(word); });
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
  protocol::OsrtpOptions options;
  bool dialog = false;
  std::string answered_sdp;
};

TEST_F(CallTerms, AnAnswerMayRequireWhatItsSenderDoesNotGive) {
  ASSERT_TRUE(offer(a.sdp("RTP/AVP")));
  options.callee = Policy::kRequire;
  const auto legs = answer(b.sdp("RTP/AVP"));
  EXPECT_EQ(leg(legs, Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_EQ(leg(legs, Leg::kCallee).reason, Reason::kPeerDeclined);
  EXPECT_NE(answered_sdp.find("m=audio 0 "), std::string::npos);
}

TEST_F(CallTerms, AnAnswerMayRequireWhatTheOffererDidNotGive) {
  ASSERT_TRUE(offer(a.sdp("RTP/AVP")));
  options.caller = Policy::kRequire;
  const auto legs = answer(b.sdp("RTP/AVP", {b.crypto(4, kSuite)}));
  EXPECT_EQ(leg(legs, Leg::kCaller).state, SecurityState::kFailed);
  EXPECT_EQ(leg(legs, Leg::kCaller).reason, Reason::kPeerDidNotOffer);
  EXPECT_EQ(leg(legs, Leg::kCallee).reason, Reason::kMediaRejected);
}

TEST_F(CallTerms, AnAnswerThatRequiresWhatRunsChangesNothing) {
  ASSERT_TRUE(offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)})));
  options.caller = options.callee = Policy::kRequire;
  const auto legs = answer(b.sdp("RTP/AVP", {b.crypto(4, kSuite)}));
  EXPECT_EQ(leg(legs, Leg::kCaller).state, SecurityState::kSrtpSdes);
  EXPECT_EQ(leg(legs, Leg::kCallee).state, SecurityState::kSrtpSdes);
}

TEST_F(CallTerms, FaxDoesNotRunOnALegThatMustBeEncryptedSinceTheAnswer) {
  for (auto* policy : {&options.caller, &options.callee}) {
    options.caller = options.callee = Policy::kOff;
    auto request = exchange.offer(a.sdp("udptl"));
    request.osrtp = options;
    ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
    *policy = Policy::kRequire;
    const auto legs = answer(b.sdp("udptl"));
    const Leg which = policy == &options.caller ? Leg::kCaller : Leg::kCallee;
    EXPECT_EQ(leg(legs, which).state, SecurityState::kFailed);
    EXPECT_EQ(leg(legs, which).reason, Reason::kNotRtp);
    exchange.registry.clear(exchange.now());
  }
}

TEST_F(CallTerms, AnAnswerCannotLowerAPolicy) {
  options.callee = Policy::kRequire;
  ASSERT_TRUE(offer(a.sdp("RTP/AVP")));
  options.callee = Policy::kOff;
  EXPECT_EQ(leg(answer(b.sdp("RTP/AVP")), Leg::kCallee).state, SecurityState::kFailed);
}

TEST_F(CallTerms, WhatAnAnswerRaisedHoldsForTheDialog) {
  ASSERT_TRUE(offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)})));
  options.caller = options.callee = Policy::kRequire;
  answer(b.sdp("RTP/AVP", {b.crypto(4, kSuite)}));
  options.caller = options.callee = Policy::kOpportunistic;
  EXPECT_FALSE(offer(a.sdp("RTP/AVP")));
}

TEST_F(CallTerms, AnAnswerTellsHowTheAnswerersHopIsCarried) {
  options.callee_signalling = Signalling::kUnknown;
  ASSERT_TRUE(offer(a.sdp("RTP/AVP")));
  EXPECT_TRUE(warns("key-exposed-unknown"));
  options.callee_signalling = Signalling::kEncrypted;
  answer(b.sdp("RTP/AVP", {b.crypto(4, kSuite)}));
  EXPECT_FALSE(warns("key-exposed"));
}

TEST_F(CallTerms, KeysThatWentOverAHopKnownTooLateToBeClearAreReported) {
  options.callee_signalling = Signalling::kUnknown;
  ASSERT_TRUE(offer(a.sdp("RTP/AVP")));
  options.callee_signalling = Signalling::kClear;
  answer(b.sdp("RTP/AVP", {b.crypto(4, kSuite)}));
  EXPECT_TRUE(warns("key-exposed-clear"));
}

TEST_F(CallTerms, KeysAreNotOfferedOverAHopThatIsClearInTheReInvite) {
  options.callee = Policy::kOpportunistic;
  ASSERT_TRUE(offer(a.sdp("RTP/AVP")));
  answer(b.sdp("RTP/AVP"));
  options.callee_signalling = Signalling::kClear;
  const auto offered = offer(a.sdp("RTP/AVP"));
  ASSERT_TRUE(offered);
  EXPECT_EQ(offered->sdp.find("a=crypto"), std::string::npos);
  options.callee_signalling = Signalling::kEncrypted;  // once clear, not to be trusted again
  EXPECT_EQ(offer(a.sdp("RTP/AVP"))->sdp.find("a=crypto"), std::string::npos);
}

TEST_F(CallTerms, AnEncryptedLegIsNotTakenOverAClearHop) {
  ASSERT_TRUE(offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)})));
  answer(b.sdp("RTP/AVP"));
  options.caller_signalling = Signalling::kClear;
  const auto refused = offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().security.at(0).reason, Reason::kDowngradeRefused);
}

TEST_F(CallTerms, AReInviteTellsOfAHopThatWasUnknown) {
  options.callee_signalling = Signalling::kUnknown;
  ASSERT_TRUE(offer(a.sdp("RTP/AVP")));
  answer(b.sdp("RTP/AVP"));
  ASSERT_TRUE(offer(a.sdp("RTP/AVP")));
  EXPECT_TRUE(warns("key-exposed-unknown"));
  options.callee_signalling = Signalling::kEncrypted;
  ASSERT_TRUE(offer(a.sdp("RTP/AVP")));
  EXPECT_FALSE(warns("key-exposed"));
}

TEST_F(CallTerms, APlainAnswerByLeaveIsNoneOnceThePolicyHasRisenToPrefer) {
  options.caller_fallback = true;
  options.caller_keying = {"dtls"};
  for (const Policy risen : {Policy::kOpportunistic, Policy::kPrefer}) {
    options.caller = Policy::kOpportunistic;
    ASSERT_TRUE(offer(a.sdp("RTP/SAVP", {a.crypto(1, kSuite)})));
    options.caller = risen;
    const auto caller = leg(answer(b.sdp("RTP/AVP")), Leg::kCaller);
    const bool plain = risen == Policy::kOpportunistic;
    EXPECT_EQ(caller.state, plain ? SecurityState::kPlain : SecurityState::kFailed);
    EXPECT_EQ(caller.reason, Reason::kNoCommonSuite);
  }
}

}  // namespace
}  // namespace osrtp::testing
