// What a handshake, a nomination and a profile without feedback do to a leg.
#include <gtest/gtest.h>

#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;
using relay::Drop;

constexpr Suite kSuite = Suite::kAesCm128HmacSha1_80;
constexpr Suite kOther = Suite::kAeadAes128Gcm;

srtp::Context context(srtp::Direction direction, Suite suite, std::uint8_t first) {
  return *srtp::Context::create(direction, {suite, *Secret::from(counting(facts(suite).master_size(), first))});
}
relay::Contexts relay_side(Suite suite, std::uint8_t first) {
  return {context(srtp::Direction::kInbound, suite, first),
          context(srtp::Direction::kOutbound, suite, static_cast<std::uint8_t>(first + 100))};
}

Octets sealed(srtp::Context& keys, Component kind, ByteView plain) {
  Buffer buffer(plain);
  const auto wire = kind == Component::kRtp ? keys.protect_rtp(buffer.whole(), buffer.size)
                                            : keys.protect_rtcp(buffer.whole(), buffer.size);
  return octets_of(*wire);
}

class Keyed : public ::testing::Test {
 protected:
  void block_caller() { set_caller(relay::Blocked{Drop::kNotKeyed}); }
  template <class Protection>
  void set_caller(Protection protection) {
    call.stream.set_leg(call.caller.leg, call.caller.leg_setup(std::move(protection)), call.now);
  }
  Result<Sent, Drop> arrives(Component kind, ByteView wire) {
    call.caller.setup.suite.reset();
    return call.feed(call.caller, kind, call.caller.at(kind), wire);
  }
  RelayedCall call;
};

TEST_F(Keyed, PassesNothingBeforeAndWhatIsAuthenticAfter) {
  block_caller();
  auto phone = context(srtp::Direction::kOutbound, kSuite, 1);
  EXPECT_EQ(arrives(Component::kRtp, sealed(phone, Component::kRtp, rtp_packet(1))).error(), Drop::kNotKeyed);
  EXPECT_EQ(call.says_rtp(call.callee, 1).error(), Drop::kNotKeyed);
  auto [in, out] = relay_side(kSuite, 1);
  call.stream.secure(call.caller.leg, {std::move(in), std::move(out)}, call.now);
  EXPECT_TRUE(arrives(Component::kRtp, sealed(phone, Component::kRtp, rtp_packet(2))));
  EXPECT_EQ(arrives(Component::kRtp, rtp_packet(3)).error(), Drop::kAuthentication);
}

TEST_F(Keyed, ApartRtcpWaitsForKeysOfItsOwn) {
  auto [in, out] = relay_side(kSuite, 1);
  relay::Secured keys{std::move(in), std::move(out), relay::RtcpApart{}};
  block_caller();
  call.stream.secure(call.caller.leg, std::move(keys), call.now);
  auto rtp_keys = context(srtp::Direction::kOutbound, kSuite, 1);
  auto rtcp_keys = context(srtp::Direction::kOutbound, kOther, 31);
  EXPECT_TRUE(arrives(Component::kRtp, sealed(rtp_keys, Component::kRtp, rtp_packet(1))));
  EXPECT_EQ(arrives(Component::kRtcp, sealed(rtcp_keys, Component::kRtcp, rtcp_packet())).error(), Drop::kNotKeyed);
  EXPECT_EQ(call.says(call.callee, Component::kRtcp, rtcp_packet()).error(), Drop::kNotKeyed);
  call.stream.secure_rtcp(call.caller.leg, relay_side(kOther, 31));
  EXPECT_EQ(arrives(Component::kRtcp, sealed(rtp_keys, Component::kRtcp, rtcp_packet())).error(),
            Drop::kAuthentication);
  EXPECT_TRUE(arrives(Component::kRtcp, sealed(rtcp_keys, Component::kRtcp, rtcp_packet())));
}

