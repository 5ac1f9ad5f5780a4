// One component that calls its peer, on virtual time.
#include <gtest/gtest.h>

#include "support/dtls_world.hpp"

namespace osrtp::dtls {
namespace {

using namespace osrtp::testing;

TEST(DtlsHandshakesActive, AnActiveOneCallsAtOnceAndConnects) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  world.ours.connect(kPeer, world.now);
  auto peer = world.somebody(kPeer, alice(), Role::kPassive);
  world.talk(peer, Source::kSignalled);
  EXPECT_TRUE(world.connected());
  EXPECT_EQ(master(world.ours.take_keys()->ours), master(peer.association.take_keys()->theirs));
}

TEST(DtlsHandshakesActive, AnActiveOneAnswersAHelloVerifyRequest) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  world.ours.connect(kPeer, world.now);
  World other;
  other.ours = Handshakes({.identity = alice(), .cookie_secret = {9}});
  other.ours.expect(only(*bob()), other.now);
  const Endpoint us = at("198.51.100.1:5000");
  int cookies = 0;
  for (bool any = true; any;) {
    any = false;
    for (const Outgoing& out : world.ours.take_output()) {
      any = true;
      other.ours.handle(us, Source::kStranger, out.octets, other.now);
    }
    for (const Outgoing& out : other.ours.take_output()) {
      any = true;
      cookies += is_hello_verify_request(out.octets) ? 1 : 0;
      world.ours.handle(kPeer, Source::kSignalled, out.octets, world.now);
    }
  }
  EXPECT_EQ(cookies, 1);
  EXPECT_TRUE(world.connected());
  EXPECT_TRUE(other.connected());
}

TEST(DtlsHandshakesActive, AnActiveOneHearsNobodyElse) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  world.ours.connect(kPeer, world.now);
  (void)world.ours.take_output();
  auto peer = world.caller(kStranger);
  world.talk(peer, Source::kStranger);
  EXPECT_TRUE(world.pending());
  EXPECT_TRUE(is<Association::Handshaking>(peer.association.state()));
}

TEST(DtlsHandshakesActive, AnActiveOneIsRedirectedByANomination) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  world.ours.connect(kPeer, world.now);
  auto peer = world.somebody(at("192.0.2.1:4444"), alice(), Role::kPassive);
  EXPECT_EQ(world.ours.take_output().at(0).to, kPeer);
  world.ours.connect(peer.address, world.now);
  world.wait(kFirstRetransmission);
  world.talk(peer, Source::kValidated);
  EXPECT_TRUE(world.connected());
}

TEST(DtlsHandshakesActive, AnActiveOneWithTheWrongPeerFails) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  world.ours.connect(kPeer, world.now);
  auto peer = world.somebody(kPeer, mallory(), Role::kPassive);
  world.talk(peer, Source::kSignalled);
  EXPECT_EQ(failure_of(world.ours), number(Failure::kFingerprintMismatch));
}

TEST(DtlsHandshakesActive, AnActiveOneWhoseHandshakeBreaksCallsAgain) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  world.ours.connect(kPeer, world.now);
  (void)world.ours.take_output();
  world.ours.handle(kPeer, Source::kSignalled, from_hex("15fefd 0000 000000000001 0002 0228"), world.now);
  world.wait(kAlertDoubt + kCallAgain);
  EXPECT_TRUE(world.pending());
  auto peer = world.somebody(kPeer, alice(), Role::kPassive);
  (void)world.ours.take_output();
  world.wait(kFirstRetransmission);
  world.talk(peer, Source::kSignalled);
  EXPECT_TRUE(world.connected());
}

/// The first flight of somebody who has seen nothing of ours: ServerHello, certificate and the rest, signed over the
/// random number of another ClientHello.
std::vector<Octets> forged_flight(const World& world, std::vector<Suite> profiles) {
  auto client = world.somebody(kStranger, mallory(), Role::kActive, profiles);
  auto server = world.somebody(kStranger, mallory(), Role::kPassive, std::move(profiles));
  for (const Octets& octets : client.association.take_output()) server.association.handle(octets, world.now);
  return server.association.take_output();
}

class ForgedFlight : public ::testing::TestWithParam<std::vector<Suite>> {};

TEST_P(ForgedFlight, BreaksOneHandshakeAndTheNextReachesThePeer) {
  World world;
  world.ours = Handshakes({.identity = bob(), .profiles = {Suite::kAeadAes256Gcm}});
  world.ours.expect(only(*alice()), world.now);
  world.ours.connect(kPeer, world.now);
  (void)world.ours.take_output();
  for (const Octets& octets : forged_flight(world, GetParam())) {
    world.ours.handle(kPeer, Source::kSignalled, octets, world.now);
  }
  ASSERT_TRUE(world.pending());
  (void)world.ours.take_output();
  world.wait(kCallAgain);
  auto peer = world.somebody(kPeer, alice(), Role::kPassive);
  world.talk(peer, Source::kSignalled);
  EXPECT_TRUE(world.connected());
}

INSTANTIATE_TEST_SUITE_P(DtlsHandshakesActive, ForgedFlight,
                         ::testing::Values(std::vector{Suite::kAeadAes256Gcm}, std::vector{Suite::kAeadAes128Gcm}),
                         [](const auto& row) { return std::string(facts(row.param.front()).name); });

TEST(DtlsHandshakesActive, WhatMayBeForgedIsTheReasonOnlyWhenTheTimeIsOver) {
  World world;
  world.ours = Handshakes({.identity = bob(), .profiles = {Suite::kAeadAes256Gcm}});
  world.ours.expect(only(*alice()), world.now);
  world.ours.start_limit(world.now);
  world.ours.connect(kPeer, world.now);
  (void)world.ours.take_output();
  for (const Octets& octets : forged_flight(world, {Suite::kAeadAes128Gcm})) {
    world.ours.handle(kPeer, Source::kSignalled, octets, world.now);
  }
  world.wait(kHandshakeLimit - std::chrono::milliseconds(1));
  EXPECT_TRUE(world.pending());
  world.wait(std::chrono::milliseconds(1));
  EXPECT_EQ(failure_of(world.ours), number(Failure::kNoCommonProfile));
}

TEST(DtlsHandshakesActive, WithoutALimitAnActiveOneCallsAsLongAsItTakes) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  world.ours.connect(kPeer, world.now);
  for (int minutes = 0; minutes < 3; ++minutes) {
    (void)world.ours.take_output();
    world.wait(std::chrono::minutes(1));
    EXPECT_GT(world.ours.take_output().size(), 50U) << "it is silent";
  }
  ASSERT_TRUE(world.pending());
  auto peer = world.somebody(kPeer, alice(), Role::kPassive);
  world.wait(kCallAgain + kLongestRetransmission);
  world.talk(peer, Source::kSignalled);
  EXPECT_TRUE(world.connected());
}

TEST(DtlsHandshakesActive, APassiveCandidateIsForgottenWhenWeAreActive) {
  World world;
  auto stranger = world.caller(kStranger);
  world.talk(stranger, Source::kStranger);
  world.ours.connect(kPeer, world.now);
  world.ours.expect(only(*alice()), world.now);
  EXPECT_TRUE(world.pending());
}

}  // namespace
}  // namespace osrtp::dtls
