// One component against all comers, on virtual time.
#include <gtest/gtest.h>

#include <openssl/x509.h>

#include "dtls/strangers.hpp"
#include "support/dtls_world.hpp"

namespace osrtp::dtls {
namespace {

using namespace osrtp::testing;

TEST(DtlsHandshakes, AClientHelloFromTheSignalledAddressIsAnsweredByACookieNotLargerThanIt) {
  World world;
  auto peer = world.caller(kPeer);
  const auto hello = peer.association.take_output();
  ASSERT_EQ(hello.size(), 1U);
  world.ours.handle(kPeer, Source::kSignalled, hello[0], world.now);
  const auto reply = world.ours.take_output();
  ASSERT_EQ(reply.size(), 1U);
  EXPECT_TRUE(is_hello_verify_request(reply[0].octets));
  EXPECT_LE(reply[0].octets.size(), hello[0].size());
  EXPECT_EQ(reply[0].to, kPeer);
  EXPECT_FALSE(world.ours.next_timeout()) << "nothing is kept";
}

TEST(DtlsHandshakes, FromAValidatedAddressNoCookieIsAsked) {
  World world;
  auto peer = world.caller(kPeer);
  world.ours.handle(kPeer, Source::kValidated, peer.association.take_output().at(0), world.now);
  const auto reply = world.ours.take_output();
  ASSERT_FALSE(reply.empty());
  EXPECT_FALSE(is_hello_verify_request(reply[0].octets));
}

class FromEverySource : public ::testing::TestWithParam<Source> {};

TEST_P(FromEverySource, ThePeersCertificateWins) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  auto peer = world.caller(kPeer);
  world.talk(peer, GetParam());
  ASSERT_TRUE(world.connected());
  EXPECT_EQ(std::get<Handshakes::Connected>(world.ours.state()).peer, kPeer);
  const auto ours = world.ours.take_keys();
  const auto theirs = peer.association.take_keys();
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(master(ours->ours), master(theirs->theirs));
  EXPECT_FALSE(world.ours.take_keys());
  EXPECT_FALSE(world.ours.next_timeout());
}

TEST_P(FromEverySource, AHandshakeBeforeTheAnswerWaitsForIt) {
  World world;
  auto peer = world.caller(kPeer);
  world.talk(peer, GetParam());
  EXPECT_TRUE(world.pending());
  EXPECT_FALSE(world.ours.take_keys());
  world.wait(std::chrono::minutes(3));
  world.ours.expect(only(*alice()), world.now);
  EXPECT_TRUE(world.connected());
}

TEST_P(FromEverySource, AWrongCertificateFailsOnlyWhereThePeerIsKnownToBe) {
  for (const bool known_before : {true, false}) {
    World world;
    if (known_before) world.ours.expect(only(*alice()), world.now);
    auto other = world.caller(kPeer, mallory());
    world.talk(other, GetParam());
    if (!known_before) world.ours.expect(only(*alice()), world.now);
    if (GetParam() == Source::kStranger) {
      EXPECT_TRUE(world.pending());
      auto peer = world.caller(at("192.0.2.1:4002"));
      world.talk(peer, Source::kStranger);
      EXPECT_TRUE(world.connected());
    } else {
      EXPECT_EQ(failure_of(world.ours), number(Failure::kFingerprintMismatch));
      EXPECT_FALSE(world.ours.next_timeout());
    }
    EXPECT_EQ(world.ours.take_keys().has_value(), world.connected());
  }
}

TEST_P(FromEverySource, NoCommonProfileFailsOnlyWhereThePeerIsKnownToBe) {
  World world;
  world.ours = Handshakes({.identity = bob(), .profiles = {Suite::kAeadAes256Gcm}});
  world.ours.expect(only(*alice()), world.now);
  auto peer = world.somebody(kPeer, alice(), Role::kActive, {Suite::kAeadAes128Gcm});
  world.talk(peer, GetParam());
  EXPECT_EQ(failure_of(world.ours), GetParam() == Source::kStranger ? -1 : number(Failure::kNoCommonProfile));
}

INSTANTIATE_TEST_SUITE_P(DtlsHandshakes, FromEverySource,
                         ::testing::Values(Source::kValidated, Source::kSignalled, Source::kStranger),
                         [](const auto& row) { return name_of(row.param); });

TEST(DtlsHandshakes, OneIsOutOfTime15SecondsAfterItsLimitIsFirstStarted) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  EXPECT_FALSE(world.ours.next_timeout());
  world.wait(std::chrono::minutes(5));
  EXPECT_TRUE(world.pending());
  world.ours.start_limit(world.now);
  EXPECT_EQ(world.ours.next_timeout(), world.now + kHandshakeLimit);
  world.wait(std::chrono::milliseconds(14'999));
  world.ours.start_limit(world.now);
  world.ours.expect(only(*alice()), world.now);
  EXPECT_TRUE(world.pending());
  world.wait(std::chrono::milliseconds(1));
  EXPECT_EQ(failure_of(world.ours), number(Failure::kTimeout));
}

TEST(DtlsHandshakes, AnEndedOneHasNoLimit) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  world.ours.start_limit(world.now);
  auto peer = world.caller(kPeer);
  world.talk(peer, Source::kSignalled);
  ASSERT_TRUE(world.connected());
  world.ours.start_limit(world.now);
  EXPECT_FALSE(world.ours.next_timeout());
}

TEST(DtlsHandshakes, AStrangersHandshakesAreFewAndThePeersStays) {
  World world;
  auto peer = world.caller(kPeer);
  // The peer is in the middle of its handshake: it has the cookie, our flight waits for it.
  for (int i = 0; i < 2; ++i) {
    for (const Octets& octets : peer.association.take_output()) {
      world.ours.handle(kPeer, Source::kSignalled, octets, world.now);
    }
    if (i == 0) peer.association.handle(world.ours.take_output().at(0).octets, world.now);
  }
  auto flight = world.ours.take_output();
  for (int i = 0; i < 20; ++i) {
    auto stranger = world.caller(at(("203.0.113." + std::to_string(i + 1) + ":9").c_str()), mallory());
    world.talk(stranger, Source::kStranger);
    EXPECT_EQ(is<Association::Connected>(stranger.association.state()), i < kStrangerBurst);
  }
  world.ours.expect(only(*alice()), world.now);
  for (const Outgoing& out : flight) peer.association.handle(out.octets, world.now);
  world.talk(peer, Source::kSignalled);
  EXPECT_TRUE(world.connected());
}

TEST(DtlsHandshakes, AStrangerInAFloodOfAnothersIsHeard) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  for (std::uint32_t port = 1; port < 30; ++port) {
    auto stranger = world.caller({kStranger.address, *Port::from(port)}, mallory());
    world.talk(stranger, Source::kStranger);
    EXPECT_EQ(is<Association::Handshaking>(stranger.association.state()), port >= kStrangerBurst);
  }
  auto peer = world.caller(kPeer);
  world.talk(peer, Source::kStranger);
  EXPECT_TRUE(world.connected());
}