TEST_F(Keyed, AnewTakesTheOldKeyUntilTheFirstPacketUnderTheNew) {
  auto [in, out] = relay_side(kSuite, 1);
  set_caller(relay::Secured{std::move(in), std::move(out)});
  auto older = context(srtp::Direction::kOutbound, kSuite, 1);
  ASSERT_TRUE(arrives(Component::kRtp, sealed(older, Component::kRtp, rtp_packet(1))));
  auto [next_in, next_out] = relay_side(kSuite, 61);
  call.stream.secure(call.caller.leg, {std::move(next_in), std::move(next_out)}, call.now);
  EXPECT_TRUE(arrives(Component::kRtp, sealed(older, Component::kRtp, rtp_packet(2))));
  auto newer = context(srtp::Direction::kOutbound, kSuite, 61);
  EXPECT_TRUE(arrives(Component::kRtp, sealed(newer, Component::kRtp, rtp_packet(3))));
  EXPECT_EQ(arrives(Component::kRtp, sealed(older, Component::kRtp, rtp_packet(4))).error(), Drop::kAuthentication);
}

TEST_F(Keyed, BlockedForFailureStaysMute) {
  auto [in, out] = relay_side(kSuite, 1);
  set_caller(relay::Secured{std::move(in), std::move(out)});
  call.stream.block(call.caller.leg, Drop::kFailed);
  auto phone = context(srtp::Direction::kOutbound, kSuite, 1);
  EXPECT_EQ(arrives(Component::kRtp, sealed(phone, Component::kRtp, rtp_packet(1))).error(), Drop::kFailed);
  EXPECT_EQ(call.says_rtp(call.callee, 1).error(), Drop::kFailed);
}

class Nominated : public ::testing::Test {
 protected:
  Nominated() {
    auto setup = call.callee.leg_setup();
    setup.follow = relay::Follow::kNomination;
    call.stream.set_leg(call.callee.leg, std::move(setup), call.now);
  }
  Endpoint elsewhere = endpoint("203.0.113.9:9");
  RelayedCall call;
};

TEST_F(Nominated, IsSentNothingBeforeThoughItsSdpNamesAnAddress) {
  EXPECT_EQ(call.says_rtp(call.caller, 1).error(), Drop::kHeld);
}

TEST_F(Nominated, IsSentToWhereIceSays) {
  call.stream.select(call.callee.leg, Component::kRtp, elsewhere, call.now);
  const auto sent = call.says_rtp(call.caller, 1);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, elsewhere);
}

TEST_F(Nominated, PlainFromAnywhereElseIsNotItsAndMovesNothing) {
  call.stream.select(call.callee.leg, Component::kRtp, elsewhere, call.now);
  EXPECT_EQ(call.says_rtp(call.callee, 1).error(), Drop::kWrongSource);
  EXPECT_TRUE(call.feed(call.callee, Component::kRtp, elsewhere, rtp_packet(1)));
  EXPECT_EQ(call.says_rtp(call.caller, 1)->to, elsewhere);
}

TEST_F(Nominated, KeepsItsPathThroughAReoffer) {
  call.stream.select(call.callee.leg, Component::kRtp, elsewhere, call.now);
  auto setup = call.callee.leg_setup();
  setup.follow = relay::Follow::kNomination;
  setup.rtp.reset();
  call.stream.set_leg(call.callee.leg, std::move(setup), call.now);
  EXPECT_EQ(call.says_rtp(call.caller, 1)->to, elsewhere);
}

TEST(LegWithoutFeedback, IsSparedIt) {
  RelayedCall call;
  auto setup = call.callee.leg_setup();
  setup.feedback = relay::Feedback::kNone;
  call.stream.set_leg(call.callee.leg, std::move(setup), call.now);
  const Octets report = from_hex("80c90001 00000007");
  const Octets pli = from_hex("81ce0002 00000007 00000009");
  Octets both = report;
  both.insert(both.end(), pli.begin(), pli.end());
  const auto sent = call.says(call.caller, Component::kRtcp, both);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->wire, report);
  EXPECT_EQ(call.says(call.caller, Component::kRtcp, pli).error(), Drop::kFeedback);
}

}  // namespace
}  // namespace osrtp::testing
