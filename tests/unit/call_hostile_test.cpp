// What a peer may send that no decent peer sends: addresses that are nobody's, keys that are ours, answers to another
// offer, m-lines that come and go.
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::Reason;
using protocol::SecurityState;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
const std::string kHead = "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n";

std::string with_address(const std::string& sdp, const std::string& connection) {
  std::string changed = sdp;
  const auto at = changed.find("c=IN");
  return changed.replace(at, changed.find("\r\n", at) - at, "c=IN " + connection);
}

class Hostile : public ::testing::Test {
 protected:
  protocol::Offer offer(const std::string& sdp, Policy caller, Policy callee) const {
    auto request = exchange.offer(sdp);
    request.osrtp = Exchange::options(caller, callee);
    return request;
  }
  std::vector<protocol::LegSecurity> security() {
    protocol::Query query;
    query.call_id = "call-1";
    return exchange.registry.query(query, exchange.now())->call.security;
  }
  bool passes(std::uint16_t port, const Phone& from, std::uint16_t sequence) {
    return exchange.plane.receive(port, from.rtp(), from.clear(sequence), exchange.now().steady).has_value();
  }
  /// A plain call; the caller's ports are 30000 and up, the callee's 30002.
  void establish_plain() {
    ASSERT_TRUE(exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP")), exchange.now()));
    ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now()));
    ASSERT_TRUE(passes(30000, a, 1));
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
};

class Nowhere : public Hostile, public ::testing::WithParamInterface<std::string> {};

TEST_P(Nowhere, NothingIsSentThereAndAWarningSaysSo) {
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(with_address(a.sdp("RTP/AVP"), GetParam())), exchange.now()));
  EXPECT_EQ(exchange.registry.take_warnings().at(0).rfind("m-line 0: nothing is sent to ", 0), 0U);
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now()));
  EXPECT_FALSE(passes(30002, b, 1));
}

TEST_P(Nowhere, AnAnswerCannotNameItEither) {
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP")), exchange.now()));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(with_address(b.sdp("RTP/AVP"), GetParam())), exchange.now()));
  EXPECT_EQ(exchange.registry.take_warnings().size(), 1U);
  EXPECT_FALSE(passes(30000, a, 1));
}

INSTANTIATE_TEST_SUITE_P(Addresses, Nowhere,
                         ::testing::Values("IP4 224.2.1.1/127", "IP4 255.255.255.255", "IP4 240.0.0.1", "IP4 0.0.0.7",
                                           "IP6 ff02::1", "IP6 ::ffff:224.2.1.1", "IP6 ::ffff:0.0.0.0"));

TEST_F(Hostile, ThePortsOfTheCallItselfAreNowhere) {
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP")), exchange.now()));
  auto loop = with_address(b.sdp("RTP/AVP", {}, 30000), "IP4 192.0.2.10");
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(loop), exchange.now()));
  EXPECT_EQ(exchange.registry.take_warnings().size(), 1U);
  EXPECT_FALSE(passes(30000, a, 1));
}

TEST_F(Hostile, AnAnswerInAnotherFamilyThanOurPortIsNowhere) {
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP")), exchange.now()));
  std::ignore = exchange.registry.take_warnings();
  auto six = with_address(b.sdp("RTP/AVP"), "IP6 2001:db8::2");
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(six), exchange.now()));
  EXPECT_EQ(exchange.registry.take_warnings().at(0),
            "m-line 0: nothing is sent to 2001:db8::2, of another family than our port");
  EXPECT_FALSE(passes(30000, a, 1));
}

TEST_F(Hostile, AReofferInAnotherFamilyThanOurPortIsNowhere) {
  establish_plain();
  auto request = exchange.offer(with_address(b.sdp("RTP/AVP"), "IP6 2001:db8::2"));
  request.from_tag = "callee";
  request.to_tag = "caller";
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  EXPECT_EQ(exchange.registry.take_warnings().at(0),
            "m-line 0: nothing is sent to 2001:db8::2, of another family than our port");
}

TEST_F(Hostile, AnInterfaceOfAnotherFamilyThanTheOfferIsNowhereToSendFrom) {
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.direction = {"six", "default"};
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  EXPECT_EQ(exchange.registry.take_warnings().at(0),
            "m-line 0: nothing is sent to 198.51.100.1, of another family than our port");
}

TEST_F(Hostile, AHostNameIsNowhereAndAWarningSaysSo) {
  const std::string named = with_address(a.sdp("RTP/AVP"), "IP4 phone\x1b.example.com");
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(named), exchange.now()));
  EXPECT_EQ(exchange.registry.take_warnings().at(0),
            "m-line 0: nothing is sent to phone\\x1b.example.com, a name that nobody looks up");
}

TEST_F(Hostile, AnInterfaceThatIsNotThereIsNamedInAWarning) {
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.direction = {"default", "extrenal"};
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  EXPECT_EQ(exchange.registry.take_warnings().at(0), "unknown interface 'extrenal'");
}

TEST_F(Hostile, AnAnswerOfAnotherKindFailsTheLineEvenUnderRequire) {
  ASSERT_TRUE(exchange.registry.offer(offer(a.sdp("RTP/AVP"), Policy::kOff, Policy::kRequire), exchange.now()));
  const auto answered = exchange.registry.answer(exchange.answer(b.sdp("udptl")), exchange.now());
  ASSERT_TRUE(answered);
  EXPECT_EQ(leg(answered->security, Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_EQ(leg(answered->security, Leg::kCallee).reason, Reason::kNotRtp);
  EXPECT_NE(answered->sdp.find("m=audio 0 "), std::string::npos);
}

TEST_F(Hostile, RtpInAnswerToAnotherKindFailsTheLine) {
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(a.sdp("udptl")), exchange.now()));
  const auto answered = exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now());
  ASSERT_TRUE(answered);
  EXPECT_EQ(leg(answered->security, Leg::kCallee).state, SecurityState::kFailed);
}