/// Opens associations of other networks, which stop after their ClientHello; beyond the limits' pace.
void crowd(World& world, int count) {
  for (int i = 0; i < count; ++i) {
    world.wait(kStrangerInterval);
    auto stranger = world.caller(at(("203.0.113." + std::to_string(i + 1) + ":9").c_str()), mallory());
    advance(world, stranger, Source::kStranger);
    advance(world, stranger, Source::kStranger);
  }
}

TEST(DtlsHandshakes, AStrangerThatIsFarStaysAndOneThatOnlyCalledGivesWay) {
  for (const bool is_far : {true, false}) {
    World world;
    auto peer = world.caller(kPeer);
    advance(world, peer, Source::kStranger);
    advance(world, peer, Source::kStranger);
    if (is_far) world.talk(peer, Source::kStranger);
    crowd(world, 8);
    world.ours.expect(only(*alice()), world.now);
    EXPECT_EQ(world.connected(), is_far);
  }
}

TEST(DtlsHandshakes, TheSignalledPeerFindsRoomAmongStrangersThatAreFar) {
  World world;
  for (int i = 0; i < kStrangerBurst; ++i) {
    auto stranger = world.caller(at(("203.0.113." + std::to_string(i + 1) + ":9").c_str()), mallory());
    world.talk(stranger, Source::kStranger);
  }
  auto peer = world.caller(kPeer);
  world.talk(peer, Source::kSignalled);
  world.ours.expect(only(*alice()), world.now);
  EXPECT_TRUE(world.connected());
}

