// Forks on one port: two phones that answer the same offer, so that both send to one port of ours, and we to both
// under one key.
#include <gtest/gtest.h>

#include "rtp/header.hpp"
#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Choice;
using relay::Component;
using relay::Drop;

constexpr Suite kSuite = Suite::kAesCm128HmacSha1_80;
constexpr std::uint32_t kMask = 0x5a5a5a5a;
constexpr relay::LegIndex kThird = 3;

/// The call's callee is the first fork; the others share its port. What leaves towards any of them passes the callee's
/// oracle, for it is under the callee's key.
class RelayForks : public ::testing::Test {
 protected:
  RelayForks() {
    share(second, secured(second));
    call.stream.connect(first.leg, Choice::kEarly, call.now);
    call.now += relay::kEarlySilence;
  }
  relay::Secured secured(const RelayedPhone& fork) {
    return {context(srtp::Direction::kInbound, fork.own_key()),
            context(srtp::Direction::kOutbound, first.relay_key()),
            {},
            kMask};
  }
  void share(const RelayedPhone& fork, auto protection) {
    relay::LegSetup setup = fork.leg_setup(std::move(protection));
    setup.rtp_socket = first.socket(Component::kRtp);
    setup.rtcp_socket = first.socket(Component::kRtcp);
    call.stream.set_leg(fork.leg, std::move(setup), call.now);
  }
  /// A packet of the fork's, arriving where all forks' arrive.
  Result<Sent, Drop> says(RelayedPhone& fork, std::uint16_t sequence, std::optional<Endpoint> from = {}) {
    const auto wire = fork.seal(Component::kRtp, rtp_packet(sequence, RelayedCall::ssrc_of(fork)));
    return call.feed(first, Component::kRtp, from.value_or(fork.at(Component::kRtp)), wire);
  }
  static void expect_drop(const Result<Sent, Drop>& sent, Drop why) {
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error(), why);
  }

  RelayedCall call{{}, {.suite = kSuite}};
  RelayedPhone& first = call.callee;
  RelayedPhone second{2, {.suite = kSuite}};
};

TEST_F(RelayForks, EachIsToldByItsKeyWhereverItSendsFrom) {
  ASSERT_TRUE(says(first, 1, endpoint("203.0.113.1:7000")));
  call.now += relay::kEarlySilence;
  ASSERT_TRUE(says(second, 1, endpoint("203.0.113.2:7000")));
  EXPECT_EQ(call.counters(first).authenticated, 1U);
  EXPECT_EQ(call.counters(second).authenticated, 1U);
  EXPECT_EQ(call.counters(second).rtp_source, endpoint("203.0.113.2:7000"));
}

TEST_F(RelayForks, NoneLearnsAnythingFromWhatNoKeyFits) {
  expect_drop(call.feed(first, Component::kRtp, second.at(Component::kRtp), rtp_packet(1)), Drop::kAuthentication);
  Octets forged = second.seal(Component::kRtp, rtp_packet(1));
  forged.back() ^= 1U;
  expect_drop(call.feed(first, Component::kRtp, endpoint("203.0.113.9:1"), forged), Drop::kAuthentication);
  EXPECT_EQ(call.counters(first).authenticated + call.counters(second).authenticated, 0U);
  EXPECT_EQ(call.counters(first).rtp_source, first.at(Component::kRtp));
}

TEST_F(RelayForks, APacketSeenBeforeIsAReplayThoughAnotherForkDoesNotKnowIt) {
  const Octets wire = second.seal(Component::kRtp, rtp_packet(1));
  ASSERT_TRUE(call.feed(first, Component::kRtp, second.at(Component::kRtp), wire));
  expect_drop(call.feed(first, Component::kRtp, second.at(Component::kRtp), wire), Drop::kReplay);
}

TEST_F(RelayForks, NoKeystreamIsUsedForTwoOfThem) {
  for (std::uint16_t i = 1; i < 20; ++i) ASSERT_TRUE(call.says_rtp(call.caller, i));
  call.stream.connect(second.leg, Choice::kFinal);
  // The oracle sees both under one key; other octets under the same SSRC and number would be keystream used twice.
  for (std::uint16_t i = 1; i < 20; ++i) {
    const auto sent = call.says(call.caller, Component::kRtp, rtp_packet(i, RelayedCall::ssrc_of(call.caller), 160, 7));
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->to, second.at(Component::kRtp));
    EXPECT_EQ(rtp::Header::parse(sent->plain)->ssrc, Ssrc(RelayedCall::ssrc_of(call.caller) ^ kMask));
  }
  ASSERT_TRUE(call.says(call.caller, Component::kRtcp, rtcp_packet(RelayedCall::ssrc_of(call.caller))));
}

