// Strangers that spray packets at our ports neither hear a call nor are heard in it.
#include <gtest/gtest.h>

#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;
using relay::Drop;
using relay::Mux;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Suite kSuite = Suite::kAeadAes128Gcm;
constexpr milliseconds kWindow{5000};
const Endpoint kStranger = endpoint("203.0.113.66:9000");
const Endpoint kNat = endpoint("203.0.113.7:61000");

/// A stranger's packets at both legs: whole RTP and RTCP, and random tags.
int spray(RelayedCall& call, const Endpoint& from, std::uint16_t sequence = 1) {
  int relayed = 0;
  for (const RelayedPhone* victim : {&call.caller, &call.callee}) {
    for (std::uint32_t ssrc : {RelayedCall::ssrc_of(*victim), 0xbad00000U + sequence}) {
      relayed += call.feed(*victim, Component::kRtp, from, rtp_packet(sequence, ssrc)) ? 1 : 0;
      relayed += call.feed(*victim, Component::kRtcp, from, rtcp_packet(ssrc)) ? 1 : 0;
    }
  }
  return relayed;
}

/// Whoever speaks, the other phone's media goes where that one was signalled.
void expect_unmoved(RelayedCall& call, std::uint16_t sequence) {
  for (auto [from, to] : {std::pair{&call.caller, &call.callee}, {&call.callee, &call.caller}}) {
    const auto sent = call.says_rtp(*from, sequence);
    ASSERT_TRUE(sent) << relay::name(sent.error());
    EXPECT_EQ(sent->to, to->at(Component::kRtp));
    EXPECT_EQ(sent->plain, rtp_packet(sequence, RelayedCall::ssrc_of(*from)));
  }
}

struct BleedCase {
  const char* name;
  PhoneSetup setup;
};

/// Legs that a stranger has no way into at all.
class Bleed : public ::testing::TestWithParam<BleedCase> {};

TEST_P(Bleed, LeaksAndInjectsNothingHoweverEarlyTheSprayBegins) {
  RelayedCall call(GetParam().setup, GetParam().setup);
  const std::uint64_t each = 4 * 50;
  for (std::uint16_t i = 0; i < 50; ++i) EXPECT_EQ(spray(call, kStranger, i), 0);
  expect_unmoved(call, 1);
  for (std::uint16_t i = 0; i < 50; ++i) EXPECT_EQ(spray(call, kStranger, static_cast<std::uint16_t>(i + 2)), 0);
  expect_unmoved(call, 2);
  for (const RelayedPhone* phone : {&call.caller, &call.callee}) {
    EXPECT_EQ(call.counters(*phone).received_rtp.packets, 2U);
    EXPECT_EQ(call.counters(*phone).received_rtcp.packets, 0U);
    EXPECT_EQ(call.accounted(*phone), 2 * each + 2);
  }
}

TEST_P(Bleed, NorFromAnotherPortOfTheVictimsAddress) {
  RelayedCall call(GetParam().setup, GetParam().setup);
  const Endpoint neighbour{call.caller.at(Component::kRtp).address, *Port::from(4002)};
  EXPECT_EQ(spray(call, neighbour), 0);
  expect_unmoved(call, 1);
  EXPECT_EQ(spray(call, neighbour, 2), 0);
}

INSTANTIATE_TEST_SUITE_P(Legs, Bleed,
                         ::testing::Values(BleedCase{"PlainAndReachable", {}}, BleedCase{"Secured", {.suite = kSuite}},
                                           BleedCase{"SecuredWithAWindow", {.suite = kSuite, .latch_window = kWindow}},
                                           BleedCase{"SecuredWithAShortTag", {.suite = Suite::kAesCm128HmacSha1_32}}),
                         [](const auto& row) { return row.param.name; });

TEST(BleedBehindNat, StrangerThatIsFirstLosesTheStreamToTheSignalledSource) {
  RelayedCall call({.latch_window = kWindow}, {});
  ASSERT_TRUE(call.feed(call.caller, Component::kRtp, kStranger, rtp_packet(1, 1)));
  EXPECT_EQ(call.counters(call.caller).rtp_source, kStranger);
  ASSERT_TRUE(call.says_rtp(call.caller, 1));
  expect_unmoved(call, 2);
  EXPECT_FALSE(call.feed(call.caller, Component::kRtp, kStranger, rtp_packet(2, 1)));
}

