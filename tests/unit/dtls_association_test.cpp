// Two associations of ours, on virtual time.
#include <gtest/gtest.h>

#include <functional>

#include "support/dtls.hpp"

namespace osrtp::dtls {
namespace {

using namespace osrtp::testing;
using std::chrono::milliseconds;

using Datagrams = std::vector<Octets>;

/// Carries datagrams at once, and time to the next timeout when there are none.
struct Pair {
  TimePoint now{std::chrono::seconds(1)};
  OpensslClock clock{now};
  Association client;
  Association server;
  std::function<bool(const Octets&)> passes = [](const Octets&) { return true; };
  std::size_t largest = 0;

  static Association make(Association::Setup setup, TimePoint now) {
    auto made = Association::create(setup, now);
    EXPECT_TRUE(made);
    return *std::move(made);
  }
  Pair(Association::Setup client_setup, Association::Setup server_setup)
      : client(make(active(std::move(client_setup)), now)), server(make(std::move(server_setup), now)) {}

  static Association::Setup active(Association::Setup setup) {
    setup.role = Role::kActive;
    return setup;
  }
  bool carry(Association& from, Association& to) {
    bool any = false;
    for (const Octets& datagram : from.take_output()) {
      any = true;
      largest = std::max(largest, datagram.size());
      if (passes(datagram)) to.handle(datagram, now);
    }
    return any;
  }
  void exchange() {
    while (carry(client, server) | carry(server, client)) {
    }
  }
  void go_to(TimePoint at) {
    now = at;
    clock.set(now);
  }
  void tick(milliseconds step) {
    go_to(now + step);
    for (Association* one : {&client, &server}) {
      if (one->next_timeout() && *one->next_timeout() <= now) one->handle_timeout(now);
    }
    exchange();
  }
  bool connected() const {
    return is<Association::Connected>(client.state()) && is<Association::Connected>(server.state());
  }
};

Association::Setup of(const std::shared_ptr<const Identity>& identity, std::vector<Fingerprint> peer) {
  return {.identity = identity, .role = Role::kPassive, .peer = std::move(peer)};
}
Pair new_pair() { return {of(alice(), only(*bob())), of(bob(), only(*alice()))}; }

TEST(DtlsAssociation, BothSidesOfAHandshakeHoldTheSameKeysCrossed) {
  auto pair = new_pair();
  EXPECT_FALSE(pair.client.take_keys());
  pair.exchange();
  ASSERT_TRUE(pair.connected());
  const auto client = pair.client.take_keys();
  const auto server = pair.server.take_keys();
  ASSERT_TRUE(client && server);
  EXPECT_EQ(client->suite, Suite::kAeadAes256Gcm);
  EXPECT_EQ(master(client->ours), master(server->theirs));
  EXPECT_EQ(master(client->theirs), master(server->ours));
  EXPECT_NE(master(client->ours), master(client->theirs));
  EXPECT_FALSE(pair.client.take_keys()) << "keys are taken once";
  EXPECT_FALSE(pair.client.next_timeout());
}

class EveryProfile : public ::testing::TestWithParam<Suite> {};
TEST_P(EveryProfile, IsAgreedOnAndHasKeysOfItsSize) {
  auto server = of(bob(), only(*alice()));
  server.profiles = {GetParam()};
  Pair pair(of(alice(), only(*bob())), server);
  pair.exchange();
  ASSERT_TRUE(pair.connected());
  const auto keys = pair.client.take_keys();
  EXPECT_EQ(keys->suite, GetParam());
  EXPECT_EQ(keys->ours.size(), facts(GetParam()).master_size());
  EXPECT_EQ(keys->theirs.size(), facts(GetParam()).master_size());
}
INSTANTIATE_TEST_SUITE_P(DtlsAssociation, EveryProfile, ::testing::ValuesIn(kProfiles),
                         [](const auto& row) { return std::string(facts(row.param).name); });

TEST(DtlsAssociation, TheFirstOfTheServersProfilesThatTheClientHasIsTaken) {
  auto client = of(alice(), only(*bob()));
  client.profiles = {Suite::kAesCm128HmacSha1_32, Suite::kAesCm128HmacSha1_80, Suite::kAeadAes128Gcm};
  auto server = of(bob(), only(*alice()));
  server.profiles = {Suite::kAes256CmHmacSha1_80, Suite::kAesCm128HmacSha1_80, Suite::kAesCm128HmacSha1_32};
  Pair pair(client, server);
  pair.exchange();
  ASSERT_TRUE(pair.connected());
  EXPECT_EQ(pair.client.take_keys()->suite, Suite::kAesCm128HmacSha1_80);
}

TEST(DtlsAssociation, WithoutACommonProfileBothSidesFailForThatReason) {
  auto client = of(alice(), only(*bob()));
  client.profiles = {Suite::kAeadAes128Gcm};
  auto server = of(bob(), only(*alice()));
  server.profiles = {Suite::kAeadAes256Gcm};
  Pair pair(client, server);
  pair.exchange();
  EXPECT_EQ(failure_of(pair.client), number(Failure::kNoCommonProfile));
  EXPECT_EQ(failure_of(pair.server), number(Failure::kNoCommonProfile));
  EXPECT_FALSE(pair.client.take_keys());
  EXPECT_FALSE(pair.server.take_keys());
}

TEST(DtlsAssociation, WithoutAnyProfileThatDtlsKnowsThereIsNoAssociation) {
  auto setup = of(alice(), {});
  setup.profiles = {Suite::kAes256CmHmacSha1_80};
  EXPECT_FALSE(Association::create(setup, TimePoint{}));
}

TEST(DtlsAssociation, ACertificateLargerThanAPacketIsFragmented) {
  const Pem pem = rsa_identity(2048);
  const auto identity = Identity::from_pem(pem.certificate, pem.key);
  ASSERT_TRUE(identity);
  Pair pair(of(*identity, only(**identity)), of(*identity, only(**identity)));
  pair.exchange();
  EXPECT_TRUE(pair.connected());
  EXPECT_LE(pair.largest, kMaxPacket);
  EXPECT_GT(pair.largest, kMaxPacket - 100) << "nothing was fragmented: this tests nothing";
}

TEST(DtlsAssociation, ASecondClientHelloInOneFlightDoesNotDisturb) {
  auto pair = new_pair();
  for (const Octets& hello : pair.client.take_output()) {
    pair.server.handle(hello, pair.now);
    pair.server.handle(hello, pair.now);
  }
  pair.exchange();
  EXPECT_TRUE(pair.connected());
}

// Fingerprints: RFC 8122 §5.

struct FingerprintCase {
  const char* name;
  std::function<std::vector<Fingerprint>()> expected;
  bool right;
};

Fingerprint flipped(Fingerprint fingerprint) {
  fingerprint.digest.back() ^= 1U;
  return fingerprint;
}
Fingerprint shortened(Fingerprint fingerprint) {
  fingerprint.digest.pop_back();
  return fingerprint;
}

const FingerprintCase kFingerprints[] = {
    {"Sha1", [] { return only(*alice(), HashFunction::kSha1); }, true},
    {"Sha256", [] { return only(*alice(), HashFunction::kSha256); }, true},
    {"Sha384", [] { return only(*alice(), HashFunction::kSha384); }, true},
    {"Sha512", [] { return only(*alice(), HashFunction::kSha512); }, true},
    {"OneBitWrong", [] { return std::vector{flipped(alice()->fingerprint(HashFunction::kSha256))}; }, false},
    {"TooShort", [] { return std::vector{shortened(alice()->fingerprint(HashFunction::kSha256))}; }, false},
    {"OfAnotherLine", [] { return only(*mallory()); }, false},
    {"OurOwn", [] { return only(*bob()); }, false},
    {"TwoOneRight",
     [] {
       return std::vector{mallory()->fingerprint(HashFunction::kSha256), alice()->fingerprint(HashFunction::kSha256)};
     },
     true},
    {"StrongRightWeakWrong",
     [] {
       return std::vector{alice()->fingerprint(HashFunction::kSha512), mallory()->fingerprint(HashFunction::kSha256)};
     },
     true},
    {"StrongWrongWeakRight",
     [] {
       return std::vector{alice()->fingerprint(HashFunction::kSha1), mallory()->fingerprint(HashFunction::kSha256)};
     },
     false},
    {"DigestUnderAnotherHash",
     [] {
       auto made = alice()->fingerprint(HashFunction::kSha256);
       made.hash = HashFunction::kSha512;
       return std::vector{made};
     },
     false},
};

class Fingerprints : public ::testing::TestWithParam<std::tuple<FingerprintCase, Role>> {
 protected:
  static void expect_verdict(const Association& verifier, Association& takes, bool right) {
    if (right) {
      EXPECT_TRUE(is<Association::Connected>(verifier.state()));
      EXPECT_TRUE(takes.take_keys());
    } else {
      EXPECT_EQ(failure_of(verifier), number(Failure::kFingerprintMismatch));
      EXPECT_FALSE(takes.take_keys());
    }
  }
  [[nodiscard]] static Role role() { return std::get<1>(GetParam()); }
  static Association& verifier(Pair& pair) { return role() == Role::kActive ? pair.client : pair.server; }
  static Pair pair_with(std::vector<Fingerprint> expected) {
    auto peer = of(alice(), only(*bob()));
    auto ours = of(bob(), std::move(expected));
    return role() == Role::kActive ? Pair(ours, peer) : Pair(peer, ours);
  }
};

TEST_P(Fingerprints, KnownBeforeTheHandshakeDecideIt) {
  auto pair = pair_with(std::get<0>(GetParam()).expected());
  pair.exchange();
  expect_verdict(verifier(pair), verifier(pair), std::get<0>(GetParam()).right);
  if (std::get<0>(GetParam()).right) return;
  EXPECT_TRUE(std::get<Association::Failed>(verifier(pair).state()).after_finished);
}

TEST_P(Fingerprints, KnownAfterTheHandshakeDecideIt) {
  auto pair = pair_with({});
  pair.exchange();
  ASSERT_TRUE(is<Association::Unverified>(verifier(pair).state()));
  EXPECT_FALSE(verifier(pair).take_keys()) << "nothing may be trusted yet";
  EXPECT_FALSE(verifier(pair).next_timeout()) << "it waits as long as it takes";
  verifier(pair).expect(std::get<0>(GetParam()).expected(), pair.now + std::chrono::hours(1));
  expect_verdict(verifier(pair), verifier(pair), std::get<0>(GetParam()).right);
}

INSTANTIATE_TEST_SUITE_P(DtlsAssociation, Fingerprints,
                         ::testing::Combine(::testing::ValuesIn(kFingerprints),
                                            ::testing::Values(Role::kActive, Role::kPassive)),
                         [](const auto& row) {
                           return std::string(std::get<0>(row.param).name) +
                                  (std::get<1>(row.param) == Role::kActive ? "Active" : "Passive");
                         });

TEST(DtlsAssociation, AWrongCertificateIsAnsweredByACloseUnderTheKeysThatItsOwnerHasProvedToHold) {
  auto pair = Pair(of(mallory(), only(*bob())), of(bob(), only(*alice())));
  Octets last;
  pair.passes = [&last](const Octets& datagram) {
    last = datagram;
    return true;
  };
  pair.exchange();
  EXPECT_EQ(failure_of(pair.server), number(Failure::kFingerprintMismatch));
  ASSERT_GT(last.size(), 13U);
  EXPECT_EQ(last[0], 21) << "no alert";
  EXPECT_EQ(last[4], 1) << "not under the keys";
}

TEST(DtlsAssociation, ExpectingNobodyYetIsNoVerdict) {
  auto pair = Pair(of(alice(), only(*bob())), of(bob(), {}));
  pair.exchange();
  pair.server.expect({}, pair.now);
  EXPECT_TRUE(is<Association::Unverified>(pair.server.state()));
}

// The schedule.

TEST(DtlsSchedule, AClientHelloIsRepeatedAfter50MillisecondsThenTwiceAsLongUpToASecondFor15Seconds) {
  auto pair = new_pair();
  const TimePoint start = pair.now;
  EXPECT_EQ(pair.client.take_output().size(), 1U);
  std::vector<long> sent;
  while (pair.client.next_timeout()) {
    pair.go_to(*pair.client.next_timeout());
    pair.client.handle_timeout(pair.now);
    const auto output = pair.client.take_output();
    if (!output.empty()) sent.push_back(std::chrono::duration_cast<milliseconds>(pair.now - start).count());
    EXPECT_LE(output.size(), 1U);
  }
  std::vector<long> wanted{50, 150, 350, 750, 1550};
  for (long at = 2550; at < 15'000; at += 1000) wanted.push_back(at);
  EXPECT_EQ(sent, wanted);
  EXPECT_EQ(failure_of(pair.client), number(Failure::kTimeout));
  EXPECT_EQ(pair.now - start, kHandshakeLimit);
}

TEST(DtlsSchedule, ATimeoutThatIsNotDueDoesNothing) {
  auto pair = new_pair();
  (void)pair.client.take_output();
  const auto due = pair.client.next_timeout();
  pair.client.handle_timeout(pair.now + milliseconds(49));
  EXPECT_TRUE(pair.client.take_output().empty());
  EXPECT_EQ(pair.client.next_timeout(), due);
}

TEST(DtlsSchedule, EachFlightBeginsItsOwn) {
  auto pair = new_pair();
  pair.tick(milliseconds(0));
  auto second = new_pair();
  (void)second.client.take_output();
  for (int i = 0; i < 5; ++i) {
    second.go_to(*second.client.next_timeout());
    second.client.handle_timeout(second.now);
    if (i < 4) (void)second.client.take_output();
  }
  second.carry(second.client, second.server);
  EXPECT_EQ(second.server.next_timeout(), second.now + kFirstRetransmission);
}

TEST(DtlsSchedule, WhenOpensslsClockStandsStillTheSameRecordsAreRepeated) {
  auto pair = new_pair();
  const auto hello = pair.client.take_output();
  const auto due = *pair.client.next_timeout();
  pair.client.handle_timeout(due);  // pair.clock was not told
  EXPECT_EQ(pair.client.take_output(), hello);
  EXPECT_EQ(pair.client.next_timeout(), due + 2 * kFirstRetransmission);
  pair.client.handle_timeout(*pair.client.next_timeout());
  for (const Octets& again : pair.client.take_output()) pair.server.handle(again, pair.now);
  pair.exchange();
  EXPECT_TRUE(pair.connected());
}

TEST(DtlsSchedule, AHandshakeThatBeginsAfterTwelveRepetitionsIsDoneNevertheless) {
  auto pair = new_pair();
  pair.passes = [](const Octets&) { return false; };
  for (int i = 0; i < 140; ++i) pair.tick(milliseconds(100));
  pair.passes = [](const Octets&) { return true; };
  pair.tick(milliseconds(950));
  EXPECT_TRUE(pair.connected());
}

TEST(DtlsSchedule, WhoSentTheLastFlightAnswersWhenItWasLost) {
  auto pair = new_pair();
  pair.passes = [&](const Octets&) { return !is<Association::Connected>(pair.server.state()); };
  pair.exchange();
  ASSERT_TRUE(is<Association::Connected>(pair.server.state()));
  ASSERT_TRUE(is<Association::Handshaking>(pair.client.state()));
  pair.passes = [](const Octets&) { return true; };
  EXPECT_FALSE(pair.server.next_timeout());
  pair.tick(kFirstRetransmission);
  EXPECT_TRUE(pair.connected());
  EXPECT_EQ(master(pair.client.take_keys()->ours), master(pair.server.take_keys()->theirs));
}

}  // namespace
}  // namespace osrtp::dtls
