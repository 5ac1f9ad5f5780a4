// RFC 5769: sample STUN messages with FINGERPRINT, MESSAGE-INTEGRITY and XOR-MAPPED-ADDRESS.
#include <gtest/gtest.h>

#include "ice/stun.hpp"
#include "support/octets.hpp"

namespace osrtp::testing {
namespace {

using ice::Message;

constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

const Octets kRequest = from_hex(
    "00010058 2112a442 b7e7a701bc34d686fa87dfae"
    "80220010 5354554e207465737420636c69656e74"
    "00240004 6e0001ff"
    "80290008 932ff9b151263b36"
    "00060009 6576746a3a68367659202020"
    "00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004 e57a3bcf");
const Octets kResponse4 = from_hex(
    "0101003c 2112a442 b7e7a701bc34d686fa87dfae"
    "8022000b 7465737420766563746f7220"
    "00200008 0001a147e112a643"
    "00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004 c07d4c96");
const Octets kResponse6 = from_hex(
    "01010048 2112a442 b7e7a701bc34d686fa87dfae"
    "8022000b 7465737420766563746f7220"
    "00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014 a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004 c8fb0b4c");
const Octets kLongTerm = from_hex(
    "00010060 2112a442 78ad3433c6ad72c029da412e"
    "00060012 e3839ee38388e383aae38383e382afe382b90000"
    "0015001c 662f2f3439396b39353464364f4c33346f4c394653547679363473 41"
    "0014000b 6578616d706c652e6f726700"
    "00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666");

void expect_sealed(const Octets& datagram) {
  const auto message = Message::parse(datagram);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->fingerprint);
  EXPECT_TRUE(verify_integrity(datagram, *message, bytes_of(kPassword)));
  EXPECT_FALSE(verify_integrity(datagram, *message, bytes_of("VOkJxbRl1RmTxUk/WvJxBT")));
}

TEST(Rfc5769, TheRequestOf2_1IsReadAndAuthentic) {
  expect_sealed(kRequest);
  const auto message = Message::parse(kRequest);
  EXPECT_EQ(message->message_class, ice::Class::kRequest);
  EXPECT_EQ(message->method, ice::kBinding);
  EXPECT_EQ(to_hex(message->transaction), "b7e7a701bc34d686fa87dfae");
  EXPECT_EQ(message->username, "evtj:h6vY");
  EXPECT_EQ(message->priority, 0x6e0001ffU);
  EXPECT_EQ(message->ice_controlled, 0x932ff9b151263b36U);
  EXPECT_FALSE(message->ice_controlling);
  EXPECT_FALSE(message->use_candidate);
  EXPECT_TRUE(message->unknown_required.empty());
}

TEST(Rfc5769, TheIpv4ResponseOf2_2IsReadAndAuthentic) {
  expect_sealed(kResponse4);
  const auto message = Message::parse(kResponse4);
  EXPECT_EQ(message->message_class, ice::Class::kSuccess);
  EXPECT_EQ(message->mapped, Endpoint::parse("192.0.2.1:32853"));
}

TEST(Rfc5769, TheIpv6ResponseOf2_3IsReadAndAuthentic) {
  expect_sealed(kResponse6);
  const auto message = Message::parse(kResponse6);
  EXPECT_EQ(message->message_class, ice::Class::kSuccess);
  EXPECT_EQ(message->mapped, Endpoint::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
}

TEST(Rfc5769, TheLongTermRequestOf2_4IsReadThoughNotForUs) {
  const auto message = Message::parse(kLongTerm);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->username, "\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9");
  EXPECT_TRUE(message->unknown_required.empty());
  EXPECT_EQ(message->integrity_offset, kLongTerm.size() - 24);
  EXPECT_FALSE(message->fingerprint);
  EXPECT_FALSE(verify_integrity(kLongTerm, *message, bytes_of("TheMatrIX")));
}

TEST(Rfc5769, NoBitUnderTheFingerprintOrTheIntegrityMayChange) {
  constexpr std::size_t kFingerprintSize = 8;  // behind the integrity, which does not cover it
  for (const Octets& vector : {kRequest, kResponse4, kResponse6}) {
    for (std::size_t bit = 0; bit < 8 * vector.size(); ++bit) {
      Octets changed = vector;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      const auto message = Message::parse(changed);
      EXPECT_FALSE(message && message->fingerprint) << bit;
      const bool covered = bit / 8 < vector.size() - kFingerprintSize;
      EXPECT_FALSE(covered && message && verify_integrity(changed, *message, bytes_of(kPassword))) << bit;
    }
  }
}

// As above, without the fingerprint, which refuses most changes before the integrity is asked.
TEST(Rfc5769, NoBitUnderTheIntegrityAloneMayChange) {
  Octets request(kRequest.begin(), kRequest.end() - 8);
  request[3] = static_cast<std::uint8_t>(request.size() - 20);
  ASSERT_TRUE(verify_integrity(request, *Message::parse(request), bytes_of(kPassword)));
  for (std::size_t bit = 0; bit < 8 * request.size(); ++bit) {
    Octets changed = request;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto message = Message::parse(changed);
    EXPECT_FALSE(message && verify_integrity(changed, *message, bytes_of(kPassword))) << bit;
  }
}

}  // namespace
}  // namespace osrtp::testing
