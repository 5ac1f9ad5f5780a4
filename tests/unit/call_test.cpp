#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::Reason;
using protocol::SecurityState;
using std::chrono::seconds;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";

class Call : public ::testing::Test {
 protected:
  /// Offer and answer between an encrypting caller and a callee that answers `crypto` or plain.
  void establish(bool callee_encrypts) {
    offer_sdp = a.sdp("RTP/AVP", {a.crypto(1, kSuite)});
    auto request = exchange.offer(offer_sdp);
    request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
    auto offered = exchange.registry.offer(request, exchange.now());
    ASSERT_TRUE(offered);
    offered_sdp = offered->sdp;
    answer_sdp = b.sdp("RTP/AVP", callee_encrypts ? std::vector{b.crypto(4, kSuite)} : std::vector<std::string>{});
    auto answered = exchange.registry.answer(exchange.answer(answer_sdp), exchange.now());
    ASSERT_TRUE(answered);
    answered_sdp = answered->sdp;
    a.key(offer_sdp, answered_sdp, answered_sdp);
    b.key(answer_sdp, offered_sdp, answer_sdp);
  }
  std::uint16_t port_in(const std::string& sdp) const {
    const auto text = sdp::Text::parse(sdp);
    return first_media(*text).port->number();
  }
  std::vector<protocol::LegSecurity> security() {
    protocol::Query query;
    query.call_id = "call-1";
    return exchange.registry.query(query, exchange.now())->call.security;
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
  std::string offer_sdp, offered_sdp, answer_sdp, answered_sdp;
};

TEST_F(Call, NothingPassesBeforeTheAnswer) {
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  const auto offered = exchange.registry.offer(request, exchange.now());
  ASSERT_TRUE(offered);
  const auto dropped = exchange.plane.receive(port_in(offered->sdp), b.rtp(), b.clear(1), exchange.now().steady);
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error(), relay::Drop::kNotAnswered);
}

TEST_F(Call, AnswerGivenInProgressAndInTheEndKeepsKeysAndPorts) {
  establish(true);
  ASSERT_TRUE(hears(a, port_in(answered_sdp), b, 1));
  const auto again = exchange.registry.answer(exchange.answer(answer_sdp), exchange.now());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->sdp, answered_sdp);
  EXPECT_TRUE(hears(a, port_in(answered_sdp), b, 2));
  const auto replayed = exchange.plane.receive(port_in(answered_sdp), a.rtp(), a.packet(2), exchange.now().steady);
  EXPECT_FALSE(replayed);  // the replay window went on too
}

TEST_F(Call, RetransmittedOfferIsTheSameOffer) {
  auto request = exchange.offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}));
  const auto first = exchange.registry.offer(request, exchange.now());
  const auto second = exchange.registry.offer(request, exchange.now());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->sdp, second->sdp);
  EXPECT_EQ(exchange.plane.open_port_pairs(), 2U);
}

TEST_F(Call, EveryBranchHasItsOwnPortAndKey) {
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.via_branch = "0";
  const auto first = exchange.registry.offer(request, exchange.now());
  request.via_branch = "1";
  const auto second = exchange.registry.offer(request, exchange.now());
  ASSERT_TRUE(first && second);
  EXPECT_NE(port_in(first->sdp), port_in(second->sdp));
  const auto text_one = sdp::Text::parse(first->sdp);
  const auto text_two = sdp::Text::parse(second->sdp);
  const auto one = first_media(*text_one);
  const auto two = first_media(*text_two);
  ASSERT_FALSE(one.crypto.empty());
  EXPECT_FALSE(one.crypto[0].keys[0].key_salt.equals(two.crypto[0].keys[0].key_salt));
}

TEST_F(Call, EveryOfferedLineHasAKeyOfItsOwn) {
  const auto offered = exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP")), exchange.now());
  ASSERT_TRUE(offered);
  const auto text = sdp::Text::parse(offered->sdp);
  const auto media = first_media(*text);
  ASSERT_EQ(media.crypto.size(), kDefaultSuites.size());
  for (std::size_t i = 1; i < media.crypto.size(); ++i) {
    EXPECT_FALSE(media.crypto[i].keys[0].key_salt.equals(media.crypto[0].keys[0].key_salt));
  }
}

