// A phone that has one stream in two m-lines, from SDP to packets and through the dialog.
#include <gtest/gtest.h>

#include "support/dtls_call.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::SecurityState;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
const std::string kPlainLine = "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n";
const std::string kNoPlainLine = "m=audio 0 RTP/AVP 0\r\n";

/// A has two lines, B one.
class CallTwoLines : public ::testing::Test {
 protected:
  explicit CallTwoLines(std::shared_ptr<const dtls::Identity> identity = {}) : exchange({}, std::move(identity)) {}

  static constexpr std::uint16_t kCallersPort = 30000;
  static constexpr std::uint16_t kCalleesPort = 30002;

  std::string secure_line(const Phone& phone) const { return phone.sdp("RTP/SAVP", {phone.crypto(1, kSuite)}); }
  Result<protocol::SdpReply, protocol::Error> try_offer(const std::string& sdp, Leg from = Leg::kCaller) {
    auto request = exchange.offer(sdp);
    request.to_tag = answered_ ? "callee" : "";
    if (from == Leg::kCallee) std::swap(request.from_tag, request.to_tag);
    request.osrtp = options;
    return exchange.registry.offer(request, exchange.now());
  }
  std::string offer(const std::string& sdp, Leg from = Leg::kCaller) {
    const auto reply = try_offer(sdp, from);
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().reason);
    return reply ? reply->sdp : "";
  }
  std::string answer(const std::string& sdp, Leg offerer = Leg::kCaller) {
    auto request = exchange.answer(sdp);
    if (offerer == Leg::kCallee) std::swap(request.from_tag, request.to_tag);
    const auto reply = exchange.registry.answer(request, exchange.now());
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().reason);
    answered_ = answered_ || reply;
    return reply ? reply->sdp : "";
  }
  std::string answer_of_b() const { return b.sdp("RTP/AVP", {b.crypto(4, kSuite)}); }

  void start() {
    const std::string sent = secure_line(a) + kPlainLine;
    const std::string to_b = offer(sent);
    const std::string to_a = answer(answer_of_b());
    a.key(sent, to_a, to_a);
    b.key(answer_of_b(), to_b, answer_of_b());
  }
  /// What the other phone reads of the nth packet of one.
  ::testing::AssertionResult passes(Phone& from, Phone& to, std::uint16_t port, std::uint16_t sequence) {
    const auto sent = exchange.plane.receive(port, from.rtp(), from.packet(sequence), exchange.now().steady);
    if (!sent) return ::testing::AssertionFailure() << name(sent.error());
    if (to.open(sent->packet) == from.clear(sequence)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "cannot be read";
  }
  ::testing::AssertionResult talk(std::uint16_t sequence) {
    const auto there = passes(a, b, kCallersPort, sequence);
    return there ? passes(b, a, kCalleesPort, sequence) : there;
  }
  SecurityState state(Leg which) {
    protocol::Query query;
    query.call_id = "call-1";
    const auto report = exchange.registry.query(query, exchange.now())->call;
    EXPECT_EQ(report.security.size(), 2U);
    return leg(report.security, which).state;
  }

  Exchange exchange;
  protocol::OsrtpOptions options = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
  Phone a{1};
  Phone b{2};

 private:
  bool answered_ = false;
};

TEST_F(CallTwoLines, KeepTheirKeysAndTheirRolloverCountersThroughReinvitesOfBothSides) {
  start();
  ASSERT_TRUE(talk(65535));
  ASSERT_TRUE(talk(0));  // both have rolled over
  ASSERT_TRUE(talk(1));

  offer(secure_line(a) + kNoPlainLine);
  answer(answer_of_b());
  EXPECT_TRUE(talk(2));

  const std::string to_a = offer(answer_of_b(), Leg::kCallee);
  EXPECT_NE(to_a.find("m=audio 30000 RTP/SAVP 0 101\r\n"), std::string::npos) << to_a;
  EXPECT_NE(to_a.find("m=audio 0 RTP/AVP 0\r\n"), std::string::npos) << to_a;
  answer(secure_line(a) + kNoPlainLine, Leg::kCallee);
  EXPECT_TRUE(talk(3));

  offer(secure_line(a) + kPlainLine);
  answer(answer_of_b());
  EXPECT_TRUE(talk(4));
}

