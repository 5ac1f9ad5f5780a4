// A leg's handshake and its path, from datagrams to relayed media.
#include "transport/stream.hpp"

#include <gtest/gtest.h>

#include "support/dtls_phone.hpp"
#include "support/octets.hpp"
#include "support/stun.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;
using relay::Drop;
using std::chrono::milliseconds;
using transport::Stream;

constexpr relay::LegIndex kPlainLeg = relay::kCallerLeg;
constexpr relay::LegIndex kLeg = 1;
const SocketId kRtpSocket{10};
const SocketId kRtcpSocket{11};
const Endpoint kPhone = *Endpoint::parse("198.51.100.1:4000");
const Endpoint kPhoneRtcp = *Endpoint::parse("198.51.100.1:4001");
const Endpoint kStranger = *Endpoint::parse("203.0.113.66:9");
const Endpoint kPlainPhone = *Endpoint::parse("198.51.100.2:5000");

/// A plain phone on the caller's leg, and a leg by DTLS.
class Transport : public ::testing::Test {
 protected:
  Transport() {
    transport::LegSetup plain = on(SocketId(20), SocketId(21));
    plain.relay.rtp = kPlainPhone;
    plain.relay.protection = relay::Plain{};
    stream.set_leg(kPlainLeg, std::move(plain), now);
    stream.connect(kLeg);
  }

  static transport::LegSetup on(SocketId rtp, SocketId rtcp) {
    transport::LegSetup setup{};
    setup.relay.rtp_socket = rtp;
    setup.relay.rtcp_socket = rtcp;
    return setup;
  }
  static transport::LegSetup ground(relay::Mux mux) {
    transport::LegSetup setup = on(kRtpSocket, kRtcpSocket);
    setup.relay.rtp = kPhone;
    setup.relay.rtcp = mux == relay::Mux::kMuxed ? kPhone : kPhoneRtcp;
    setup.relay.mux = mux;
    setup.relay.protection = relay::Blocked{Drop::kNotKeyed};
    return setup;
  }
  static transport::Keying keying(std::optional<dtls::Role> role, const dtls::Identity& peer) {
    transport::Keying keying;
    keying.identity = relay_identity();
    keying.role = role;
    if (role) keying.peer = {peer.fingerprint(HashFunction::kSha256)};
    keying.final = role.has_value();
    return keying;
  }
  void set_leg(std::optional<dtls::Role> role, relay::Mux mux = relay::Mux::kMuxed,
               const dtls::Identity& peer = *phone_identity()) {
    auto setup = ground(mux);
    setup.keying = keying(role, peer);
    stream.set_leg(kLeg, std::move(setup), now);
  }

  Stream::Handled feed(Component component, const Endpoint& from, ByteView octets, relay::LegIndex leg = kLeg) {
    buffer.emplace(octets);
    return stream.handle(leg, component, {from, buffer->whole(), buffer->size}, now);
  }
  /// What the relay sends of its own, to whom.
  std::vector<transport::Sending> sent() { return stream.take_output(); }

  /// Carries datagrams between `phone` and the leg's `component` until neither has any.
  void exchange(DtlsPhone& phone, Component component = Component::kRtp, Endpoint at = kPhone) {
    for (int round = 0; round < 20; ++round) {
      bool quiet = true;
      for (const auto& sending : sent()) {
        if (sending.to != at || sending.octets[0] < 20) continue;
        phone.handle(sending.octets, now);
        quiet = false;
      }
      for (const Octets& octets : phone.take_output()) {
        std::ignore = feed(component, at, octets);
        quiet = false;
      }
      if (quiet) return;
    }
  }
  bool is_relayed(const Stream::Handled& handled) { return std::holds_alternative<Forward>(handled); }
  Drop dropped(const Stream::Handled& handled) {
    const auto* drop = std::get_if<Drop>(&handled);
    return drop != nullptr ? *drop : Drop::kInternal;
  }
  template <class State>
  bool is() {
    return std::holds_alternative<State>(stream.progress(kLeg));
  }