TEST_F(Call, AFailedBranchLeavesItsSiblingAlone) {
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.via_branch = "0";
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  request.via_branch = "1";
  const auto second = exchange.registry.offer(request, exchange.now());
  protocol::Delete gone;
  gone.call_id = "call-1";
  gone.from_tag = "caller";
  gone.via_branch = "0";
  EXPECT_TRUE(exchange.registry.remove(gone, exchange.now()).call);
  EXPECT_EQ(exchange.plane.open_port_pairs(), 2U);
  auto answer = exchange.answer(b.sdp("RTP/AVP"));
  answer.via_branch = "1";
  const auto answered = exchange.registry.answer(answer, exchange.now());
  ASSERT_TRUE(answered);
  EXPECT_TRUE(hears(a, port_in(answered->sdp), b, 1));
}

TEST_F(Call, ABranchThatIsGoneAlreadyDoesNotTakeTheCallWithIt) {
  establish(true);
  protocol::Delete late;  // the 487 of a cancelled fork, behind the 200 of another
  late.call_id = "call-1";
  late.from_tag = "caller";
  late.via_branch = "7";
  EXPECT_FALSE(exchange.registry.remove(late, exchange.now()).call);
  EXPECT_TRUE(hears(a, port_in(answered_sdp), b, 1));
}

TEST_F(Call, AStockClientsByeEndsTheCallWhateverItsBranch) {
  establish(true);
  protocol::Delete bye;
  bye.call_id = "call-1";
  bye.from_tag = "caller";
  bye.via_branch = "z9hG4bKabc";
  EXPECT_TRUE(exchange.registry.remove(bye, exchange.now()).call);
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(Call, AForkWhoseKeysFailTouchesNoOther) {
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.via_branch = "0";
  const auto first = exchange.registry.offer(request, exchange.now());
  request.via_branch = "1";
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  auto good = exchange.answer(b.sdp("RTP/AVP"));
  good.via_branch = "0";
  good.sip_code = 183;
  const auto answered = exchange.registry.answer(good, exchange.now());
  auto bad = exchange.answer(Phone(3).sdp("RTP/AVP", {Phone(3).crypto(99, "AES_CM_128_HMAC_SHA1_32")}));
  bad.via_branch = "1";
  bad.to_tag = "other";
  bad.sip_code = 183;
  const auto failed = exchange.registry.answer(bad, exchange.now());
  ASSERT_TRUE(answered && failed);
  EXPECT_EQ(leg(failed->security, Leg::kCallee).reason, Reason::kBadCryptoAttribute);
  EXPECT_TRUE(hears(a, port_in(answered->sdp), b, 1));
  EXPECT_TRUE(hears(b, port_in(first->sdp), a, 1));
}

TEST_F(Call, AnMLineGivenUpIsOverAndComesBackWithFreshKeys) {
  establish(true);
  ASSERT_TRUE(hears(a, port_in(answered_sdp), b, 1));
  auto removed = exchange.offer(a.sdp("RTP/AVP", {}, 0));
  removed.to_tag = "callee";
  ASSERT_TRUE(exchange.registry.offer(removed, exchange.now()));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP", {}, 0)), exchange.now()));
  EXPECT_FALSE(hears(a, port_in(answered_sdp), b, 2));

  auto back = exchange.offer(offer_sdp);
  back.to_tag = "callee";
  const auto reoffered = exchange.registry.offer(back, exchange.now());
  const auto answered = exchange.registry.answer(exchange.answer(answer_sdp), exchange.now());
  ASSERT_TRUE(reoffered && answered);
  EXPECT_NE(answered->sdp, answered_sdp);
  a.key(offer_sdp, answered->sdp, answered->sdp);
  b.key(answer_sdp, reoffered->sdp, answer_sdp);
  EXPECT_TRUE(hears(a, port_in(answered->sdp), b, 1));
}

TEST_F(Call, ARetryAfterARefusalKeepsTheCallersPort) {
  auto request = exchange.offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}));
  request.via_branch = "0";
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  protocol::Delete refused;
  refused.call_id = "call-1";
  refused.from_tag = "caller";
  refused.via_branch = "0";
  (void)exchange.registry.remove(refused, exchange.now());
  request.via_branch = "1";
  request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kRequire);
  const auto retried = exchange.registry.offer(request, exchange.now());
  ASSERT_TRUE(retried);
  EXPECT_NE(retried->sdp.find("RTP/SAVP"), std::string::npos);
  EXPECT_EQ(exchange.plane.open_port_pairs(), 2U);
}

