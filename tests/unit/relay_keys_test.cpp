// Replay, rollover, restarts and new keys: nothing is heard twice, nothing leaves twice
// under one (key, SSRC, index). The oracle behind each leg with keys sees to the latter
// in every test here.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;
using relay::Drop;

constexpr Suite kSuite = Suite::kAesCm128HmacSha1_80;
const PhoneSetup kSecured{.suite = kSuite};

Result<Sent, Drop> arrives(RelayedCall& call, const RelayedPhone& from, ByteView wire) {
  return call.feed(from, Component::kRtp, from.at(Component::kRtp), wire);
}

void expect_drop(const Result<Sent, Drop>& result, Drop why) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), why);
}

TEST(PlainOnASecuredLeg, IsNotRelayedThoughSourceAndSsrcAreRight) {
  RelayedCall call(kSecured, kSecured);
  ASSERT_TRUE(call.says_rtp(call.caller, 1));
  for (std::uint16_t i = 2; i < 50; ++i) {
    expect_drop(arrives(call, call.caller, rtp_packet(i, RelayedCall::ssrc_of(call.caller))), Drop::kAuthentication);
  }
  EXPECT_EQ(call.dropped(call.caller, Drop::kAuthentication), 48U);
  EXPECT_TRUE(call.says_rtp(call.caller, 2));
}

TEST(PlainOnASecuredLeg, RtcpBeforeTheCallChangesNothing) {
  RelayedCall call(kSecured, kSecured);
  const auto fresh = call.counters(call.caller);
  const Octets clear = from_hex("80c90001cafebabe81cb0001cafebabe");
  expect_drop(call.feed(call.caller, Component::kRtcp, call.caller.at(Component::kRtcp), clear), Drop::kTooShort);
  auto after = fresh;
  after.dropped[static_cast<std::size_t>(Drop::kTooShort)] = 1;
  EXPECT_EQ(call.counters(call.caller), after);
  EXPECT_TRUE(call.says(call.caller, Component::kRtcp, rtcp_packet()));
  EXPECT_TRUE(call.says_rtp(call.caller, 1));
}

TEST(PlainOnASecuredLeg, ForgedRtcpGoodbyeIsNotRelayed) {
  RelayedCall call(kSecured, {});
  ASSERT_TRUE(call.says_rtp(call.caller, 1));
  Octets goodbye = from_hex("81cb0001");
  for (const std::uint8_t octet : from_hex("00001000")) goodbye.push_back(octet);
  goodbye.resize(40, 0x80);
  expect_drop(call.feed(call.caller, Component::kRtcp, call.caller.at(Component::kRtcp), goodbye),
              Drop::kAuthentication);
}

class RelaySuite : public ::testing::TestWithParam<Suite> {};

TEST_P(RelaySuite, RecordedStreamIsNotHeardAgain) {
  RelayedCall call({.suite = GetParam()}, {});
  std::vector<Octets> recorded;
  for (std::uint16_t i = 1; i <= 500; ++i) {
    recorded.push_back(call.caller.seal(Component::kRtp, rtp_packet(i)));
    ASSERT_TRUE(arrives(call, call.caller, recorded.back()));
  }
  for (const std::uint32_t another_ssrc : {77U, 78U}) {
    call.now += std::chrono::seconds(1);
    for (const Octets& wire : recorded) expect_drop(arrives(call, call.caller, wire), Drop::kReplay);
    ASSERT_TRUE(call.says(call.caller, Component::kRtp, rtp_packet(1, another_ssrc)));
  }
  EXPECT_EQ(call.dropped(call.caller, Drop::kReplay), 1000U);
}

