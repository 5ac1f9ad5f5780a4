// What is counted of all calls as they go.
#include "call/census.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <tuple>

#include "support/dtls_call.hpp"

namespace osrtp::testing {
namespace {

using call::Census;
using call::Ending;
using call::LegStanding;
using call::Standing;
using call::standing_of;
using protocol::Leg;
using protocol::Reason;
using protocol::SecurityState;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kSuite = "AES_CM_128_HMAC_SHA1_80";
constexpr std::uint16_t kCallersPort = 30000;
constexpr std::uint16_t kCalleesPort = 30002;

template <class Enum>
constexpr std::size_t at(Enum value) {
  return static_cast<std::size_t>(value);
}

LegStanding leg_in(SecurityState state, std::optional<Reason> reason = {}) {
  return {Leg::kCaller, state, std::nullopt, reason};
}

TEST(CensusStanding, IsThatOfAllLegsWithMedia) {
  const auto encrypted = leg_in(SecurityState::kSrtpSdes);
  const auto dtls = leg_in(SecurityState::kSrtpDtls);
  const auto plain = leg_in(SecurityState::kPlain);
  const auto pending = leg_in(SecurityState::kPending);
  const auto failed = leg_in(SecurityState::kFailed, Reason::kDtlsTimeout);
  const auto rejected = leg_in(SecurityState::kFailed, Reason::kMediaRejected);
  const auto fax = leg_in(SecurityState::kNotRtp, Reason::kNotRtp);
  EXPECT_EQ(standing_of({}), Standing::kPending);
  EXPECT_EQ(standing_of({encrypted, dtls}), Standing::kEncrypted);
  EXPECT_EQ(standing_of({encrypted, plain}), Standing::kPartly);
  EXPECT_EQ(standing_of({plain, plain}), Standing::kPlain);
  EXPECT_EQ(standing_of({plain, leg_in(SecurityState::kZrtpPassthrough)}), Standing::kPlain);
  EXPECT_EQ(standing_of({encrypted, pending}), Standing::kPending);
  EXPECT_EQ(standing_of({encrypted, failed}), Standing::kFailed);
  EXPECT_EQ(standing_of({encrypted, dtls, rejected}), Standing::kEncrypted);
  EXPECT_EQ(standing_of({encrypted, dtls, fax}), Standing::kEncrypted);
  EXPECT_EQ(standing_of({fax, fax}), Standing::kPlain);
  EXPECT_EQ(standing_of({rejected, rejected}), Standing::kFailed);
}

TEST(CensusTraffic, OfALegThatBeginsAnewGoesOn) {
  call::Traffic total;
  call::Traffic seen;
  call::Traffic now;
  const auto pass = [&](relay::Tally received, std::uint64_t dropped) {
    now.received_rtp = received;
    now.dropped[0] = dropped;
    add_new(total, seen, now);
  };
  pass({10, 1000}, 3);
  pass({12, 1200}, 3);
  pass({5, 500}, 1);
  EXPECT_EQ(total.received_rtp, (relay::Tally{17, 1700}));
  EXPECT_EQ(total.dropped[0], 4U);
}

class CallCensus : public DtlsCall {
 protected:
  const Census& census() const { return exchange.registry.census(); }
  const call::Traffic& traffic(Leg of) const { return census().traffic[at(of)]; }
  void look() { exchange.registry.expire(exchange.now()); }
  void hang_up() {
    protocol::Delete request;
    request.call_id = "call-1";
    EXPECT_TRUE(exchange.registry.remove(request, exchange.now()).call);
  }
  void call_encrypted_caller() {
    const std::string said = a.sdp("RTP/AVP", {a.crypto(1, kSuite)});
    offer(said);
    const std::string got = answer(b.sdp("RTP/AVP"));
    a.key(said, got, got);
  }
  /// A callee that is to be keyed by a handshake. @return our port towards it
  std::uint16_t call_dtls_callee(const std::string& setup) {
    const std::string offered = offer(a.sdp("RTP/AVP"));
    answer(b.sdp("RTP/AVP", dtls_lines(setup)));
    return port_of(offered);
  }
};

std::uint64_t sum(const Census::ByStanding& all) { return std::accumulate(all.begin(), all.end(), std::uint64_t{0}); }

TEST_F(CallCensus, KnowsHowCallsStandNowAndHowTheyHaveEnded) {
  EXPECT_EQ(census(), Census{});
  offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}));
  EXPECT_EQ(census().begun, 1U);
  EXPECT_EQ(census().calls[at(Standing::kPending)], 1U);
  answer(b.sdp("RTP/AVP"));
  EXPECT_EQ(census().calls[at(Standing::kPending)], 0U);
  EXPECT_EQ(census().calls[at(Standing::kPartly)], 1U);
  EXPECT_EQ(census().legs[at(Leg::kCaller)][at(SecurityState::kSrtpSdes)], 1U);
  EXPECT_EQ(census().sdes[at(Suite::kAesCm128HmacSha1_80)], 1U);
  EXPECT_EQ(census().legs[at(Leg::kCallee)][at(SecurityState::kPlain)], 1U);
  EXPECT_EQ(census().plain[at(Reason::kPeerDeclined)], 1U);
  hang_up();
  Census expected;
  expected.begun = 1;
  expected.ended[at(Ending::kDeleted)][at(Standing::kPartly)] = 1;
  EXPECT_EQ(census(), expected);
}

