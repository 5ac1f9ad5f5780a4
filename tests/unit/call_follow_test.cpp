// Where a leg's media goes while its phone is not where its SDP says: asymmetric ports, NAT, RTCP from elsewhere, a
// phone that moves. Each statement with packets through a whole call.
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/octets.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Policy;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
constexpr std::uint16_t kCallersRtp = 30000;
constexpr std::uint16_t kCallersRtcp = 30001;
constexpr std::uint16_t kCalleesRtp = 30002;
constexpr std::uint16_t kCalleesRtcp = 30003;
constexpr seconds kPastTheWindow{10};

Endpoint at(const char* text) { return *Endpoint::parse(text); }

/// The caller moves; the callee is plain and stays where it said.
class CallFollow : public ::testing::Test {
 protected:
  void start(const std::string& caller_sdp, const std::string& to_tag = {}) {
    auto request = exchange.offer(caller_sdp);
    request.to_tag = to_tag;
    request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOff);
    const auto offered = exchange.registry.offer(request, exchange.now());
    ASSERT_TRUE(offered);
    const auto answered = exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now());
    ASSERT_TRUE(answered);
    a.key(caller_sdp, answered->sdp, answered->sdp);
  }
  void start_plain() { start(a.sdp("RTP/AVP")); }
  void start_secured() { start(a.sdp("RTP/SAVP", {a.crypto(1, kSuite)})); }

  Result<FakePlane::Sent, relay::Drop> receive(std::uint16_t port, const Endpoint& from, const Octets& packet) {
    return exchange.plane.receive(port, from, packet, exchange.now().steady);
  }
  bool says(const Endpoint& from) { return receive(kCallersRtp, from, a.packet(++sequence)).has_value(); }
  bool says_plain(const Endpoint& from) { return receive(kCallersRtp, from, a.clear(++sequence)).has_value(); }
  bool reports(const Endpoint& from) { return receive(kCallersRtcp, from, report).has_value(); }
  /// Where what the callee sends goes; nothing: nowhere.
  std::optional<Endpoint> goes() {
    const auto sent = receive(kCalleesRtp, b.rtp(), b.clear(++sequence));
    return sent ? std::optional(sent->to) : std::nullopt;
  }
  std::optional<Endpoint> report_goes() {
    Endpoint from = b.rtp();
    from.port = from.port.implied_rtcp().value();
    const auto sent = receive(kCalleesRtcp, from, report);
    return sent ? std::optional(sent->to) : std::nullopt;
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
  std::uint16_t sequence = 0;
  const Octets report = from_hex("80c90001cafebabe");
  const Endpoint home = a.rtp();
  const Endpoint other_port = at("198.51.100.1:4444");
  const Endpoint nat = at("203.0.113.7:50000");
  const Endpoint stranger = at("192.0.2.66:6666");
};

TEST_F(CallFollow, APlainPhoneThatSendsFromAnotherPortIsSentToThere) {
  start_plain();
  EXPECT_EQ(goes(), home);
  EXPECT_TRUE(says(other_port));
  EXPECT_EQ(goes(), other_port);
}

TEST_F(CallFollow, APlainPhoneBehindANatIsFoundWithinTheWindowAndNobodyAfterIt) {
  start_plain();
  EXPECT_TRUE(says(nat));
  EXPECT_FALSE(says(stranger));
  EXPECT_EQ(goes(), nat);
}

TEST_F(CallFollow, APlainLegLearnsNobodyOnceTheWindowHasClosed) {
  start_plain();
  exchange.advance(kPastTheWindow);
  EXPECT_FALSE(says(nat));
  EXPECT_EQ(goes(), home);
  EXPECT_TRUE(says(home));
}

TEST_F(CallFollow, APlainPhoneThatMovesLaterMovesBySignallingAlone) {
  start_plain();
  EXPECT_TRUE(says(home));
  EXPECT_FALSE(says(nat));
  EXPECT_EQ(goes(), home);
  start(Phone(9).sdp("RTP/AVP"), "callee");
  EXPECT_EQ(goes(), Phone(9).rtp());
  EXPECT_TRUE(says(Phone(9).rtp()));
  EXPECT_FALSE(says(home));
}

TEST_F(CallFollow, TheSignalledAddressTakesAPlainLegBackFromWhoeverWasFirst) {
  start_plain();
  EXPECT_TRUE(says(stranger));
  EXPECT_TRUE(says(home));
  EXPECT_FALSE(says(stranger));
  EXPECT_EQ(goes(), home);
}

TEST_F(CallFollow, RtcpOfAPlainLegLearnsOnceForItself) {
  start_plain();
  EXPECT_TRUE(says(home));
  EXPECT_TRUE(reports(at("198.51.100.1:5555")));
  EXPECT_FALSE(reports(stranger));
  EXPECT_EQ(report_goes(), at("198.51.100.1:5555"));
  EXPECT_EQ(goes(), home);
}

TEST_F(CallFollow, APlainLegThatLearntKeepsItThroughARepeatedAnswer) {
  start_plain();
  EXPECT_TRUE(says(nat));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now()));
  EXPECT_FALSE(says(stranger));
  EXPECT_EQ(goes(), nat);
}

TEST_F(CallFollow, ASecuredLegFollowsAtTheFirstAuthenticatedPacketAtAnyTime) {
  start_secured();
  EXPECT_TRUE(says(home));
  exchange.advance(kPastTheWindow);
  EXPECT_TRUE(says(nat));
  EXPECT_EQ(goes(), nat);
  EXPECT_TRUE(says(other_port));
  EXPECT_EQ(goes(), other_port);
}

TEST_F(CallFollow, ASecuredLegIsNotMovedByAPacketThatAnybodyCanMake) {
  start_secured();
  EXPECT_FALSE(says_plain(stranger));
  EXPECT_FALSE(reports(stranger));
  EXPECT_EQ(goes(), home);
}

TEST_F(CallFollow, ASecuredLegIsNotMovedByAReplayFromElsewhere) {
  start_secured();
  const Octets heard = a.packet(1);
  ASSERT_TRUE(receive(kCallersRtp, home, heard));
  const auto replayed = receive(kCallersRtp, stranger, heard);
  ASSERT_FALSE(replayed);
  EXPECT_EQ(replayed.error(), relay::Drop::kReplay);
  EXPECT_EQ(goes(), home);
  EXPECT_EQ(report_goes(), at("198.51.100.1:4001"));
}

TEST_F(CallFollow, RtcpOfASecuredLegGoesWithItsRtpToAnotherHost) {
  start_secured();
  EXPECT_TRUE(says(home));
  EXPECT_EQ(report_goes(), at("198.51.100.1:4001"));
  EXPECT_TRUE(says(at("203.0.113.7:4000")));
  EXPECT_EQ(report_goes(), at("203.0.113.7:4001"));
}

TEST_F(CallFollow, RtcpOfASecuredLegStaysWhereOnlyThePortOfItsRtpChanges) {
  start_secured();
  EXPECT_TRUE(says(other_port));
  EXPECT_EQ(report_goes(), at("198.51.100.1:4001"));
}

TEST_F(CallFollow, AReInviteFromAnotherHostMovesASecuredLegBeforeItIsHeardThere) {
  start_secured();
  EXPECT_TRUE(says(home));
  start(Phone(9).sdp("RTP/SAVP", {a.crypto(1, kSuite)}), "callee");
  EXPECT_EQ(goes(), Phone(9).rtp());
  EXPECT_EQ(report_goes(), at("198.51.100.9:4001"));
}

}  // namespace
}  // namespace osrtp::testing