TEST_P(RelaySuite, RecordedStreamIsNotHeardAgainOneTurnLater) {
  RelayedCall call({.suite = GetParam()}, {});
  const Octets first = call.caller.seal(Component::kRtp, rtp_packet(1));
  ASSERT_TRUE(arrives(call, call.caller, first));
  for (const int number : {30000, 60000, 65535}) {
    ASSERT_TRUE(call.says(call.caller, Component::kRtp, rtp_packet(static_cast<std::uint16_t>(number))));
  }
  expect_drop(arrives(call, call.caller, first), Drop::kAuthentication);  // as the 65537th
  for (const int number : {0, 1})
    ASSERT_TRUE(call.says(call.caller, Component::kRtp, rtp_packet(static_cast<std::uint16_t>(number))));
  expect_drop(arrives(call, call.caller, first), Drop::kReplay);
}

TEST_P(RelaySuite, ReorderingWithinTheWindowIsHeardOnce) {
  RelayedCall call({.suite = GetParam()}, {.suite = GetParam()});
  std::vector<Octets> wires;
  for (std::uint16_t i = 0; i < 64; ++i) wires.push_back(call.caller.seal(Component::kRtp, rtp_packet(65500 + i)));
  std::reverse(wires.begin() + 1, wires.end());  // the first sets the turn; then 63 back
  for (const Octets& wire : wires) EXPECT_TRUE(arrives(call, call.caller, wire));
  for (const Octets& wire : wires) EXPECT_FALSE(arrives(call, call.caller, wire));
}

TEST_P(RelaySuite, RtcpIsHeardOnceForEachSsrc) {
  RelayedCall call({.suite = GetParam()}, {.suite = GetParam()});
  std::vector<Octets> wires;
  for (std::uint32_t i = 0; i < 40; ++i) wires.push_back(call.caller.seal(Component::kRtcp, rtcp_packet(1 + i % 2)));
  std::swap(wires[10], wires[30]);
  const auto at = call.caller.at(Component::kRtcp);
  for (const Octets& wire : wires) EXPECT_TRUE(call.feed(call.caller, Component::kRtcp, at, wire));
  for (const Octets& wire : wires) expect_drop(call.feed(call.caller, Component::kRtcp, at, wire), Drop::kReplay);
}

TEST_P(RelaySuite, SequenceNumbersTurnOver) {
  for (const std::optional<Suite> in : {std::optional<Suite>{}, std::optional(GetParam())}) {
    RelayedCall call({.suite = in}, {.suite = GetParam()});
    for (std::uint32_t i = 0; i < 3 * 65536; i += 97) {
      const auto sent = call.says(call.caller, Component::kRtp, rtp_packet(static_cast<std::uint16_t>(65000 + i)));
      ASSERT_TRUE(sent) << i;
      ASSERT_EQ(sent->plain, rtp_packet(static_cast<std::uint16_t>(65000 + i)));
      ASSERT_EQ(call.callee.oracle->index(), 65000U + i);
    }
  }
}

TEST_P(RelaySuite, PlainSourceThatStartsItsNumbersAnewGoesOn) {
  RelayedCall call({}, {.suite = GetParam()});
  for (std::uint16_t i = 30000; i < 30100; ++i) ASSERT_TRUE(call.says_rtp(call.caller, i));
  expect_drop(call.says_rtp(call.caller, 1), Drop::kDuplicate);
  for (std::uint16_t i = 2; i < 100; ++i) {
    const auto sent = call.says_rtp(call.caller, i);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->plain, rtp_packet(static_cast<std::uint16_t>(30098 + i), RelayedCall::ssrc_of(call.caller)));
  }
  EXPECT_EQ(call.accounted(call.caller), 199U);
}