  TimePoint now{std::chrono::hours(1)};
  Stream stream;
  std::optional<Buffer> buffer;
};

TEST_F(Transport, ActiveHandshakeMakesKeysAndMediaPassesBothWays) {
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), now);
  set_leg(dtls::Role::kActive);
  EXPECT_TRUE(is<transport::Handshaking>());
  EXPECT_EQ(dropped(feed(Component::kRtp, kPlainPhone, rtp_packet(1), kPlainLeg)), Drop::kNotKeyed);
  exchange(phone);
  ASSERT_TRUE(phone.is_connected());
  ASSERT_TRUE(is<transport::Keyed>());
  EXPECT_TRUE(is_relayed(feed(Component::kRtp, kPhone, phone.seal_rtp(rtp_packet(7)))));
  const auto out = feed(Component::kRtp, kPlainPhone, rtp_packet(8), kPlainLeg);
  ASSERT_TRUE(is_relayed(out));
  EXPECT_EQ(phone.open_rtp(std::get<Forward>(out).packet), rtp_packet(8));
  EXPECT_EQ(dropped(feed(Component::kRtp, kPhone, rtp_packet(9))), Drop::kAuthentication);
}

TEST_F(Transport, PassiveHandshakeMakesKeys) {
  set_leg(dtls::Role::kPassive);
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), now);
  exchange(phone);
  EXPECT_TRUE(phone.is_connected());
  EXPECT_TRUE(is<transport::Keyed>());
}

TEST_F(Transport, PassiveSideOpensItsNatOnceBySignalledAddress) {
  set_leg(dtls::Role::kPassive, relay::Mux::kSeparate);
  const auto first = sent();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].to, kPhone);
  EXPECT_EQ(first[1].to, kPhoneRtcp);
  EXPECT_TRUE(ice::Message::parse(first[0].octets));
}

TEST_F(Transport, ClientHelloThatOvertakesTheAnswerIsTaken) {
  set_leg(std::nullopt);
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), now);
  exchange(phone);
  EXPECT_TRUE(is<transport::Handshaking>());
  if (phone.is_connected()) {
    EXPECT_EQ(dropped(feed(Component::kRtp, kPhone, phone.seal_rtp(rtp_packet(1)))), Drop::kNotKeyed);
  }
  set_leg(dtls::Role::kPassive);
  exchange(phone);
  ASSERT_TRUE(phone.is_connected());
  EXPECT_TRUE(is<transport::Keyed>());
}

TEST_F(Transport, WrongCertificateMutesTheLegForGood) {
  set_leg(dtls::Role::kActive);
  DtlsPhone phone(dtls::Role::kPassive, foreign_identity(), now);
  exchange(phone);
  ASSERT_TRUE(is<transport::KeyingFailed>());
  EXPECT_EQ(std::get<transport::KeyingFailed>(stream.progress(kLeg)).why, dtls::Failure::kFingerprintMismatch);
  EXPECT_EQ(dropped(feed(Component::kRtp, kPhone, rtp_packet(1))), Drop::kFailed);
  EXPECT_EQ(dropped(feed(Component::kRtp, kPlainPhone, rtp_packet(1), kPlainLeg)), Drop::kFailed);
}

TEST_F(Transport, SilenceFailsAtTheLimit) {
  set_leg(dtls::Role::kActive);
  const TimePoint start = now;
  std::size_t hellos = sent().size();
  while (const auto next = stream.next_timeout()) {
    now = *next;
    stream.handle_timeout(now);
    hellos += sent().size();
    ASSERT_LT(hellos, 100U);
  }
  ASSERT_TRUE(is<transport::KeyingFailed>());
  EXPECT_EQ(std::get<transport::KeyingFailed>(stream.progress(kLeg)).why, dtls::Failure::kTimeout);
  EXPECT_EQ(now - start, dtls::kHandshakeLimit);
}

