// What a running or finished association must survive: octets from anybody who writes the peer's address.
#include <gtest/gtest.h>

#include <random>

#include "dtls/records.hpp"
#include "support/dtls.hpp"
#include "support/dtls_fragments.hpp"

namespace osrtp::dtls {
namespace {

using namespace osrtp::testing;

const TimePoint kStart{std::chrono::seconds(1)};

Octets record(std::uint8_t type, const Octets& payload, std::uint16_t epoch = 0, std::uint16_t version = 0xfefd) {
  Octets out{type, static_cast<std::uint8_t>(version >> 8U), static_cast<std::uint8_t>(version),
             static_cast<std::uint8_t>(epoch >> 8U), static_cast<std::uint8_t>(epoch)};
  const Octets sequence = from_hex("0000 0000 7777");
  out.insert(out.end(), sequence.begin(), sequence.end());
  out.push_back(static_cast<std::uint8_t>(payload.size() >> 8U));
  out.push_back(static_cast<std::uint8_t>(payload.size()));
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

struct Hostile {
  const char* name;
  Octets datagram;
};

const std::vector<Hostile>& hostile() {
  static const std::vector<Hostile> all{
      {"Nothing", {}},
      {"OneOctet", {22}},
      {"HeaderOnly", record(22, {})},
      {"HelloRequest", record(22, from_hex("00000000 0000 000000 000000"))},
      {"HelloRequestTooLong", record(22, from_hex("00000004 0000 000000 000004 01020304"))},
      {"CloseNotify", record(21, {1, 0})},
      {"FatalAlert", record(21, {2, 40})},
      {"AlertCutShort", record(21, {2})},
      {"AlertOfALaterEpoch", record(21, {2, 40}, 1)},
      {"ApplicationData", record(23, {1, 2, 3})},
      {"ApplicationDataOfALaterEpoch", record(23, Octets(40, 7), 1)},
      {"FinishedOfALaterEpoch", record(22, Octets(40, 7), 1)},
      {"ChangeCipherSpec", record(20, {1})},
      {"AnotherVersion", record(22,
                                from_hex("0100000000000000000000000"
                                         "0"),
                                0, 0x0303)},
      {"UnknownType", record(24, {1, 2, 3})},
      {"LongerThanItIs", from_hex("16fefd 0000 000000000001 ffff 01")},
      {"Rtp", rtp_packet(1)},
  };
  return all;
}

struct Two {
  OpensslClock clock{kStart};
  TimePoint now = kStart;
  Association client = *Association::create({.identity = alice(), .role = Role::kActive, .peer = only(*bob())}, kStart);
  Association server =
      *Association::create({.identity = bob(), .role = Role::kPassive, .peer = only(*alice())}, kStart);

  void disturb(const Octets& datagram) {
    client.handle(datagram, now);
    server.handle(datagram, now);
  }
  /// One flight across, and whether there was any.
  bool exchange() {
    auto from_client = client.take_output();
    auto from_server = server.take_output();
    for (const Octets& one : from_client) server.handle(one, now);
    for (const Octets& one : from_server) client.handle(one, now);
    return !from_client.empty() || !from_server.empty();
  }
  bool connected() const {
    return is<Association::Connected>(client.state()) && is<Association::Connected>(server.state());
  }
  Two() { EXPECT_TRUE(is<Association::Handshaking>(client.state())); }
};

class Disturbance : public ::testing::TestWithParam<Hostile> {};

TEST_P(Disturbance, BetweenAllFlightsStopsNoHandshake) {
  Two two;
  for (int i = 0; i < 20; ++i) two.disturb(GetParam().datagram);
  while (two.exchange()) {
    for (int i = 0; i < 20; ++i) two.disturb(GetParam().datagram);
  }
  EXPECT_TRUE(two.connected());
}

TEST_P(Disturbance, AfterTheHandshakeChangesNothingAndIsNotAnswered) {
  Two two;
  while (two.exchange()) {
  }
  ASSERT_TRUE(two.connected());
  for (int i = 0; i < 20; ++i) two.disturb(GetParam().datagram);
  EXPECT_TRUE(two.connected());
  EXPECT_TRUE(two.client.take_output().empty());
  EXPECT_TRUE(two.server.take_output().empty());
  EXPECT_TRUE(two.client.take_keys() && two.server.take_keys());
}

INSTANTIATE_TEST_SUITE_P(DtlsHostile, Disturbance, ::testing::ValuesIn(hostile()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(DtlsHostile, APlainFatalAlertCountsWhenTheHandshakeDoesNotGoOn) {
  Two two;
  (void)two.client.take_output();
  two.client.handle(record(21, {2, 40}), kStart);
  EXPECT_TRUE(is<Association::Handshaking>(two.client.state()));
  while (two.client.next_timeout() && *two.client.next_timeout() <= kStart + kAlertDoubt) {
    two.client.handle_timeout(*two.client.next_timeout());
  }
  EXPECT_EQ(failure_of(two.client), number(Failure::kAlert));
}

TEST(DtlsHostile, AMutatedHandshakeEndsAtWorstInAFailure) {
  std::mt19937 random(7);
  int connected = 0;
  for (int run = 0; run < 150; ++run) {
    Two two;
    for (int flights = 0; flights < 8; ++flights) {
      auto from_client = two.client.take_output();
      auto from_server = two.server.take_output();
      for (auto* flight : {&from_client, &from_server}) {
        for (Octets& one : *flight) {
          if (random() % 4 == 0) one[random() % one.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
        }
      }
      for (const Octets& one : from_client) two.server.handle(one, two.now);
      for (const Octets& one : from_server) two.client.handle(one, two.now);
    }
    connected += two.connected() ? 1 : 0;
    if (two.connected()) {
      EXPECT_EQ(master(two.client.take_keys()->ours), master(two.server.take_keys()->theirs));
    }
  }
  EXPECT_GT(connected, 20);
  EXPECT_LT(connected, 150);
}

Octets together(const std::vector<Octets>& parts) {
  Octets all;
  for (const Octets& one : parts) all.insert(all.end(), one.begin(), one.end());
  return all;
}

TEST(DtlsRecords, SiftingKeepsHandshakesAndNumbersPlainOnesAnew) {
  const Octets hello = record(22, from_hex("01000000000000000000000000"));
  const Octets later = record(22, Octets(40, 7), 1);
  std::uint64_t next = 0x0102'0304'0506;
  const Sifted sifted =
      sift(together({record(21, {2, 40}), hello, record(23, {1}), record(22, Octets(9, 7), 1), later, hello}), next);
  Octets first = hello;
  Octets second = hello;
  for (std::uint8_t i = 0; i < 6; ++i) first[5U + i] = second[5U + i] = static_cast<std::uint8_t>(i + 1);
  second[10] = 7;
  EXPECT_EQ(sifted.records, together({first, later, second}));
  EXPECT_EQ(next, 0x0102'0304'0508U);
  EXPECT_TRUE(sifted.plain_fatal_alert);
  EXPECT_FALSE(sift(record(21, {1, 0}), next).plain_fatal_alert);
}

TEST(DtlsRecords, AClientHelloIsReadWholeOrNotAtAll) {
  auto client = *Association::create({.identity = alice(), .role = Role::kActive}, kStart);
  const auto datagrams = client.take_output();
  ASSERT_EQ(datagrams.size(), 1U);
  const auto hello = ClientHello::parse(datagrams[0]);
  ASSERT_TRUE(hello && hello->whole);
  EXPECT_EQ(hello->random.size(), 32U);
  EXPECT_TRUE(hello->cookie.empty());
  for (std::size_t size = 0; size < datagrams[0].size(); ++size) {
    EXPECT_FALSE(ClientHello::parse(ByteView(datagrams[0]).first(size)));
  }
}

TEST(DtlsRecords, AFragmentOfAClientHelloIsReadAsFarAsItGoes) {
  auto client = *Association::create({.identity = alice(), .role = Role::kActive}, kStart);
  const Octets whole = client.take_output().at(0);
  const std::size_t body = whole.size() - kRecordHeader - kHandshakeHeader;
  const auto parts = fragments(whole, 50);
  ASSERT_GT(parts.size(), 2U);
  std::size_t seen = 0;
  for (const Octets& datagram : parts) {
    const auto part = ClientHello::parse(datagram);
    ASSERT_TRUE(part);
    EXPECT_FALSE(part->whole);
    EXPECT_EQ(part->offset, seen);
    EXPECT_EQ(part->size, body);
    EXPECT_EQ(part->random.empty(), seen != 0) << "the random number is in the first";
    seen += part->fragment.size();
  }
  EXPECT_EQ(seen, body);
  EXPECT_TRUE(ClientHello::parse(fragments(whole, 20).at(0))->random.empty()) << "it ends before the cookie";
  Octets beyond = parts.back();
  beyond[kRecordHeader + 6] = 1;  // its offset
  EXPECT_FALSE(ClientHello::parse(beyond));
}

}  // namespace
}  // namespace osrtp::dtls