TEST_F(Call, AReofferWithoutKeysOverClearSignallingChangesNothing) {
  auto request = exchange.offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}));
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));  // signalling unknown
  const std::string answer = b.sdp("RTP/AVP");
  const auto answered = exchange.registry.answer(exchange.answer(answer), exchange.now());
  ASSERT_TRUE(answered);
  a.key(request.sdp, answered->sdp, answered->sdp);
  ASSERT_TRUE(hears(a, port_in(answered->sdp), b, 1));

  auto stripped = exchange.offer(a.sdp("RTP/AVP"));
  stripped.to_tag = "callee";
  const auto refused = exchange.registry.offer(stripped, exchange.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, protocol::ErrorCode::kPolicyRefused);
  EXPECT_EQ(refused.error().security.at(0).reason, Reason::kDowngradeRefused);
  EXPECT_EQ(leg(security(), Leg::kCaller).state, SecurityState::kSrtpSdes);
  EXPECT_TRUE(hears(a, port_in(answered->sdp), b, 2));
}

TEST_F(Call, ANewKeyOfThePeersReplacesOnlyTheInboundContext) {
  establish(false);
  ASSERT_TRUE(hears(a, port_in(answered_sdp), b, 1));
  ASSERT_TRUE(hears(b, port_in(offered_sdp), a, 1));

  Phone rekeyed(1);
  auto request = exchange.offer(rekeyed.sdp("RTP/AVP", {Phone(9).crypto(1, kSuite)}));
  request.to_tag = "callee";
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  const auto answered = exchange.registry.answer(exchange.answer(answer_sdp), exchange.now());
  ASSERT_TRUE(answered);
  rekeyed.key(request.sdp, answered->sdp, answered->sdp);
  EXPECT_TRUE(hears(rekeyed, port_in(answered->sdp), b, 2));
  EXPECT_FALSE(hears(a, port_in(answered->sdp), b, 3));  // the old key is over
  // Ours goes on: the index of packet 1 is spent, so nothing new may leave under it.
  const auto again = exchange.plane.receive(port_in(offered_sdp), b.rtp(), b.packet(1), exchange.now().steady);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), relay::Drop::kDuplicate);
}

TEST_F(Call, ALateOfferNamesTheCalleeAsOfferer) {
  auto request = exchange.offer(b.sdp("RTP/AVP", {b.crypto(1, kSuite)}));
  request.from_tag = "callee";
  request.to_tag = "caller";
  request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
  request.osrtp->offerer = Leg::kCallee;
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  auto answer = exchange.answer(a.sdp("RTP/AVP"));
  answer.from_tag = "callee";
  answer.to_tag = "caller";
  const auto answered = exchange.registry.answer(answer, exchange.now());
  ASSERT_TRUE(answered);
  EXPECT_EQ(leg(answered->security, Leg::kCallee).state, SecurityState::kSrtpSdes);
  EXPECT_EQ(leg(answered->security, Leg::kCaller).reason, Reason::kPeerDeclined);
}

TEST_F(Call, ClearSignallingKeepsBothLegsPlainAndSaysWhy) {
  auto request = exchange.offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}));
  request.osrtp = protocol::OsrtpOptions{};
  request.osrtp->caller_signalling = request.osrtp->callee_signalling = protocol::Signalling::kClear;
  const auto offered = exchange.registry.offer(request, exchange.now());
  ASSERT_TRUE(offered);
  EXPECT_EQ(offered->sdp.find("a=crypto"), std::string::npos);
  const auto answered =
      exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP", {b.crypto(1, kSuite)})), exchange.now());
  ASSERT_TRUE(answered);
  EXPECT_EQ(leg(answered->security, Leg::kCaller).reason, Reason::kSignallingClear);
  EXPECT_EQ(leg(answered->security, Leg::kCallee).reason, Reason::kSignallingClear);
  EXPECT_EQ(exchange.registry.take_warnings().size(), 1U);  // unsolicited-keys
}

