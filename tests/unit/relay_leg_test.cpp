// What set_leg, remove_leg and connect do to a call that is running.
#include <gtest/gtest.h>

#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;
using relay::Drop;
using relay::LegSetup;
using relay::Mux;
using std::chrono::seconds;

constexpr std::chrono::milliseconds kWindow{5000};
constexpr Suite kSuite = Suite::kAeadAes256Gcm;
const Endpoint kNat = endpoint("203.0.113.7:61000");
const Endpoint kElsewhere = endpoint("198.51.100.77:5000");

Octets media(const RelayedPhone& phone, std::uint16_t sequence) {
  return rtp_packet(sequence, RelayedCall::ssrc_of(phone));
}

void expect_drop(const Result<Sent, Drop>& result, Drop why) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), why);
}

/// The callee is behind a NAT and has been heard from there.
class Natted : public ::testing::Test {
 protected:
  Natted() { EXPECT_TRUE(from(kNat, 1)); }
  Result<Sent, Drop> from(const Endpoint& source, std::uint16_t sequence) {
    return call.feed(call.callee, Component::kRtp, source, media(call.callee, sequence));
  }
  Endpoint towards_callee() {
    const auto sent = call.says_rtp(call.caller, next_++);
    return sent ? sent->to : endpoint("0.0.0.0:1");
  }
  void set(LegSetup setup) { call.stream.set_leg(call.callee.leg, std::move(setup), call.now); }
  [[nodiscard]] LegSetup keep() const { return call.callee.leg_setup(relay::Keep{}); }

  RelayedCall call{{.suite = kSuite}, {.latch_window = kWindow}};

 private:
  std::uint16_t next_ = 100;
};

TEST_F(Natted, RepeatedSetupKeepsWhatWasLearnt) {
  call.now += seconds(60);
  set(keep());
  EXPECT_EQ(towards_callee(), kNat);
  expect_drop(from(kElsewhere, 2), Drop::kWrongSource);  // and learns nobody else
}

TEST_F(Natted, NewAddressStartsAnew) {
  LegSetup moved = keep();
  moved.rtp = kElsewhere;
  set(std::move(moved));
  EXPECT_EQ(towards_callee(), kElsewhere);
  EXPECT_TRUE(from(kElsewhere, 2));
  expect_drop(from(kNat, 3), Drop::kWrongSource);
}

TEST_F(Natted, NewAddressOfRtcpLeavesRtpAsItWas) {
  LegSetup moved = keep();
  moved.rtcp = kElsewhere;
  set(std::move(moved));
  EXPECT_EQ(towards_callee(), kNat);
  EXPECT_EQ(call.says(call.caller, Component::kRtcp, rtcp_packet())->to, kElsewhere);
}

TEST_F(Natted, NewSocketOfOursStartsAnew) {
  LegSetup moved = keep();
  moved.rtp_socket = SocketId(12);
  set(std::move(moved));
  EXPECT_EQ(towards_callee(), call.callee.at(Component::kRtp));
  EXPECT_TRUE(from(kElsewhere, 2));
}

TEST_F(Natted, HoldSendsNothingEvenWhereTheSourceIsKnown) {
  LegSetup hold = keep();
  hold.rtp.reset();
  set(std::move(hold));
  expect_drop(call.says_rtp(call.caller, 1), Drop::kHeld);
  EXPECT_TRUE(from(kNat, 2));  // music, from where it always came
  expect_drop(call.says_rtp(call.caller, 2), Drop::kHeld);
  set(keep());
  EXPECT_EQ(towards_callee(), kNat);
}

TEST_F(Natted, HoldMayEndElsewhere) {
  LegSetup hold = keep();
  hold.rtp.reset();
  set(std::move(hold));
  LegSetup moved = keep();
  moved.rtp = kElsewhere;
  set(std::move(moved));
  EXPECT_EQ(towards_callee(), kElsewhere);
}

TEST(RelayLeg, HeldFromTheStartIsFoundWhenItComes) {
  RelayedCall call({}, {.latch_window = kWindow});
  call.stream.remove_leg(call.callee.leg);
  LegSetup hold = call.callee.leg_setup();
  hold.rtp.reset();
  call.stream.set_leg(call.callee.leg, std::move(hold), call.now);
  call.stream.connect(call.callee.leg);
  expect_drop(call.says_rtp(call.caller, 1), Drop::kHeld);
  EXPECT_TRUE(call.feed(call.callee, Component::kRtp, kNat, media(call.callee, 1)));
  expect_drop(call.says_rtp(call.caller, 2), Drop::kHeld);
}