TEST_F(CallCensus, HasNothingOfACallThatCouldNotBegin) {
  exchange.plane.limit_pairs(1);
  EXPECT_FALSE(exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP")), exchange.now()));
  EXPECT_EQ(census(), Census{});
}

TEST_F(CallCensus, TellsWhyCallsEnd) {
  offer(a.sdp("RTP/AVP"));
  exchange.advance(seconds(180));
  look();
  EXPECT_EQ(sum(census().ended[at(Ending::kHalfOpenTimeout)]), 1U);
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP"));
  exchange.advance(seconds(60));
  look();
  EXPECT_EQ(census().ended[at(Ending::kMediaTimeout)][at(Standing::kPlain)], 1U);
  offer(a.sdp("RTP/AVP"));
  exchange.registry.clear(exchange.now());
  EXPECT_EQ(census().ended[at(Ending::kShutdown)][at(Standing::kPending)], 1U);
  EXPECT_EQ(sum(census().calls), 0U);
  EXPECT_EQ(census().begun, 3U);
}

TEST_F(CallCensus, CountsPacketsOfCallsThatRunAndNeverGoesBack) {
  call_encrypted_caller();
  ASSERT_TRUE(receive(kCallersPort, a.rtp(), a.packet(1)));
  ASSERT_TRUE(receive(kCallersPort, a.rtp(), a.packet(2)));
  ASSERT_TRUE(receive(kCalleesPort, b.rtp(), b.packet(1)));
  const Octets clear = Phone(1).packet(3);
  EXPECT_FALSE(receive(kCallersPort, a.rtp(), clear));
  look();
  const auto counted = census().traffic;
  EXPECT_EQ(traffic(Leg::kCaller).received_rtp.packets, 2U);
  EXPECT_EQ(traffic(Leg::kCaller).authenticated, 2U);
  EXPECT_EQ(traffic(Leg::kCaller).sent_rtp.packets, 1U);
  EXPECT_EQ(traffic(Leg::kCaller).dropped[at(relay::Drop::kAuthentication)], 1U);
  EXPECT_EQ(traffic(Leg::kCallee).received_rtp, (relay::Tally{1, b.packet(1).size()}));
  EXPECT_EQ(traffic(Leg::kCallee).sent_rtp.packets, 2U);
  EXPECT_GT(traffic(Leg::kCaller).received_rtp.octets, traffic(Leg::kCallee).sent_rtp.octets) << "the tags";
  look();
  EXPECT_EQ(census().traffic, counted) << "each packet once";
  hang_up();
  EXPECT_EQ(census().traffic, counted);
}

TEST_F(CallCensus, CountsWhatCameAfterTheLastLook) {
  call_encrypted_caller();
  ASSERT_TRUE(receive(kCallersPort, a.rtp(), a.packet(1)));
  hang_up();
  EXPECT_EQ(traffic(Leg::kCaller).received_rtp.packets, 1U);
}

TEST_F(CallCensus, CountsWhatABranchHadBeforeItWasGivenUp) {
  auto first = exchange.offer(a.sdp("RTP/AVP"));
  first.via_branch = "one";
  offer(first);
  auto early = exchange.answer(b.sdp("RTP/AVP"));
  early.via_branch = "one";
  early.sip_code = 183;
  answer(early);
  ASSERT_TRUE(receive(kCalleesPort, b.rtp(), b.packet(1)));
  protocol::Delete branch;
  branch.call_id = "call-1";
  branch.via_branch = "one";
  std::ignore = exchange.registry.remove(branch, exchange.now());
  EXPECT_EQ(traffic(Leg::kCallee).received_rtp.packets, 1U);
  auto second = first;
  second.via_branch = "two";
  const std::uint16_t port = port_of(offer(second));
  early.via_branch = "two";
  answer(early);
  ASSERT_TRUE(receive(port, b.rtp(), b.packet(2)));
  look();
  EXPECT_EQ(traffic(Leg::kCallee).received_rtp.packets, 2U);
}

TEST_F(CallCensus, KnowsHowLongAHandshakeTookFromOurFirstDatagram) {
  const std::uint16_t port = call_dtls_callee("passive");  // we call with the answer
  EXPECT_EQ(census().calls[at(Standing::kPending)], 1U);
  exchange.advance(milliseconds(300));
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), exchange.now().steady);
  shake(phone, port, b.rtp());
  ASSERT_TRUE(phone.is_connected());
  exchange.advance(seconds(2));
  look();
  look();
  DurationCounts<call::kHandshakeBounds.size()> expected;
  expected.add(call::kHandshakeBounds, milliseconds(300));
  EXPECT_EQ(census().handshakes, expected);
  EXPECT_EQ(census().dtls[at(Suite::kAeadAes256Gcm)], 1U);
  EXPECT_EQ(census().calls[at(Standing::kPartly)], 1U);
}