TEST_F(Call, ClearPacketsOnAnEncryptedLegAreDroppedAndCounted) {
  establish(true);
  const std::vector<std::uint8_t> pingpong{0x80, 204, 0, 3, 0, 0, 0, 1, 'P', 'I', 'N', 'G', 'P', 'O', 'N', 'G'};
  const auto port = static_cast<std::uint16_t>(port_in(answered_sdp) + 1);
  EXPECT_FALSE(exchange.plane.receive(port, a.rtp(), pingpong, exchange.now().steady));
  EXPECT_FALSE(exchange.plane.receive(port_in(answered_sdp), a.rtp(), a.clear(1), exchange.now().steady));
  std::uint64_t dropped = 0;
  const auto all = security();
  for (const auto& [why, count] : leg(all, Leg::kCaller).dropped) dropped += count;
  EXPECT_EQ(dropped, 2U);
  EXPECT_TRUE(hears(a, port_in(answered_sdp), b, 1));
}

TEST_F(Call, AnUnansweredOfferExpires) {
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP")), exchange.now()));
  exchange.advance(seconds(179));
  exchange.registry.expire(exchange.now());
  EXPECT_EQ(exchange.registry.size(), 1U);
  exchange.advance(seconds(1));
  exchange.registry.expire(exchange.now());
  EXPECT_EQ(exchange.registry.size(), 0U);
  EXPECT_EQ(exchange.plane.open_port_pairs(), 0U);
  EXPECT_EQ(exchange.plane.open_streams(), 0U);
}

TEST_F(Call, MediaKeepsACallAliveAndSilenceEndsIt) {
  establish(true);
  exchange.advance(seconds(59));
  ASSERT_TRUE(hears(a, port_in(answered_sdp), b, 1));
  exchange.advance(seconds(59));
  exchange.registry.expire(exchange.now());
  EXPECT_EQ(exchange.registry.size(), 1U);
  exchange.advance(seconds(1));
  exchange.registry.expire(exchange.now());
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(Call, DeleteTellsTheTotalsAndFreesEverything) {
  establish(true);
  ASSERT_TRUE(hears(a, port_in(answered_sdp), b, 1));
  protocol::Delete over;
  over.call_id = "call-1";
  const auto reply = exchange.registry.remove(over, exchange.now());
  ASSERT_TRUE(reply.call);
  EXPECT_EQ(reply.call->rtp.packets, 1U);
  EXPECT_EQ(leg(reply.call->security, Leg::kCaller).authenticated_packets, 1U);
  EXPECT_EQ(leg(reply.call->security, Leg::kCaller).relayed_packets, 1U);
  EXPECT_EQ(exchange.plane.open_port_pairs(), 0U);
  EXPECT_FALSE(exchange.registry.remove(over, exchange.now()).call);
}

TEST_F(Call, WithoutPortsTheOfferIsRefusedAndNothingStaysOpen) {
  using protocol::ErrorCode;
  struct Row {
    call::PortError why;
    ErrorCode code;
    const char* reason;
  };
  for (const Row& row :
       {Row{call::PortError::kExhausted, ErrorCode::kPortsExhausted, "Ran out of ports"},
        Row{call::PortError::kNoDescriptors, ErrorCode::kDescriptorsExhausted, "Ran out of descriptors"},
        Row{call::PortError::kRefused, ErrorCode::kPortsExhausted, "The system opens no ports"},
        Row{call::PortError::kUnserved, ErrorCode::kPortsExhausted, "No media worker serves ports"}}) {
    exchange.plane.limit_pairs(1, row.why);
    const auto refused = exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP")), exchange.now());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, row.code);
    EXPECT_EQ(refused.error().reason, row.reason);
    EXPECT_EQ(exchange.plane.open_port_pairs(), 0U);
    EXPECT_EQ(exchange.registry.size(), 0U);
  }
}

TEST_F(Call, AnAnswerWithoutAnOfferIsRefused) {
  const auto refused = exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "Unknown call-id");
}

TEST_F(Call, LogLinesHoldNoKeysAndNoControlCharacters) {
  auto request = exchange.offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}));
  request.call_id = "evil\r\n\x1b[31m";
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  exchange.registry.clear(exchange.now());
  ASSERT_FALSE(exchange.log.empty());
  for (const std::string& line : exchange.log) {
    EXPECT_EQ(line.find("inline:"), std::string::npos);
    for (const char c : line) EXPECT_GE(c, ' ');
  }
}

}  // namespace
}  // namespace osrtp::testing