TEST_F(Transport, SeparateRtcpHasAnAssociationOfItsOwn) {
  set_leg(dtls::Role::kActive, relay::Mux::kSeparate);
  DtlsPhone rtp(dtls::Role::kPassive, phone_identity(), now);
  DtlsPhone rtcp(dtls::Role::kPassive, phone_identity(), now);
  for (const auto& sending : sent()) (sending.to == kPhone ? rtp : rtcp).handle(sending.octets, now);
  exchange(rtp);
  ASSERT_TRUE(rtp.is_connected());
  EXPECT_FALSE(rtcp.is_connected());
  EXPECT_TRUE(is_relayed(feed(Component::kRtp, kPhone, rtp.seal_rtp(rtp_packet(1)))));
  EXPECT_EQ(dropped(feed(Component::kRtcp, kPhoneRtcp, rtp.seal_rtcp(rtcp_packet()))), Drop::kNotKeyed);
  exchange(rtcp, Component::kRtcp, kPhoneRtcp);
  ASSERT_TRUE(rtcp.is_connected());
  EXPECT_EQ(dropped(feed(Component::kRtcp, kPhoneRtcp, rtp.seal_rtcp(rtcp_packet()))), Drop::kAuthentication);
  EXPECT_EQ(dropped(feed(Component::kRtcp, kPhoneRtcp, rtcp.seal_rtcp(rtcp_packet()))), Drop::kHeld);
  EXPECT_EQ(stream.counters(kLeg).authenticated, 2U);
}

TEST_F(Transport, NewAssociationRunsBesideTheOldUntilItIsDone) {
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), now);
  set_leg(dtls::Role::kActive);
  exchange(phone);
  ASSERT_TRUE(phone.is_connected());
  auto setup = ground(relay::Mux::kMuxed);
  setup.relay.protection = relay::Keep{};
  setup.keying = keying(dtls::Role::kActive, *phone_identity());
  setup.keying->association = transport::Keying::Association::kNew;
  stream.set_leg(kLeg, std::move(setup), now);
  EXPECT_TRUE(is<transport::Keyed>());
  EXPECT_TRUE(is_relayed(feed(Component::kRtp, kPhone, phone.seal_rtp(rtp_packet(1)))));
  DtlsPhone again(dtls::Role::kPassive, phone_identity(), now);
  exchange(again);
  ASSERT_TRUE(again.is_connected());
  EXPECT_TRUE(is_relayed(feed(Component::kRtp, kPhone, again.seal_rtp(rtp_packet(2)))));
  EXPECT_EQ(dropped(feed(Component::kRtp, kPhone, phone.seal_rtp(rtp_packet(3)))), Drop::kAuthentication);
}

TEST_F(Transport, RepeatedSetupKeepsTheAssociation) {
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), now);
  set_leg(dtls::Role::kActive);
  exchange(phone);
  ASSERT_TRUE(phone.is_connected());
  auto setup = ground(relay::Mux::kMuxed);
  setup.relay.protection = relay::Keep{};
  setup.keying = keying(dtls::Role::kActive, *phone_identity());
  stream.set_leg(kLeg, std::move(setup), now);
  EXPECT_TRUE(sent().empty());
  EXPECT_TRUE(is_relayed(feed(Component::kRtp, kPhone, phone.seal_rtp(rtp_packet(1)))));
}

TEST_F(Transport, RtcpJoinsRtpWhenAReofferMuxesIt) {
  DtlsPhone rtp(dtls::Role::kPassive, phone_identity(), now);
  DtlsPhone rtcp(dtls::Role::kPassive, phone_identity(), now);
  set_leg(dtls::Role::kActive, relay::Mux::kSeparate);
  for (const auto& sending : sent()) (sending.to == kPhone ? rtp : rtcp).handle(sending.octets, now);
  exchange(rtp);
  exchange(rtcp, Component::kRtcp, kPhoneRtcp);
  ASSERT_TRUE(rtp.is_connected() && rtcp.is_connected());
  auto setup = ground(relay::Mux::kMuxed);
  setup.relay.protection = relay::Keep{};
  setup.keying = keying(dtls::Role::kActive, *phone_identity());
  stream.set_leg(kLeg, std::move(setup), now);
  EXPECT_EQ(dropped(feed(Component::kRtp, kPhone, rtcp.seal_rtcp(rtcp_packet()))), Drop::kAuthentication);
  EXPECT_EQ(dropped(feed(Component::kRtp, kPhone, rtp.seal_rtcp(rtcp_packet()))), Drop::kHeld);
  EXPECT_EQ(stream.counters(kLeg).authenticated, 1U);
}