TEST(RelayLeg, TellsWhenItsPeerWasLastHeardRelayedOrNot) {
  RelayedCall call({.suite = kSuite}, {});
  EXPECT_FALSE(call.counters(call.caller).last_received);
  ASSERT_TRUE(call.says_rtp(call.caller, 1));
  EXPECT_EQ(call.counters(call.caller).last_received, call.now);
  call.now += seconds(1);
  call.stream.connect(relay::kCallerLeg);  // nobody
  expect_drop(call.says_rtp(call.caller, 2), Drop::kNotAnswered);
  EXPECT_EQ(call.counters(call.caller).last_received, call.now);
  EXPECT_FALSE(call.counters(call.callee).last_received);
}

TEST(RelayLeg, SecuredAndHeldStillSendsNothing) {
  RelayedCall call({}, {.suite = kSuite});
  LegSetup hold = call.callee.leg_setup(relay::Keep{});
  hold.rtp.reset();
  call.stream.set_leg(call.callee.leg, std::move(hold), call.now);
  EXPECT_TRUE(call.says_rtp(call.callee, 1));
  expect_drop(call.says_rtp(call.caller, 1), Drop::kHeld);
}

TEST(RelayLeg, BecomesMuxedInARunningCall) {
  RelayedCall call({.suite = kSuite}, {.suite = kSuite});
  ASSERT_TRUE(call.says(call.caller, Component::kRtcp, rtcp_packet()));
  call.callee.setup.mux = Mux::kMuxed;
  call.stream.set_leg(call.callee.leg, call.callee.leg_setup(relay::Keep{}), call.now);
  const auto sent = call.says(call.caller, Component::kRtcp, rtcp_packet());
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, call.callee.at(Component::kRtp));
  EXPECT_EQ(sent->socket, call.callee.socket(Component::kRtp));
}

TEST(RelayLeg, BecomesPlainOnlyWhenTold) {
  RelayedCall call({.suite = kSuite}, {});
  call.stream.set_leg(0, call.caller.leg_setup(relay::Keep{}), call.now);
  expect_drop(call.feed(call.caller, Component::kRtp, call.caller.at(Component::kRtp), media(call.caller, 1)),
              Drop::kAuthentication);
  call.stream.set_leg(0, call.caller.leg_setup(relay::Plain{}), call.now);
  EXPECT_TRUE(call.feed(call.caller, Component::kRtp, call.caller.at(Component::kRtp), media(call.caller, 1)));
}

class RelayFork : public ::testing::Test {
 protected:
  RelayFork() { call.add(rival); }
  RelayedPhone rival{2, {.suite = kSuite}};
  RelayedCall call{{.suite = kSuite}, {.suite = kSuite}};
};

TEST_F(RelayFork, OneBranchAtATimeHasTheCall) {
  ASSERT_TRUE(call.says_rtp(call.callee, 1));
  expect_drop(call.says_rtp(rival, 1), Drop::kNotConnected);
  EXPECT_EQ(call.says_rtp(call.caller, 1)->to, call.callee.at(Component::kRtp));

  call.stream.connect(rival.leg);
  EXPECT_TRUE(call.says_rtp(rival, 2));
  expect_drop(call.says_rtp(call.callee, 2), Drop::kNotConnected);
  EXPECT_EQ(call.says_rtp(call.caller, 2)->to, rival.at(Component::kRtp));

  call.stream.connect(call.callee.leg);
  EXPECT_TRUE(call.says_rtp(call.callee, 3));
}

TEST_F(RelayFork, BranchesThatShareAnSsrcDoNotShareKeystream) {
  for (std::uint16_t i = 100; i < 120; ++i) ASSERT_TRUE(call.says(call.callee, Component::kRtp, rtp_packet(i)));
  call.stream.connect(rival.leg);
  EXPECT_FALSE(call.says(rival, Component::kRtp, rtp_packet(110, 0xcafebabe, 160, 0x11)));
  EXPECT_TRUE(call.says(rival, Component::kRtp, rtp_packet(120, 0xcafebabe, 160, 0x11)));
}