TEST_F(CallTwoLines, TakeTwoPortsAndOneStream) {
  start();
  EXPECT_EQ(exchange.plane.open_port_pairs(), 2U);
  EXPECT_EQ(exchange.plane.open_streams(), 1U);
  EXPECT_EQ(state(Leg::kCaller), SecurityState::kSrtpSdes);
}

TEST_F(CallTwoLines, AreWhatTheyWereWhenAReinviteIsRefused) {
  start();
  ASSERT_TRUE(talk(1));
  // The other side refuses this one, with another pair in it.
  offer(secure_line(a) + kPlainLine + "m=video 4002 RTP/AVP 97\r\n");
  const std::string to_a = offer(answer_of_b(), Leg::kCallee);
  EXPECT_EQ(sdp::Text::parse(to_a)->media_count(), 2U) << to_a;
  answer(secure_line(a) + kNoPlainLine, Leg::kCallee);
  EXPECT_TRUE(talk(2));
}

TEST_F(CallTwoLines, WithoutTheSecureOneAreADowngrade) {
  options.caller = Policy::kPrefer;
  start();
  ASSERT_TRUE(talk(1));
  const auto refused = try_offer(a.sdp("RTP/SAVP", {}, 0) + kPlainLine);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "Refused by policy: downgrade-refused");
  EXPECT_TRUE(talk(2));
}

TEST_F(CallTwoLines, MayBecomePlainWhereADowngradeMayBe) {
  start();
  ASSERT_TRUE(talk(1));
  offer(a.sdp("RTP/SAVP", {}, 0) + kPlainLine);
  const std::string to_a = answer(answer_of_b());
  EXPECT_NE(to_a.find("m=audio 0 RTP/SAVP"), std::string::npos) << to_a;
  EXPECT_NE(to_a.find("m=audio 30000 RTP/AVP"), std::string::npos) << to_a;
  EXPECT_EQ(state(Leg::kCaller), SecurityState::kPlain);
}

TEST_F(CallTwoLines, OfferedToTheCalleeCarryWhatItHasChosen) {
  options.callee_shape = protocol::Shape::kTwoLines;
  const std::string to_b = offer(a.sdp("RTP/AVP"));
  const std::string secure = b.sdp("RTP/SAVP", {b.crypto(4, kSuite)}) + kNoPlainLine;
  answer(secure);
  b.key(secure, to_b, secure);
  EXPECT_TRUE(talk(1));
  EXPECT_EQ(state(Leg::kCallee), SecurityState::kSrtpSdes);

  // Each side offers once more.
  offer(a.sdp("RTP/AVP"));
  answer(secure);
  EXPECT_TRUE(talk(2));
  offer(secure, Leg::kCallee);
  answer(a.sdp("RTP/AVP"), Leg::kCallee);
  EXPECT_TRUE(talk(3));
}

TEST_F(CallTwoLines, OfferedAndTakenPlainArePlainBothWays) {
  options.callee_shape = protocol::Shape::kTwoLines;
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/SAVP", {}, 0) + kPlainLine);
  EXPECT_TRUE(talk(1));
  EXPECT_EQ(state(Leg::kCallee), SecurityState::kPlain);
}

TEST_F(CallTwoLines, OfferedAndTakenPlainFailOnceThePolicyHasRisen) {
  options.callee_shape = protocol::Shape::kTwoLines;
  offer(a.sdp("RTP/AVP"));
  auto request = exchange.answer(b.sdp("RTP/SAVP", {}, 0) + kPlainLine);
  request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kRequire);
  ASSERT_TRUE(exchange.registry.answer(request, exchange.now()));
  EXPECT_EQ(state(Leg::kCallee), SecurityState::kFailed);
  EXPECT_FALSE(exchange.plane.receive(kCallersPort, a.rtp(), a.packet(1), exchange.now().steady));
}

TEST_F(CallTwoLines, OfManyStreamsStayBelowTheLimit) {
  options.callee_shape = protocol::Shape::kTwoLines;
  std::string sdp = a.sdp("RTP/AVP");
  for (int n = 1; n < 12; ++n) sdp += "m=audio " + std::to_string(4000 + 2 * n) + " RTP/AVP 0\r\n";
  EXPECT_EQ(sdp::Text::parse(offer(sdp))->media_count(), 16U);
}

TEST_F(CallTwoLines, KeepTheirProfileThroughAReofferOfTheOtherSide) {
  start();
  const std::string to_a = offer(b.sdp("RTP/AVPF", {b.crypto(4, kSuite)}), Leg::kCallee);
  EXPECT_NE(to_a.find("m=audio 30000 RTP/SAVP 0 101\r\n"), std::string::npos) << to_a;
}

