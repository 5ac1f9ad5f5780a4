#include "module/outcome.hpp"

#include <gtest/gtest.h>

namespace osrtp::module {
namespace {

using protocol::Leg;
using protocol::LegSecurity;
using protocol::SecurityState;
using Text = std::optional<std::string>;

LegSecurity line(Leg leg, SecurityState state, std::string suite = {}) {
  LegSecurity security;
  security.leg = leg;
  security.state = state;
  security.suite = std::move(suite);
  return security;
}

protocol::Reply reply_with(protocol::ReplyBody body) {
  protocol::Reply reply;
  reply.body = std::move(body);
  return reply;
}

TEST(Outcome, TheLeastProtectedLineSpeaksForALeg) {
  Outcome outcome;
  outcome.security = {
      line(Leg::kCallee, SecurityState::kSrtpSdes, "AEAD_AES_128_GCM"), line(Leg::kCallee, SecurityState::kNotRtp),
      line(Leg::kCaller, SecurityState::kSrtpSdes, "AEAD_AES_128_GCM"), line(Leg::kCaller, SecurityState::kPlain)};
  outcome.security.back().reason = protocol::Reason::kPeerDeclined;
  EXPECT_EQ(fact(outcome, Fact::kCalleeState), "srtp-sdes");
  EXPECT_EQ(fact(outcome, Fact::kCalleeSuite), "AEAD_AES_128_GCM");
  EXPECT_EQ(fact(outcome, Fact::kCalleeReason), std::nullopt);
  EXPECT_EQ(fact(outcome, Fact::kCallerState), "plain");
  EXPECT_EQ(fact(outcome, Fact::kCallerReason), "peer-declined");
  EXPECT_EQ(fact(outcome, Fact::kCallerSuite), std::nullopt);
  EXPECT_EQ(fact(outcome, Fact::kEncrypted), "callee");
}

TEST(Outcome, OneWordSaysWhichLegsAreEncrypted) {
  const auto both = [](SecurityState caller, SecurityState callee) {
    Outcome outcome;
    outcome.security = {line(Leg::kCaller, caller), line(Leg::kCallee, callee)};
    return fact(outcome, Fact::kEncrypted);
  };
  EXPECT_EQ(both(SecurityState::kSrtpSdes, SecurityState::kSrtpDtls), "both");
  EXPECT_EQ(both(SecurityState::kSrtpDtls, SecurityState::kPending), "caller");
  EXPECT_EQ(both(SecurityState::kFailed, SecurityState::kSrtpSdes), "callee");
  EXPECT_EQ(both(SecurityState::kPlain, SecurityState::kZrtpPassthrough), "none");
}

TEST(Outcome, WhatIsNotKnownIsNoText) {
  const Outcome nothing;
  for (std::size_t i = 0; i < kFactNames.size(); ++i) {
    const auto each = static_cast<Fact>(i);
    EXPECT_EQ(fact(nothing, each), each == Fact::kCode ? Text("1") : std::nullopt) << kFactNames[i];
  }
}

TEST(Outcome, NamesAreKnown) {
  for (std::size_t i = 0; i < kFactNames.size(); ++i) EXPECT_EQ(fact_named(kFactNames[i]), static_cast<Fact>(i));
  EXPECT_EQ(fact_named("suite"), std::nullopt);
}

TEST(Outcome, AFailureTellsCodeErrorAndReason) {
  const Outcome outcome = failure(OSRTP_UNREACHABLE, "unreachable", "no answer in time");
  EXPECT_EQ(fact(outcome, Fact::kCode), "-2");
  EXPECT_EQ(fact(outcome, Fact::kError), "unreachable");
  EXPECT_EQ(fact(outcome, Fact::kReason), "no answer in time");
}

TEST(Outcome, APolicysRefusalIsNotTheDaemonsFailure) {
  const auto code = [](protocol::ErrorCode error) {
    return outcome_of(reply_with(protocol::Error{error, "because", {}})).code;
  };
  EXPECT_EQ(code(protocol::ErrorCode::kPolicyRefused), OSRTP_REFUSED);
  EXPECT_EQ(code(protocol::ErrorCode::kKeysRefused), OSRTP_REFUSED);
  EXPECT_EQ(code(protocol::ErrorCode::kUnknownCall), OSRTP_FAILED);
}

TEST(Outcome, AnSdpWithNoLineLeftGoesOutAndIsARefusal) {
  protocol::SdpReply body;
  body.sdp = "v=0\r\n";
  body.security = {line(Leg::kCaller, SecurityState::kFailed), line(Leg::kCallee, SecurityState::kFailed)};
  const Outcome outcome = outcome_of(reply_with(body));
  EXPECT_EQ(outcome.code, OSRTP_REFUSED);
  EXPECT_EQ(outcome.error, "keys-refused");
  EXPECT_EQ(outcome.sdp, "v=0\r\n");
}

TEST(Outcome, ACallsTotalsAreItsLinesSums) {
  protocol::CallReport call;
  call.security = {line(Leg::kCaller, SecurityState::kSrtpSdes), line(Leg::kCallee, SecurityState::kPlain)};
  call.security[0].relayed_packets = 10;
  call.security[0].authenticated_packets = 11;
  call.security[0].dropped = {{"replayed", 1}, {"bad-tag", 2}};
  call.security[1].relayed_packets = 5;
  call.duration_ms = 61'999;
  protocol::DeleteReply body;
  body.call = call;
  const Outcome outcome = outcome_of(reply_with(body));
  EXPECT_EQ(fact(outcome, Fact::kPackets), "15");
  EXPECT_EQ(fact(outcome, Fact::kAuthenticated), "11");
  EXPECT_EQ(fact(outcome, Fact::kDropped), "3");
  EXPECT_EQ(fact(outcome, Fact::kSeconds), "61");
  EXPECT_EQ(fact(outcome, Fact::kEncrypted), "caller");
}

TEST(Outcome, WarningsAreOneText) {
  auto reply = reply_with(protocol::DeleteReply{});
  reply.warnings = {"one", "two"};
  EXPECT_EQ(fact(outcome_of(reply), Fact::kWarnings), "one; two");
}

}  // namespace
}  // namespace osrtp::module