TEST_F(Transport, RtcpGetsAnAssociationWhenAReofferPartsIt) {
  DtlsPhone rtp(dtls::Role::kPassive, phone_identity(), now);
  set_leg(dtls::Role::kActive);
  exchange(rtp);
  ASSERT_TRUE(rtp.is_connected());
  auto setup = ground(relay::Mux::kSeparate);
  setup.relay.protection = relay::Keep{};
  setup.keying = keying(dtls::Role::kActive, *phone_identity());
  stream.set_leg(kLeg, std::move(setup), now);
  EXPECT_TRUE(is_relayed(feed(Component::kRtp, kPhone, rtp.seal_rtp(rtp_packet(1)))));
  EXPECT_EQ(dropped(feed(Component::kRtcp, kPhoneRtcp, rtp.seal_rtcp(rtcp_packet()))), Drop::kNotKeyed);
  DtlsPhone rtcp(dtls::Role::kPassive, phone_identity(), now);
  exchange(rtcp, Component::kRtcp, kPhoneRtcp);
  ASSERT_TRUE(rtcp.is_connected());
  EXPECT_EQ(dropped(feed(Component::kRtcp, kPhoneRtcp, rtcp.seal_rtcp(rtcp_packet()))), Drop::kHeld);
  EXPECT_EQ(stream.counters(kLeg).authenticated, 2U);
}

TEST_F(Transport, RtcpKeysOfAnAssociationThatGaveWayAreNotTheNextOnes) {
  DtlsPhone rtcp(dtls::Role::kPassive, phone_identity(), now);
  set_leg(dtls::Role::kActive, relay::Mux::kSeparate);
  exchange(rtcp, Component::kRtcp, kPhoneRtcp);
  ASSERT_TRUE(rtcp.is_connected());
  auto setup = ground(relay::Mux::kSeparate);
  setup.keying = keying(dtls::Role::kActive, *phone_identity());
  setup.keying->association = transport::Keying::Association::kNew;
  stream.set_leg(kLeg, std::move(setup), now);
  DtlsPhone rtp(dtls::Role::kPassive, phone_identity(), now);
  exchange(rtp);
  ASSERT_TRUE(rtp.is_connected());
  EXPECT_EQ(dropped(feed(Component::kRtcp, kPhoneRtcp, rtcp.seal_rtcp(rtcp_packet()))), Drop::kNotKeyed);
}

TEST_F(Transport, DtlsOnALegWithoutItIsAStrangeKindOfPacket) {
  const Octets record = from_hex("16fefd 0000 000000000000 0004 01000000");
  EXPECT_EQ(dropped(feed(Component::kRtp, kPlainPhone, record, kPlainLeg)), Drop::kUnknownKind);
}

/// The same leg with a peer that does ICE.
class IceTransport : public Transport {
 protected:
  IceTransport() { set_ice_leg(dtls::Role::kActive); }
  void set_ice_leg(dtls::Role role) {
    auto setup = ground(relay::Mux::kMuxed);
    setup.relay.follow = relay::Follow::kNomination;
    setup.keying = keying(role, *phone_identity());
    setup.connectivity =
        transport::Connectivity{{"ourufrag0001", *Secret::from(bytes_of("ourpassword0123456789abc"))}, "them"};
    stream.set_leg(kLeg, std::move(setup), now);
  }
  static Check check(bool nominates) {
    Check check{.username = "ourufrag0001:them", .password = "ourpassword0123456789abc"};
    check.use_candidate = nominates;
    check.priority = 100;
    return check;
  }
};

