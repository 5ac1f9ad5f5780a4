#include "explain/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ctl/explain.hpp"
#include "srtp/context.hpp"
#include "support/phone.hpp"

namespace osrtp::explain {
namespace {

using protocol::Leg;
using protocol::SecurityState;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Phone;

constexpr Now kNow{TimePoint(std::chrono::hours(1)), WallTime(std::chrono::hours(500'000))};

/// No key twice: who answers with the relay's own is refused.
void count_up(ByteSpan octets) {
  static std::uint8_t next = 0;
  std::fill(octets.begin(), octets.end(), ++next);
}

Explanation explain_offer(const std::string& offer, const protocol::OsrtpOptions& terms = {},
                          std::optional<std::string> answer = {}) {
  EXPECT_TRUE(srtp::initialize());
  static const auto identity = *dtls::Identity::generate(kNow.wall);
  return explain({offer, std::move(answer), terms, {}}, count_up, identity, kNow);
}

/// "caller callee", of the first m-line.
std::string states(const Outcome& outcome) {
  const auto* reply = std::get_if<protocol::SdpReply>(&outcome.reply.body);
  if (reply == nullptr) return "refused";
  std::string text;
  for (const auto leg : {Leg::kCaller, Leg::kCallee}) {
    for (const auto& security : reply->security) {
      if (security.leg == leg && security.media == 0)
        text += (text.empty() ? "" : " ") + std::string(name(security.state));
    }
  }
  return text;
}

TEST(Explain, APlainOfferComesToWhatTheCalleeCanDo) {
  const auto found = explain_offer(Phone(1).sdp("RTP/AVP"));
  ASSERT_EQ(found.outcomes.size(), 3U);
  EXPECT_EQ(found.outcomes[0].answer, "with SRTP, keys in the SDP");
  EXPECT_EQ(states(found.outcomes[0]), "plain srtp-sdes");
  EXPECT_EQ(found.outcomes[0].reply.warnings, found.offered.warnings) << "the answer itself is a good one";
  EXPECT_EQ(found.outcomes[1].answer, "with DTLS-SRTP");
  EXPECT_EQ(states(found.outcomes[1]), "plain pending");
  EXPECT_TRUE(found.outcomes[1].handshake);
  EXPECT_EQ(found.outcomes[2].answer, "without SRTP");
  EXPECT_EQ(states(found.outcomes[2]), "plain plain");
  EXPECT_FALSE(found.refused_by_plain_phones);
}

TEST(Explain, WhatInsistsOnSrtpHasNoOutcomeWithoutIt) {
  protocol::OsrtpOptions terms;
  terms.callee = protocol::Policy::kRequire;
  const auto found = explain_offer(Phone(1).sdp("RTP/AVP"), terms);
  EXPECT_TRUE(found.refused_by_plain_phones);
  for (const Outcome& outcome : found.outcomes)
    EXPECT_THAT(states(outcome), Not(HasSubstr(" plain"))) << outcome.answer;
}

TEST(Explain, AnOfferThatAPolicyForbidsGoesNowhere) {
  protocol::OsrtpOptions terms;
  terms.caller = protocol::Policy::kRequire;
  const auto found = explain_offer(Phone(1).sdp("RTP/AVP"), terms);
  const auto* refusal = std::get_if<protocol::Error>(&found.offered.body);
  ASSERT_NE(refusal, nullptr);
  EXPECT_THAT(refusal->reason, HasSubstr("peer-did-not-offer"));
  EXPECT_TRUE(found.outcomes.empty());
}

TEST(Explain, TheCallersKeysAreNotInWhatTheCalleeGets) {
  const Phone caller(1);
  const auto key = caller.crypto(1, "AES_CM_128_HMAC_SHA1_80");
  const auto found = explain_offer(caller.sdp("RTP/AVP", {key}));
  const auto* offered = std::get_if<protocol::SdpReply>(&found.offered.body);
  ASSERT_NE(offered, nullptr);
  EXPECT_THAT(offered->sdp, HasSubstr("a=crypto:"));
  EXPECT_THAT(offered->sdp, Not(HasSubstr(key.substr(key.find("inline:") + 7))));
}

TEST(Explain, AGivenAnswerIsTheOnlyOne) {
  const auto found = explain_offer(Phone(1).sdp("RTP/AVP"), {}, Phone(2).sdp("RTP/AVP"));
  ASSERT_EQ(found.outcomes.size(), 1U);
  EXPECT_EQ(states(found.outcomes[0]), "plain plain");
  const auto wrong = explain_offer(Phone(1).sdp("RTP/AVP"), {}, "no SDP");
  ASSERT_EQ(wrong.outcomes.size(), 1U);
  EXPECT_EQ(states(wrong.outcomes[0]), "refused");
}

TEST(CtlExplain, TellsPeopleOfEachAnswerAndOfPhonesThatRefuse) {
  protocol::OsrtpOptions terms;
  terms.callee = protocol::Policy::kRequire;
  const std::string text = ctl::describe(explain_offer(Phone(1).sdp("RTP/AVP"), terms));
  EXPECT_THAT(text, HasSubstr("The callee is offered:\n  v=0\n"));
  EXPECT_THAT(
      text,
      HasSubstr("\nIf it answers with SRTP, keys in the SDP:\n  caller media 1: plain because peer-did-not-offer\n"
                "  callee media 1: encrypted, srtp-sdes AEAD_AES_256_GCM\n"));
  EXPECT_THAT(text, HasSubstr("\nA phone without SRTP refuses this offer (488).\n"));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST(CtlExplain, TellsProgramsInTheRepliesOfTheControlProtocol) {
  const std::string json = ctl::to_json(explain_offer(Phone(1).sdp("RTP/AVP"), {}, Phone(2).sdp("RTP/AVP")));
  EXPECT_THAT(json, ::testing::StartsWith(R"({"offer":{"sdp":"v=0\r\n)"));
  EXPECT_THAT(json, HasSubstr(R"("answers":[{"phone":"as given","reply":{"sdp":"v=0\r\n)"));
}

TEST(Explain, NoSdpHasNoUsualAnswers) { EXPECT_TRUE(usual_answers("x", count_up).empty()); }

}  // namespace
}  // namespace osrtp::explain