TEST_F(CallCensus, LeavesOutHowLongAPhoneWaitsBeforeItCalls) {
  const std::uint16_t port = call_dtls_callee("active");
  exchange.advance(seconds(7));
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, port, b.rtp());
  ASSERT_TRUE(phone.is_connected());
  look();
  EXPECT_EQ(census().handshakes.counts[0], 1U);
  EXPECT_EQ(census().handshakes.sum, milliseconds(0));
}

TEST_F(CallCensus, CountsAFailedHandshakeOnceAndByReason) {
  const std::uint16_t port = call_dtls_callee("passive");
  DtlsPhone phone(dtls::Role::kPassive, foreign_identity(), exchange.now().steady);
  shake(phone, port, b.rtp());
  look();
  look();
  hang_up();
  EXPECT_EQ(census().failed_handshakes[at(Reason::kFingerprintMismatch)], 1U);
  EXPECT_EQ(census().handshakes, (DurationCounts<call::kHandshakeBounds.size()>{}));
  EXPECT_EQ(census().ended[at(Ending::kDeleted)][at(Standing::kFailed)], 1U);
  EXPECT_EQ(census().events[at(protocol::EventKind::kFailed)], 1U);
}

TEST_F(CallCensus, CountsADowngrade) {
  call_encrypted_caller();
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.to_tag = "callee";
  offer(request);
  answer(b.sdp("RTP/AVP"));
  EXPECT_EQ(census().events[at(protocol::EventKind::kDowngrade)], 1U);
  EXPECT_EQ(census().calls[at(Standing::kPlain)], 1U);
  EXPECT_EQ(census().sdes[at(Suite::kAesCm128HmacSha1_80)], 0U);
}

}  // namespace
}  // namespace osrtp::testing