TEST_F(IceTransport, SaysNothingBeforeANomination) {
  EXPECT_TRUE(sent().empty());
  EXPECT_TRUE(std::holds_alternative<Stream::Consumed>(feed(Component::kRtp, kPhone, check(false).octets())));
  const auto replies = sent();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_LE(replies[0].octets.size(), check(false).octets().size());
}

TEST_F(IceTransport, HandshakeGoesToTheNominatedAddress) {
  std::ignore = feed(Component::kRtp, kStranger, check(true).octets());
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), now);
  exchange(phone, Component::kRtp, kStranger);
  ASSERT_TRUE(phone.is_connected());
  const auto out = feed(Component::kRtp, kPlainPhone, rtp_packet(8), kPlainLeg);
  ASSERT_TRUE(is_relayed(out));
  EXPECT_EQ(std::get<Forward>(out).to, kStranger);
}

TEST_F(IceTransport, MediaFollowsALaterNominationAndTheAssociationStays) {
  std::ignore = feed(Component::kRtp, kPhone, check(true).octets());
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), now);
  exchange(phone);
  ASSERT_TRUE(phone.is_connected());
  now += std::chrono::seconds(10);
  std::ignore = feed(Component::kRtp, kStranger, check(true).octets());
  const auto out = feed(Component::kRtp, kPlainPhone, rtp_packet(8), kPlainLeg);
  ASSERT_TRUE(is_relayed(out));
  EXPECT_EQ(std::get<Forward>(out).to, kStranger);
  EXPECT_TRUE(phone.open_rtp(std::get<Forward>(out).packet));
}

TEST_F(IceTransport, PeerThatAsksForNothingAnyMoreIsSentNothingUntilItAsksAgain) {
  std::ignore = feed(Component::kRtp, kPhone, check(true).octets());
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), now);
  exchange(phone);
  ASSERT_TRUE(phone.is_connected());
  const TimePoint start = now;
  while (const auto next = stream.next_timeout()) {
    ASSERT_GT(*next, now);
    now = *next;
    stream.handle_timeout(now);
  }
  EXPECT_GE(now - start, ice::kConsent);
  EXPECT_EQ(dropped(feed(Component::kRtp, kPlainPhone, rtp_packet(8), kPlainLeg)), Drop::kHeld);
  std::ignore = feed(Component::kRtp, kPhone, check(false).octets());
  EXPECT_TRUE(is_relayed(feed(Component::kRtp, kPlainPhone, rtp_packet(9), kPlainLeg)));
}

/// A packet that is dropped may be the first to find it so.
TEST_F(IceTransport, WhoIsSentNothingAnyMoreIsKnownToBe) {
  std::ignore = feed(Component::kRtp, kPhone, check(true).octets());
  EXPECT_EQ(stream.sources(kLeg).rtp, kPhone);
  std::ignore = stream.take_moved();
  now += ice::kConsent + std::chrono::seconds(1);
  Check wrong = check(false);
  wrong.password = "another";
  EXPECT_EQ(dropped(feed(Component::kRtp, kStranger, wrong.octets())), Drop::kAuthentication);
  EXPECT_EQ(stream.sources(kLeg).rtp, std::nullopt);
  EXPECT_TRUE(stream.take_moved());
}

TEST_F(IceTransport, ClientHelloFromAnAddressWithoutThePasswordIsNothing) {
  set_ice_leg(dtls::Role::kPassive);
  DtlsPhone stranger(dtls::Role::kActive, phone_identity(), now);
  for (const Octets& octets : stranger.take_output()) {
    EXPECT_EQ(dropped(feed(Component::kRtp, kStranger, octets)), Drop::kWrongSource);
  }
  EXPECT_TRUE(sent().empty());
}

TEST_F(IceTransport, CheckUnderAnotherPasswordIsCountedAndNotAnswered) {
  Check wrong = check(true);
  wrong.password = "another";
  EXPECT_EQ(dropped(feed(Component::kRtp, kStranger, wrong.octets())), Drop::kAuthentication);
  EXPECT_TRUE(sent().empty());
}

}  // namespace
}  // namespace osrtp::testing