TEST(DtlsHandshakes, FromOneHostOnlyOneStrangerGivesWay) {
  World world;
  auto peer = world.caller(kPeer);  // behind a NAT: a stranger, and the first
  world.talk(peer, Source::kStranger);
  for (std::uint32_t port = 1; port < 30; ++port) {
    world.wait(kStrangerInterval);
    auto stranger = world.caller({kStranger.address, *Port::from(port)}, mallory());
    world.talk(stranger, Source::kStranger);
  }
  world.ours.expect(only(*alice()), world.now);
  EXPECT_TRUE(world.connected());
}

TEST(DtlsHandshakes, ACookieIsForOneAddressAndOneClientHello) {
  World world;
  auto peer = world.caller(kPeer);
  world.ours.handle(kPeer, Source::kSignalled, peer.association.take_output().at(0), world.now);
  peer.association.handle(world.ours.take_output().at(0).octets, world.now);
  const Octets second = peer.association.take_output().at(0);
  const auto is_asked_again = [&](const Endpoint& from, const Octets& hello) {
    world.ours.handle(from, Source::kSignalled, hello, world.now);
    const auto out = world.ours.take_output();
    return out.size() == 1 && is_hello_verify_request(out[0].octets);
  };
  EXPECT_TRUE(is_asked_again(at("192.0.2.1:4001"), second));
  EXPECT_TRUE(is_asked_again(at("192.0.2.2:4000"), second));
  Octets other = second;
  other[13 + 12 + 2] ^= 1U;  // the random number
  EXPECT_TRUE(is_asked_again(kPeer, other));
  EXPECT_FALSE(is_asked_again(kPeer, second));
}

TEST(DtlsHandshakes, AfterTheWinnerOnlyItAndValidatedAddressesAreHeard) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  auto peer = world.caller(kPeer);
  // The last flight of ours is lost.
  for (int i = 0; i < 3 && !world.connected(); ++i) {
    for (const Octets& octets : peer.association.take_output()) {
      world.ours.handle(kPeer, Source::kSignalled, octets, world.now);
    }
    if (world.connected()) break;
    for (const Outgoing& out : world.ours.take_output()) peer.association.handle(out.octets, world.now);
  }
  ASSERT_TRUE(world.connected());
  (void)world.ours.take_output();
  world.go_to(world.now + kFirstRetransmission);
  peer.association.handle_timeout(world.now);
  const auto again = peer.association.take_output();
  ASSERT_FALSE(again.empty());
  for (const Octets& octets : again) world.ours.handle(kStranger, Source::kStranger, octets, world.now);
  EXPECT_TRUE(world.ours.take_output().empty());
  const Endpoint nominated = at("192.0.2.1:4444");
  for (const Octets& octets : again) world.ours.handle(nominated, Source::kValidated, octets, world.now);
  const auto answer = world.ours.take_output();
  ASSERT_FALSE(answer.empty());
  EXPECT_EQ(answer[0].to, nominated);
  for (const Outgoing& out : answer) peer.association.handle(out.octets, world.now);
  EXPECT_TRUE(is<Association::Connected>(peer.association.state()));
  EXPECT_EQ(std::get<Handshakes::Connected>(world.ours.state()).peer, kPeer);
}

class FromTheSignalledOrValidated : public ::testing::TestWithParam<Source> {};

TEST_P(FromTheSignalledOrValidated, APeerThatBeginsAgainIsHeard) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  auto first = world.caller(kPeer);
  advance(world, first, GetParam());
  if (GetParam() == Source::kSignalled) advance(world, first, GetParam());
  EXPECT_TRUE(is<Association::Handshaking>(first.association.state()));
  auto second = world.caller(kPeer);
  world.talk(second, GetParam());
  EXPECT_TRUE(world.connected());
}

TEST_P(FromTheSignalledOrValidated, AForgedClientHelloDoesNotDisturbAHandshake) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  auto peer = world.caller(kPeer);
  for (int flights = 0; flights < 4 && !world.connected(); ++flights) {
    auto forged = world.caller(kPeer, mallory());
    world.ours.handle(kPeer, GetParam(), forged.association.take_output().at(0), world.now);
    for (const Outgoing& out : world.ours.take_output())
      EXPECT_EQ(is_hello_verify_request(out.octets), flights > 0 || GetParam() == Source::kSignalled);
    advance(world, peer, GetParam());
  }
  EXPECT_TRUE(world.connected());
}