TEST(BleedBehindNat, NobodyIsLearntOnceTheWindowHasClosed) {
  RelayedCall call({.latch_window = kWindow}, {.latch_window = kWindow});
  call.now += kWindow;
  EXPECT_EQ(spray(call, kStranger), 0);
  expect_unmoved(call, 1);
}

TEST(BleedBehindNat, RtpAndRtcpLearnEachForItself) {
  RelayedCall call({.latch_window = kWindow}, {});
  ASSERT_TRUE(call.feed(call.caller, Component::kRtp, kNat, rtp_packet(1, 1)));
  EXPECT_EQ(call.counters(call.caller).rtcp_source, call.caller.at(Component::kRtcp));
  const Endpoint rtcp_nat{kNat.address, *Port::from(61002)};
  ASSERT_TRUE(call.feed(call.caller, Component::kRtcp, rtcp_nat, rtcp_packet(1)));
  EXPECT_EQ(call.counters(call.caller).rtp_source, kNat);
  EXPECT_EQ(call.counters(call.caller).rtcp_source, rtcp_nat);
  EXPECT_EQ(call.says(call.callee, Component::kRtcp, rtcp_packet(2))->to, rtcp_nat);
}

TEST(BleedBehindNat, AMuxedLegLearnsOnceForBoth) {
  RelayedCall call({.mux = Mux::kMuxed, .latch_window = kWindow}, {});
  ASSERT_TRUE(call.feed(call.caller, Component::kRtp, kNat, rtcp_packet(1)));
  EXPECT_EQ(call.says_rtp(call.callee, 1)->to, kNat);
  const auto stray = call.feed(call.caller, Component::kRtp, kStranger, rtp_packet(1, 1));
  ASSERT_FALSE(stray);
  EXPECT_EQ(stray.error(), Drop::kWrongSource);
}

TEST(Injection, OfTheNextPacketOfAPlainStreamIsCountedAndNothingElse) {
  for (const milliseconds window : {milliseconds(0), kWindow}) {
    RelayedCall call({.latch_window = window}, {.latch_window = window});
    for (std::uint16_t i = 1; i <= 250; ++i) {
      call.now += milliseconds(20);
      ASSERT_TRUE(call.says_rtp(call.caller, i));
    }
    const std::uint32_t ssrc = RelayedCall::ssrc_of(call.caller);
    for (std::uint16_t i = 251; i <= 350; ++i) {
      EXPECT_FALSE(call.feed(call.caller, Component::kRtp, kStranger, rtp_packet(i, ssrc)));
    }
    EXPECT_EQ(call.dropped(call.caller, Drop::kWrongSource), 100U);
    expect_unmoved(call, 351);
  }
}

TEST(SecuredLeg, IsNotMovedByRandomTagsAndFollowsTheKey) {
  RelayedCall call({.suite = kSuite}, {.suite = kSuite});
  ASSERT_TRUE(call.says_rtp(call.caller, 1));
  auto before = call.counters(call.caller);
  Octets forged = rtp_packet(2, RelayedCall::ssrc_of(call.caller), 176);
  for (std::uint16_t i = 0; i < 100; ++i) {
    call.now += seconds(1);
    forged[2] = static_cast<std::uint8_t>(i);  // leaps that would turn the rollover counter
    forged[20] = static_cast<std::uint8_t>(i);
    EXPECT_FALSE(call.feed(call.caller, Component::kRtp, kStranger, forged));
  }
  before.dropped[static_cast<std::size_t>(Drop::kAuthentication)] += 100;
  EXPECT_EQ(call.counters(call.caller), before);

  const Octets genuine = call.caller.seal(Component::kRtp, rtp_packet(2, RelayedCall::ssrc_of(call.caller)));
  ASSERT_TRUE(call.feed(call.caller, Component::kRtp, kNat, genuine));
  EXPECT_EQ(call.counters(call.caller).rtp_source, kNat);
  EXPECT_EQ(call.says_rtp(call.callee, 1)->to, kNat);
}

TEST(SecuredLeg, IsNotMovedByAReplayFromElsewhere) {
  RelayedCall call({.suite = kSuite}, {});
  const Octets genuine = call.caller.seal(Component::kRtp, rtp_packet(1));
  ASSERT_TRUE(call.feed(call.caller, Component::kRtp, call.caller.at(Component::kRtp), genuine));
  EXPECT_FALSE(call.feed(call.caller, Component::kRtp, kStranger, genuine));
  EXPECT_EQ(call.says_rtp(call.callee, 1)->to, call.caller.at(Component::kRtp));
}

}  // namespace
}  // namespace osrtp::testing