TEST_P(RelaySuite, SsrcsTakeTurnsWithoutRepeatingKeystream) {
  RelayedCall call({}, {.suite = GetParam()});
  std::uint16_t number = 1;
  for (const std::uint32_t ssrc : {1U, 2U, 1U, 3U, 2U, 1U}) {
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(call.says(call.caller, Component::kRtp, rtp_packet(number, ssrc, 160, static_cast<std::uint8_t>(i))));
      ++number;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Suites, RelaySuite,
                         ::testing::Values(Suite::kAeadAes256Gcm, Suite::kAesCm128HmacSha1_80,
                                           Suite::kAesCm128HmacSha1_32, Suite::kAes192CmHmacSha1_80),
                         suite_name<::testing::TestParamInfo<Suite>>);

TEST(KeptKeys, GoOnWithTheirReplayWindowAndTurn) {
  RelayedCall call(kSecured, kSecured);
  ASSERT_TRUE(call.says_rtp(call.caller, 65535));
  const Octets wire = call.caller.seal(Component::kRtp, rtp_packet(0, RelayedCall::ssrc_of(call.caller)));
  ASSERT_TRUE(arrives(call, call.caller, wire));
  for (const RelayedPhone* phone : {&call.caller, &call.callee}) {
    call.stream.set_leg(phone->leg, phone->leg_setup(relay::Keep{}), call.now);
  }
  expect_drop(arrives(call, call.caller, wire), Drop::kReplay);
  ASSERT_TRUE(call.says_rtp(call.caller, 1));
  EXPECT_EQ(call.callee.oracle->index(), 65537U);
}

TEST(KeptKeys, OfALegThatIsNotThereLetNothingPass) {
  RelayedCall call({}, {});
  RelayedPhone late(3, {});
  call.stream.set_leg(late.leg, late.leg_setup(relay::Keep{}), call.now);
  call.stream.connect(late.leg);
  expect_drop(call.says_rtp(late, 1), Drop::kNotAnswered);
  expect_drop(call.says_rtp(call.caller, 1), Drop::kNotAnswered);
}

TEST(SuspendedKeys, LetNothingPassAndAreTakenUpWhereTheyStopped) {
  RelayedCall call(kSecured, kSecured);
  const Octets wire = call.caller.seal(Component::kRtp, rtp_packet(1, RelayedCall::ssrc_of(call.caller)));
  ASSERT_TRUE(arrives(call, call.caller, wire));
  for (std::uint16_t i = 1; i <= 2; ++i) {
    call.stream.set_leg(0, call.caller.leg_setup(relay::Suspend{Drop::kFailed}), call.now);
    expect_drop(arrives(call, call.caller, wire), Drop::kFailed);
    expect_drop(call.says_rtp(call.callee, i), Drop::kFailed);
  }
  call.stream.set_leg(0, call.caller.leg_setup(relay::Keep{}), call.now);
  expect_drop(arrives(call, call.caller, wire), Drop::kReplay);
  EXPECT_TRUE(call.says_rtp(call.caller, 2));
  EXPECT_TRUE(call.says_rtp(call.callee, 3));
}

TEST(SuspendedKeys, AreGoneOnceTheLegIsAnythingElse) {
  RelayedCall call(kSecured, kSecured);
  call.stream.set_leg(0, call.caller.leg_setup(relay::Suspend{Drop::kFailed}), call.now);
  call.stream.set_leg(0, call.caller.leg_setup(relay::Blocked{Drop::kHeld}), call.now);
  call.stream.set_leg(0, call.caller.leg_setup(relay::Keep{}), call.now);
  expect_drop(call.says_rtp(call.caller, 1), Drop::kHeld);
}

class NewKey : public ::testing::Test {
 protected:
  NewKey() {
    for (std::uint16_t i = 65530; i != 5; ++i) {
      EXPECT_TRUE(call.says_rtp(call.caller, i));
      EXPECT_TRUE(call.says_rtp(call.callee, i));
    }
  }
  static srtp::Key key() { return test_key(kSuite, 200); }
  void rekey() { call.stream.set_leg(0, call.caller.leg_setup(relay::Rekey{.in = key()}), call.now); }
  /// The phone takes up the new key, going on with its rollover counter or not.
  void phone_changes_over(std::span<const srtp::Progress> resumed = {}) {
    call.caller.out = context(srtp::Direction::kOutbound, key(), srtp::kDefaultReplayWindow, resumed);
  }

  RelayedCall call{kSecured, kSecured};
};

TEST_F(NewKey, IsTakenUpWhetherTheRolloverCounterGoesOnOrStartsAnew) {
  rekey();
  phone_changes_over();
  EXPECT_TRUE(call.says_rtp(call.caller, 5));
}

TEST_F(NewKey, IsTakenUpWhereTheRolloverCounterGoesOn) {
  const auto progress = call.caller.out->progress();
  rekey();
  phone_changes_over(progress);
  EXPECT_TRUE(call.says_rtp(call.caller, 5));
}

TEST_F(NewKey, LeavesTheWayOutAsItWas) {
  rekey();
  const auto sent = call.says_rtp(call.callee, 5);
  ASSERT_TRUE(sent);
  EXPECT_EQ(call.caller.oracle->index(), 65536U + 5U);
  EXPECT_TRUE(call.says(call.callee, Component::kRtcp, rtcp_packet()));
}

TEST_F(NewKey, DoesNotSilenceAPeerThatHasNotChangedOverYet) {
  rekey();
  EXPECT_TRUE(call.says_rtp(call.caller, 5));
  EXPECT_TRUE(call.says(call.caller, Component::kRtcp, rtcp_packet()));
  EXPECT_TRUE(call.says_rtp(call.caller, 6));
}

TEST_F(NewKey, EndsTheOlderOneWithItsFirstPacket) {
  rekey();
  const Octets late = call.caller.seal(Component::kRtp, rtp_packet(5, RelayedCall::ssrc_of(call.caller)));
  phone_changes_over();
  ASSERT_TRUE(call.says_rtp(call.caller, 6));
  expect_drop(arrives(call, call.caller, late), Drop::kAuthentication);
}

TEST_F(NewKey, EndsTheOlderOneAfterAWhileInAnyCase) {
  rekey();
  call.now += std::chrono::seconds(5);
  expect_drop(call.says_rtp(call.caller, 5), Drop::kAuthentication);
}

TEST_F(NewKey, DoesNotLetTheOlderStreamBeHeardAgain) {
  const Octets wire = call.caller.seal(Component::kRtp, rtp_packet(5, RelayedCall::ssrc_of(call.caller)));
  ASSERT_TRUE(arrives(call, call.caller, wire));
  rekey();
  expect_drop(arrives(call, call.caller, wire), Drop::kReplay);
  phone_changes_over();
  ASSERT_TRUE(call.says_rtp(call.caller, 6));
  expect_drop(arrives(call, call.caller, wire), Drop::kAuthentication);
}

TEST_F(NewKey, ForALegWithoutKeysLetsNothingPass) {
  RelayedCall plain;
  plain.stream.set_leg(0, plain.caller.leg_setup(relay::Rekey{.in = key()}), plain.now);
  expect_drop(plain.says_rtp(plain.caller, 1), Drop::kFailed);
}

TEST_F(NewKey, OfTheWrongSizeLetsNothingPass) {
  srtp::Key broken = key();
  broken.suite = Suite::kAeadAes256Gcm;
  call.stream.set_leg(0, call.caller.leg_setup(relay::Rekey{.in = broken.clone()}), call.now);
  expect_drop(call.says_rtp(call.caller, 5), Drop::kFailed);
  expect_drop(call.says_rtp(call.callee, 5), Drop::kFailed);
}

TEST(NewKeys, OnBothSidesTakeNumbersAsTheyAre) {
  RelayedCall call(kSecured, {});
  for (const int number : {30000, 100, 101}) {
    static_cast<void>(call.says_rtp(call.callee, static_cast<std::uint16_t>(number)));
  }
  ASSERT_EQ(call.caller.oracle->index(), 30001U);  // started anew, and shifted
  const RelayedPhone again(0, {.suite = Suite::kAeadAes128Gcm});
  call.caller.oracle.emplace(Suite::kAeadAes128Gcm, again.relay_key().master.reveal());
  call.stream.set_leg(0, again.leg_setup(), call.now);
  ASSERT_TRUE(call.says_rtp(call.callee, 102));
  EXPECT_EQ(call.caller.oracle->index(), 102U);
}

}  // namespace
}  // namespace osrtp::testing