TEST_F(RelayFork, RemovedBranchThatHadTheCallLeavesNobody) {
  call.stream.remove_leg(call.callee.leg);
  expect_drop(call.says_rtp(call.caller, 1), Drop::kNotAnswered);
  expect_drop(call.says_rtp(rival, 1), Drop::kNotAnswered);
  EXPECT_EQ(call.counters(call.callee), relay::LegCounters{});
  call.stream.connect(rival.leg);
  EXPECT_TRUE(call.says_rtp(call.caller, 2));
}

TEST_F(RelayFork, RemovedBranchThatHadNotChangesNothing) {
  call.stream.remove_leg(rival.leg);
  EXPECT_TRUE(call.says_rtp(call.caller, 1));
  expect_drop(call.says_rtp(rival, 1), Drop::kInternal);
}

TEST_F(RelayFork, EveryBranchThatIsPossibleHasItsOwnCounters) {
  for (relay::LegIndex leg = 3; leg < relay::kMaxLegs; ++leg) {
    const RelayedPhone phone(leg, {});
    call.stream.set_leg(leg, phone.leg_setup(), call.now);
    EXPECT_FALSE(call.feed(phone, Component::kRtp, phone.at(Component::kRtp), rtp_packet(leg)));
    EXPECT_EQ(call.stream.counters(leg).dropped[static_cast<std::size_t>(Drop::kNotConnected)], 1U);
  }
}

TEST(OpaqueLegs, CarryAnythingBothWaysOnBothPorts) {
  for (const Mux mux : {Mux::kSeparate, Mux::kMuxed}) {
    RelayedCall call({.mux = mux}, {.mux = mux});
    for (RelayedPhone* phone : {&call.caller, &call.callee}) {
      LegSetup setup = phone->leg_setup(relay::Opaque{});
      setup.rtcp = Endpoint{setup.rtp->address, *setup.rtp->port.implied_rtcp()};
      call.stream.set_leg(phone->leg, std::move(setup), call.now);
    }
    for (const Octets& packet : {from_hex("0001 0203"), rtcp_packet(), from_hex(""), Octets(1472, 0xee)}) {
      for (const Component port : {Component::kRtp, Component::kRtcp}) {
        const Endpoint source{call.caller.at(Component::kRtp).address,
                              *Port::from(port == Component::kRtp ? 4000 : 4001)};
        const auto sent = call.feed(call.caller, port, source, packet);
        ASSERT_TRUE(sent) << relay::name(sent.error());
        EXPECT_EQ(sent->wire, packet);
        EXPECT_EQ(sent->to.port, source.port);
        EXPECT_EQ(sent->socket, SocketId(port == Component::kRtp ? 10 : 11));
      }
    }
    expect_drop(call.feed(call.caller, Component::kRtp, kElsewhere, from_hex("00")), Drop::kWrongSource);
    EXPECT_EQ(call.counters(call.caller).received_rtp.packets, 4U);
    EXPECT_EQ(call.counters(call.callee).sent_rtcp.packets, 4U);
  }
}

TEST(PlainLegs, CarryZrtpAndTheSrtcpItLeadsTo) {
  Octets zrtp = from_hex("1000000a5a525450cafebabe");
  zrtp.resize(40, 0x33);
  Octets srtcp = rtcp_packet();
  std::fill(srtcp.begin() + 8, srtcp.end(), 0xee);
  srtcp.resize(srtcp.size() + 14, 0x77);
  RelayedCall call;
  for (const auto& [port, packet] : {std::pair{Component::kRtp, zrtp}, {Component::kRtcp, srtcp}}) {
    const auto sent = call.feed(call.caller, port, call.caller.at(port), packet);
    ASSERT_TRUE(sent) << relay::name(sent.error());
    EXPECT_EQ(sent->wire, packet);
  }
  expect_drop(call.feed(call.caller, Component::kRtp, kElsewhere, zrtp), Drop::kWrongSource);
  expect_drop(call.feed(call.caller, Component::kRtcp, call.caller.at(Component::kRtcp), zrtp), Drop::kUnknownKind);
}

TEST(RelayStream, MovesWithItsLegs) {
  RelayedCall call({.suite = kSuite}, {.suite = kSuite});
  ASSERT_TRUE(call.says_rtp(call.caller, 1));
  relay::Stream moved = std::move(call.stream);
  call.stream = std::move(moved);
  EXPECT_TRUE(call.says_rtp(call.caller, 2));
  EXPECT_EQ(call.counters(call.caller).received_rtp.packets, 2U);
}

}  // namespace
}  // namespace osrtp::testing