INSTANTIATE_TEST_SUITE_P(DtlsHandshakes, FromTheSignalledOrValidated,
                         ::testing::Values(Source::kValidated, Source::kSignalled),
                         [](const auto& row) { return name_of(row.param); });

Octets forged_record(std::uint8_t record_number, const Octets& message) {
  Octets out = from_hex("16fefd 0000 0000000000");
  out.push_back(record_number);
  out.push_back(static_cast<std::uint8_t>(message.size() >> 8U));
  out.push_back(static_cast<std::uint8_t>(message.size()));
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

TEST(DtlsHandshakes, AForgedCertificateAfterTheCookieDoesNotFailTheComponent) {
  for (const char* certificate :
       {"0b000003 0002 000000 000003 000000", "0b00000a 0002 000000 00000a 000007 000004 30020500"}) {
    World world;
    world.ours.expect(only(*alice()), world.now);
    auto peer = world.caller(kPeer);
    advance(world, peer, Source::kSignalled);
    for (const Octets& octets : peer.association.take_output()) {
      world.ours.handle(kPeer, Source::kSignalled, octets, world.now);
    }
    EXPECT_FALSE(world.ours.take_output().empty()) << "our flight has not gone out";
    world.ours.handle(kPeer, Source::kSignalled, forged_record(2, from_hex(certificate)), world.now);
    ASSERT_TRUE(world.pending());
    (void)world.ours.take_output();
    auto again = world.caller(kPeer);
    world.talk(again, Source::kSignalled);
    EXPECT_TRUE(world.connected());
  }
}

/// Mallory's certificate, in a record that its owner has not sent.
Octets mallorys_certificate(std::uint16_t message_sequence) {
  unsigned char* der = nullptr;
  const auto size = static_cast<std::size_t>(i2d_X509(mallory()->certificate(), &der));
  const auto append_24 = [](Octets& out, std::size_t number) {
    for (const unsigned shift : {16U, 8U, 0U}) out.push_back(static_cast<std::uint8_t>(number >> shift));
  };
  Octets message{11};
  append_24(message, size + 6);
  message.push_back(static_cast<std::uint8_t>(message_sequence >> 8U));
  message.push_back(static_cast<std::uint8_t>(message_sequence));
  append_24(message, 0);
  append_24(message, size + 6);
  append_24(message, size + 3);
  append_24(message, size);
  message.insert(message.end(), der, der + size);
  OPENSSL_free(der);
  return forged_record(2, message);
}

TEST(DtlsHandshakes, SomebodyElsesCertificateAloneDoesNotFailTheComponent) {
  World world;
  world.ours.expect(only(*alice()), world.now);
  auto peer = world.caller(kPeer);
  advance(world, peer, Source::kSignalled);
  for (const Octets& octets : peer.association.take_output()) {
    world.ours.handle(kPeer, Source::kSignalled, octets, world.now);
  }
  EXPECT_FALSE(world.ours.take_output().empty()) << "our flight has not gone out";
  world.ours.handle(kPeer, Source::kSignalled, mallorys_certificate(2), world.now);
  ASSERT_TRUE(world.pending());
  auto again = world.caller(kPeer);
  world.talk(again, Source::kSignalled);
  EXPECT_TRUE(world.connected());
}

TEST(DtlsHandshakes, AForgedClientHelloWithAForgedCertificateOrNoneDoesNotFailTheComponent) {
  for (const char* certificate :
       {"0b000003 0001 000000 000003 000000", "0b00000a 0001 000000 00000a 000007 000004 30020500"}) {
    World world;
    world.ours.expect(only(*alice()), world.now);
    auto forged = world.caller(kPeer, mallory());
    world.ours.handle(kPeer, Source::kValidated, forged.association.take_output().at(0), world.now);
    world.ours.handle(kPeer, Source::kValidated, forged_record(1, from_hex(certificate)), world.now);
    EXPECT_TRUE(world.pending());
    (void)world.ours.take_output();
    auto peer = world.caller(kPeer);
    world.talk(peer, Source::kValidated);
    EXPECT_TRUE(world.connected());
  }
}

}  // namespace
}  // namespace osrtp::dtls