TEST_F(Hostile, AnAnswerToAnOfferThatTheOtherSidesReplacedIsRefused) {
  establish_plain();
  auto first = exchange.offer(a.sdp("RTP/AVP"));
  first.to_tag = "callee";
  ASSERT_TRUE(exchange.registry.offer(first, exchange.now()));
  auto second = exchange.offer(b.sdp("RTP/AVP"));
  second.from_tag = "callee";
  second.to_tag = "caller";
  ASSERT_TRUE(exchange.registry.offer(second, exchange.now()));
  const auto crossed = exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now());
  ASSERT_FALSE(crossed);
  EXPECT_EQ(crossed.error().code, protocol::ErrorCode::kOutOfOrder);
  const auto sent = exchange.plane.receive(30002, b.rtp(), b.clear(2), exchange.now().steady);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, a.rtp());
}

TEST_F(Hostile, OurOwnKeyIsNoKeyOfThePeers) {
  const auto offered =
      exchange.registry.offer(offer(a.sdp("RTP/AVP"), Policy::kOff, Policy::kOpportunistic), exchange.now());
  ASSERT_TRUE(offered);
  const auto at = offered->sdp.find("a=crypto:");
  const std::string echoed = offered->sdp.substr(at, offered->sdp.find("\r\n", at) - at);
  const auto answered = exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP", {echoed})), exchange.now());
  ASSERT_TRUE(answered);
  EXPECT_EQ(leg(answered->security, Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_EQ(leg(answered->security, Leg::kCallee).reason, Reason::kBadCryptoAttribute);
  EXPECT_NE(answered->sdp.find("m=audio 0 "), std::string::npos);
}

TEST_F(Hostile, ADowngradeInTwoStepsIsOneAllTheSame) {
  auto request = offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}), Policy::kPrefer, Policy::kOff);
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now()));
  request.to_tag = "callee";
  request.sdp = a.sdp("RTP/AVP", {}, 0);
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP", {}, 0)), exchange.now()));
  request.sdp = a.sdp("RTP/AVP");
  const auto refused = exchange.registry.offer(request, exchange.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().security.at(0).reason, Reason::kDowngradeRefused);
}

TEST_F(Hostile, WhatIsOfferedAsStreamTransportChangesNothingUntilAnswered) {
  establish_plain();
  auto request = exchange.offer(a.sdp("TCP/MSRP"));
  request.to_tag = "callee";
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  EXPECT_EQ(leg(security(), Leg::kCaller).state, SecurityState::kPlain);
  EXPECT_TRUE(passes(30000, a, 2));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("TCP/MSRP")), exchange.now()));
  EXPECT_EQ(leg(security(), Leg::kCaller).state, SecurityState::kNotRtp);
  EXPECT_FALSE(passes(30000, a, 3));
}

TEST_F(Hostile, RequireTowardsTheAnswererDoesWithoutStreamTransports) {
  const auto refused =
      exchange.registry.offer(offer(a.sdp("TCP/MSRP"), Policy::kOff, Policy::kRequire), exchange.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().security.at(0).reason, Reason::kNotRtp);
}

TEST_F(Hostile, AnMLineThatIsNoLongerThereIsOver) {
  const std::string two = kHead + "m=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/AVP 97\r\n";
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(two), exchange.now()));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(two), exchange.now()));
  ASSERT_TRUE(passes(30002, a, 1));
  auto request = exchange.offer(kHead + "m=audio 4000 RTP/AVP 0\r\n");
  request.to_tag = "callee";
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(kHead + "m=audio 4000 RTP/AVP 0\r\n"), exchange.now()));
  EXPECT_TRUE(passes(30000, a, 2));
  EXPECT_FALSE(passes(30002, a, 2));
}

TEST_F(Hostile, ALateOfferWithoutTheCallersTagOpensPortsOnce) {
  auto request = exchange.offer(b.sdp("RTP/AVP"));
  request.from_tag = "callee";
  request.osrtp = Exchange::options(Policy::kOff, Policy::kOff);
  request.osrtp->offerer = Leg::kCallee;
  const auto first = exchange.registry.offer(request, exchange.now());
  const auto again = exchange.registry.offer(request, exchange.now());
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->sdp, again->sdp);
  EXPECT_EQ(exchange.plane.open_port_pairs(), 2U);
}

TEST_F(Hostile, MuxThatWasNotOfferedIsNotAccepted) {
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP")), exchange.now()));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP") + "a=rtcp-mux\r\n"), exchange.now()));
  const std::vector<std::uint8_t> report{0x80, 201, 0, 1, 0, 0, 0, 2};
  EXPECT_TRUE(exchange.plane.receive(30003, {b.rtp().address, *Port::from(4001)}, report, exchange.now().steady));
}

TEST_F(Hostile, AnUnknownSuiteIsNamedOnce) {
  auto request = offer(a.sdp("RTP/AVP"), Policy::kOpportunistic, Policy::kOpportunistic);
  request.osrtp->suites = {"ROT13"};
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  EXPECT_EQ(exchange.registry.take_warnings().size(), 1U);
}

}  // namespace
}  // namespace osrtp::testing