TEST_F(RelayForks, AForkHearsItsOwnNamesForTheCallersStreamsAndTheCallerItsOwn) {
  call.stream.connect(second.leg, Choice::kFinal);
  const auto out = call.says(call.caller, Component::kRtcp, from_hex("80c90001 00001000"));
  ASSERT_TRUE(out);
  EXPECT_EQ(to_hex(out->plain), to_hex(from_hex("80c90001 5a5a4a5a")));
  const auto report = from_hex("81c90007 00001002 5a5a4a5a" + std::string(40, '0'));
  const auto wire = second.seal(Component::kRtcp, report);
  const auto back = call.feed(first, Component::kRtcp, second.at(Component::kRtcp), wire);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_hex(back->wire), to_hex(from_hex("81c90007 00001002 00001000" + std::string(40, '0'))));
}

TEST_F(RelayForks, APlainOneIsToldByItsAddressAndLearnsNone) {
  RelayedPhone third{kThird, {.latch_window = std::chrono::seconds(5)}};
  share(third, relay::Plain{});
  call.stream.connect(third.leg, Choice::kFinal);
  EXPECT_TRUE(says(third, 1));
  expect_drop(says(third, 2, endpoint("203.0.113.3:7000")), Drop::kAuthentication);
  EXPECT_EQ(call.counters(third).rtp_source, third.at(Component::kRtp));
}

TEST_F(RelayForks, WhatIsSecuredForOneIsNeverHeardAsPlainFromAnother) {
  RelayedPhone third{kThird, {.latch_window = std::chrono::seconds(5)}};
  share(third, relay::Plain{});
  call.stream.connect(third.leg, Choice::kFinal);
  expect_drop(says(second, 1, endpoint("203.0.113.2:7000")), Drop::kNotConnected);
  // Behind one NAT both may be seen at one address.
  expect_drop(says(second, 2, third.at(Component::kRtp)), Drop::kNotConnected);
}

TEST_F(RelayForks, WhoTalksIsHeardUntilItStops) {
  ASSERT_TRUE(says(first, 1));
  expect_drop(says(second, 1), Drop::kNotConnected);
  call.now += relay::kEarlySilence - std::chrono::milliseconds(1);
  expect_drop(says(second, 2), Drop::kNotConnected);
  call.now += std::chrono::milliseconds(1);
  EXPECT_TRUE(says(second, 3));
  expect_drop(says(first, 2), Drop::kNotConnected);
  EXPECT_EQ(call.says_rtp(call.caller, 1)->to, second.at(Component::kRtp));
}

TEST_F(RelayForks, WhoSaysNothingGivesWay) { EXPECT_TRUE(says(second, 1)); }

TEST_F(RelayForks, WhoHasJustAnsweredHasASecondToBegin) {
  ASSERT_TRUE(says(first, 1));
  call.stream.connect(second.leg, Choice::kEarly, call.now);
  expect_drop(says(first, 2), Drop::kNotConnected);
  call.now += relay::kEarlySilence;
  EXPECT_TRUE(says(first, 3));
}

TEST_F(RelayForks, WhoIsGoneGivesWayHoweverMuchTheCallerTalks) {
  ASSERT_TRUE(says(second, 1));
  ASSERT_TRUE(call.says_rtp(call.caller, 1));
  call.stream.remove_leg(second.leg);
  // Its own leg has the port to itself now.
  EXPECT_TRUE(says(first, 1));
  const auto sent = call.says_rtp(call.caller, 2);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, first.at(Component::kRtp));
}

TEST_F(RelayForks, ReportsAloneAreNoTalk) {
  const auto wire = second.seal(Component::kRtcp, rtcp_packet());
  expect_drop(call.feed(first, Component::kRtcp, second.at(Component::kRtcp), wire), Drop::kNotConnected);
}

TEST_F(RelayForks, OnceOneHasPickedUpNobodyElseIsHeard) {
  call.stream.connect(first.leg, Choice::kFinal);
  expect_drop(says(second, 1), Drop::kNotConnected);
  call.now += std::chrono::hours(1);
  expect_drop(says(second, 2), Drop::kNotConnected);
}

TEST_F(RelayForks, BeforeItsAnswerAForkIsNotHeard) {
  RelayedPhone third{kThird, {}};
  share(third, relay::Blocked{Drop::kNotAnswered});
  EXPECT_FALSE(says(third, 1));
  EXPECT_FALSE(call.says_rtp(call.caller, 1)->to == third.at(Component::kRtp));
}

TEST_F(RelayForks, TheOneThatStaysHasThePortForItself) {
  call.stream.connect(second.leg, Choice::kFinal);
  call.stream.remove_leg(first.leg);
  const auto wire = second.seal(Component::kRtp, rtp_packet(1));
  Buffer buffer(wire);
  EXPECT_TRUE(call.stream.handle(second.leg, Component::kRtp, {second.at(Component::kRtp), buffer.whole(), buffer.size},
                                 call.now));
}

}  // namespace
}  // namespace osrtp::testing