/// With DTLS beside SDES on the secure one.
class CallTwoLinesDtls : public CallTwoLines {
 protected:
  CallTwoLinesDtls() : CallTwoLines(relay_identity()) {}
};

TEST_F(CallTwoLinesDtls, KeepTheirKeyManagementThroughAReofferOfTheOtherSide) {
  offer(a.sdp("RTP/SAVP", Lines{a.crypto(1, kSuite)} + dtls_lines("passive")) + kPlainLine);
  const std::string to_a = answer(b.sdp("RTP/AVP"));
  ASSERT_FALSE(value(to_a, "fingerprint").empty()) << to_a;
  const std::string again = offer(b.sdp("RTP/AVP"), Leg::kCallee);
  EXPECT_EQ(value(again, "fingerprint"), value(to_a, "fingerprint")) << again;
  EXPECT_EQ(value(again, "crypto"), "") << again;
}

TEST_F(CallTwoLines, OfferedAndTakenPlainAreReportedInThePlainProfile) {
  options.callee_shape = protocol::Shape::kTwoLines;
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/SAVP", {}, 0) + kPlainLine);
  protocol::Query query;
  query.call_id = "call-1";
  const auto report = exchange.registry.query(query, exchange.now())->call;
  for (const auto& party : report.parties) EXPECT_EQ(party.medias[0].protocol, "RTP/AVP");
}

TEST_F(CallTwoLines, OfWhoTakesAPlainAnswerArePlainOnThePlainLine) {
  options.caller_fallback = true;
  options.caller_signalling = protocol::Signalling::kClear;
  offer(secure_line(a) + kPlainLine);
  const std::string to_a = answer(answer_of_b());
  EXPECT_NE(to_a.find("m=audio 0 RTP/SAVP 0 101\r\n"), std::string::npos) << to_a;
  EXPECT_NE(to_a.find("m=audio 30000 RTP/AVP 0"), std::string::npos) << to_a;
}

TEST_F(CallTwoLines, LetTheOtherSideAddNoMoreStreamsThanTheLimitHas) {
  options.callee_shape = protocol::Shape::kTwoLines;
  std::string sdp = a.sdp("RTP/AVP");
  for (int n = 1; n < 8; ++n) sdp += "m=audio " + std::to_string(4000 + 2 * n) + " RTP/AVP 0\r\n";
  const std::string to_b = offer(sdp);
  std::string answered = b.sdp("RTP/SAVP", {b.crypto(4, kSuite)}) + kNoPlainLine;
  for (int n = 1; n < 8; ++n) answered += "m=audio 0 RTP/SAVP 0\r\n" + kNoPlainLine;
  answer(answered);
  for (int n = 8; n < 9; ++n) sdp += "m=audio " + std::to_string(4000 + 2 * n) + " RTP/AVP 0\r\n";
  const auto refused = try_offer(sdp);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "Too many m-lines");
}

TEST_F(CallTwoLines, AreOneStreamAgainAfterAFaxInTheirPlace) {
  start();
  ASSERT_TRUE(talk(1));
  const std::string head = "v=0\r\no=phone 1 2 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n";
  const std::string fax = "m=image 4000 udptl t38\r\n";
  EXPECT_EQ(sdp::Text::parse(offer(head + fax + kNoPlainLine))->media_count(), 1U);
  const std::string fax_to_a = answer(head + fax);
  EXPECT_NE(fax_to_a.find("m=image 30000 udptl t38\r\nm=audio 0 RTP/AVP 0\r\n"), std::string::npos) << fax_to_a;

  const std::string sent = secure_line(a) + kPlainLine;
  const std::string to_b = offer(sent);
  const std::string to_a = answer(answer_of_b());
  EXPECT_EQ(sdp::Text::parse(to_b)->media_count(), 1U) << to_b;
  EXPECT_NE(to_a.find("m=audio 30000 RTP/SAVP 0 101\r\n"), std::string::npos) << to_a;
  EXPECT_NE(to_a.find("m=audio 0 RTP/AVP 0 101\r\n"), std::string::npos) << to_a;
  a.key(sent, to_a, to_a);
  b.key(answer_of_b(), to_b, answer_of_b());
  EXPECT_TRUE(talk(2));
}

}  // namespace
}  // namespace osrtp::testing
