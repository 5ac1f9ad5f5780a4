#include "ice/stun.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ice/credentials.hpp"
#include "ice/stun_wire.hpp"
#include "support/octets.hpp"
#include "support/stun.hpp"

namespace osrtp::testing {
namespace {

using ice::binding_success;
using ice::Class;
using ice::Message;

constexpr std::string_view kPassword = "0123456789abcdefghijkl";
const std::string kHeader = "2112a442 000102030405060708090a0b";
constexpr ice::TransactionId kId{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
const Endpoint kFrom4 = *Endpoint::parse("192.0.2.1:4000");
const Endpoint kFrom6 = *Endpoint::parse("[2001:db8::1]:4000");

struct Shape {
  const char* name;
  std::string datagram;
  bool accepted;
};
void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }

class StunShape : public ::testing::TestWithParam<Shape> {};
TEST_P(StunShape, IsOneWholeMessageOrNone) {
  EXPECT_EQ(Message::parse(from_hex(GetParam().datagram)).has_value(), GetParam().accepted);
}

INSTANTIATE_TEST_SUITE_P(
    Datagrams, StunShape,
    ::testing::Values(
        Shape{"BareRequest", "00010000" + kHeader, true}, Shape{"Nothing", "", false},
        Shape{"NineteenOctets", "00010000 2112a442 0001020304050607080900", false},
        Shape{"TopBitsSet", "80010000" + kHeader, false}, Shape{"SecondTopBitSet", "40010000" + kHeader, false},
        Shape{"WrongCookie", "00010000 2112a443 000102030405060708090a0b", false},
        Shape{"LengthBeyondTheDatagram", "00010004" + kHeader, false},
        Shape{"OctetsLeftOver", "00010000" + kHeader + "80220000", false},
        Shape{"LengthNoMultipleOfFour", "00010005" + kHeader + "8022000100", false},
        Shape{"EmptySoftware", "00010004" + kHeader + "80220000", true},
        Shape{"AttributeBeyondTheMessage", "00010008" + kHeader + "80220005 00000000", false},
        Shape{"HugeAttributeLength", "00010004" + kHeader + "8022ffff", false},
        Shape{"PriorityOfThreeOctets", "00010008" + kHeader + "00240003 00000000", false},
        Shape{"PriorityOfEightOctets", "0001000c" + kHeader + "00240008 0000000000000000", false},
        Shape{"UseCandidateWithAValue", "00010008" + kHeader + "00250004 00000000", false},
        Shape{"TieBreakerOfFourOctets", "00010008" + kHeader + "802a0004 00000000", false},
        Shape{"IntegrityOfSixteenOctets", "00010014" + kHeader + "00080010" + std::string(32, '0'), false},
        Shape{"FingerprintWrong", "00010008" + kHeader + "80280004 00000000", false},
        Shape{"FingerprintOfTwoOctets", "00010008" + kHeader + "80280002 00000000", false},
        Shape{"MappedPortZero", "0101000c" + kHeader + "00200008 00012112 00000000", false},
        Shape{"MappedOfFamilyThree", "0101000c" + kHeader + "00200008 00030000 00000000", false},
        Shape{"MappedIpv6OfFourOctets", "0101000c" + kHeader + "00200008 00020000 00000000", false},
        Shape{"MappedIpv4OfSixteenOctets", "01010018" + kHeader + "00200014 00010000" + std::string(32, '0'), false},
        Shape{"MappedLongerThanIpv6", "0101001c" + kHeader + "00200018 00020000" + std::string(40, '0'), false},
        Shape{"MappedOfTwoOctets", "01010008" + kHeader + "00200002 00010000", false},
        Shape{"ErrorCode299", "01110008" + kHeader + "00090004 00000263", false},
        Shape{"ErrorCode700", "01110008" + kHeader + "00090004 00000700", false},
        Shape{"ErrorCodeOf400And100", "01110008" + kHeader + "00090004 00000464", false},
        Shape{"ErrorCodeCut", "01110008" + kHeader + "00090003 00000400", false},
        Shape{"ErrorCode699", "01110008" + kHeader + "00090004 00000663", true}),
    [](const auto& shape) { return std::string(shape.param.name); });

TEST(Stun, TellsTheFourClassesApart) {
  for (const auto& [type, expected] : {std::pair{"0001", Class::kRequest}, std::pair{"0011", Class::kIndication},
                                       std::pair{"0101", Class::kSuccess}, std::pair{"0111", Class::kError}}) {
    const auto message = Message::parse(from_hex(type + std::string("0000") + kHeader));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->message_class, expected);
    EXPECT_EQ(message->method, ice::kBinding);
  }
}

TEST(Stun, ReadsAllTwelveBitsOfTheMethod) {
  EXPECT_EQ(Message::parse(from_hex("3eef0000" + kHeader))->method, 0xfff);
  EXPECT_EQ(Message::parse(from_hex("00030000" + kHeader))->method, 3);
  EXPECT_EQ(Message::parse(from_hex("00200000" + kHeader))->method, 0x10);
  EXPECT_EQ(Message::parse(from_hex("02000000" + kHeader))->method, 0x80);
}

TEST(Stun, ReadsAUsernameOf508OctetsAndNoLongerOne) {
  EXPECT_TRUE(Message::parse(StunWriter(1).add(6, Octets(508, 'a')).octets()));
  EXPECT_FALSE(Message::parse(StunWriter(1).add(6, Octets(509, 'a')).octets()));
}

TEST(Stun, TakesTheFirstOfTwoAttributesOfOneType) {
  StunWriter writer(1);
  writer.add(6, bytes_of("first")).add(6, bytes_of("second")).add_number(0x24, 1, 4).add_number(0x24, 2, 4);
  writer.add_number(0x20, 0x0001a147e112a643, 8).add_number(0x20, 0x0001a147e112a644, 8);
  writer.add_number(0x09, 0x0414, 4).add_number(0x09, 0x0401, 4);
  const auto message = Message::parse(writer.octets());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->username, "first");
  EXPECT_EQ(message->priority, 1U);
  EXPECT_EQ(message->mapped, Endpoint::parse("192.0.2.1:32853"));
  EXPECT_EQ(message->error_code, 420);
}

TEST(Stun, NamesEachUnknownRequiredAttributeOnceAndNoOptionalOne) {
  StunWriter writer(1);
  for (const std::uint16_t type : std::initializer_list<std::uint16_t>{0x7fff, 0x0003, 0x8000, 0x7fff, 0xc057})
    writer.add(type, {});
  const auto message = Message::parse(writer.octets());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->unknown_required, (std::vector<std::uint16_t>{0x7fff, 0x0003}));
}

TEST(Stun, IgnoresWhatStandsBehindTheIntegrity) {
  StunWriter writer(1);
  writer.add(6, bytes_of("a:b")).add_integrity(kPassword);
  writer.add(0x25, {}).add_number(0x24, 9, 4).add(0x7ffe, {}).add_integrity("another password").add_fingerprint();
  const auto message = Message::parse(writer.octets());
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->use_candidate);
  EXPECT_FALSE(message->priority);
  EXPECT_TRUE(message->unknown_required.empty());
  EXPECT_TRUE(message->fingerprint);
  EXPECT_TRUE(verify_integrity(writer.octets(), *message, bytes_of(kPassword)));
  EXPECT_FALSE(verify_integrity(writer.octets(), *message, bytes_of("another password")));
}

TEST(Stun, RefusesAFingerprintThatIsNotLast) {
  const auto with_crc = [](const Octets& start, const Octets& rest) {
    Octets message = start;
    const std::uint32_t crc = ice::wire::fingerprint(start);
    for (const std::uint16_t word : {std::uint16_t{0x8028}, std::uint16_t{4}}) {
      message.insert(message.end(), {static_cast<std::uint8_t>(word >> 8U), static_cast<std::uint8_t>(word)});
    }
    for (int shift = 24; shift >= 0; shift -= 8) message.push_back(static_cast<std::uint8_t>(crc >> shift));
    message.insert(message.end(), rest.begin(), rest.end());
    return message;
  };
  EXPECT_TRUE(Message::parse(with_crc(from_hex("00010008" + kHeader), {})));
  EXPECT_FALSE(Message::parse(with_crc(from_hex("0001000c" + kHeader), from_hex("80220000"))));
}

TEST(Stun, AnEmptyPasswordOrNoIntegrityVerifiesNothing) {
  const Octets sealed = StunWriter(1).add_integrity("").octets();
  EXPECT_FALSE(verify_integrity(sealed, *Message::parse(sealed), {}));
  const Octets bare = StunWriter(1).octets();
  EXPECT_FALSE(verify_integrity(bare, *Message::parse(bare), bytes_of(kPassword)));
}

TEST(Stun, VerifiesNoMessageOverADatagramThatIsShorter) {
  const Octets sealed = StunWriter(1).add_integrity(kPassword).octets();
  const auto message = Message::parse(sealed);
  ASSERT_TRUE(message);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(verify_integrity(ByteView(sealed).first(size), *message, bytes_of(kPassword)));
  }
}

TEST(StunResponse, HasTheStatedSizes) {
  EXPECT_EQ(binding_success(kId, kFrom4, std::nullopt).size(), 32U);
  EXPECT_EQ(binding_success(kId, kFrom6, std::nullopt).size(), 44U);
  EXPECT_EQ(binding_success(kId, kFrom4, bytes_of(kPassword)).size(), 64U);
  EXPECT_EQ(binding_success(kId, kFrom6, bytes_of(kPassword)).size(), 76U);
  EXPECT_EQ(ice::binding_request(kId).size(), 20U);
}

TEST(StunResponse, IsReadBackSealedWithTheAddressThatWasAsked) {
  for (const Endpoint& from : {kFrom4, kFrom6}) {
    const Octets reply = binding_success(kId, from, bytes_of(kPassword));
    const auto message = Message::parse(reply);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->message_class, Class::kSuccess);
    EXPECT_EQ(message->transaction, kId);
    EXPECT_EQ(message->mapped, from);
    EXPECT_TRUE(message->fingerprint);
    EXPECT_TRUE(verify_integrity(reply, *message, bytes_of(kPassword)));
  }
}

TEST(StunResponse, WithoutAPasswordIsNotSealed) {
  const auto message = Message::parse(binding_success(kId, kFrom4, std::nullopt));
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->integrity_offset);
  EXPECT_FALSE(message->fingerprint);
}

TEST(StunResponse, AnErrorNamesItsCodeAndTheUnknownAttributes) {
  const Octets reply = ice::binding_error(kId, 420, {0x7fff, 0x0003, 0x0002}, bytes_of(kPassword));
  const auto message = Message::parse(reply);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message_class, Class::kError);
  EXPECT_EQ(message->error_code, 420);
  EXPECT_TRUE(verify_integrity(reply, *message, bytes_of(kPassword)));
  EXPECT_EQ(to_hex(ByteView(reply).subspan(20, 20)), "0009000400000414000a00067fff000300020000");
}

TEST(StunRequest, OpensANatWithAHeaderAlone) {
  EXPECT_EQ(to_hex(ice::binding_request(kId)), "000100002112a442000102030405060708090a0b");
}

TEST(IceCredentials, AreIceCharsOfTheStatedSizes) {
  std::array<std::uint8_t, ice::kCredentialEntropy> random{};
  for (std::size_t i = 0; i < random.size(); ++i) random[i] = static_cast<std::uint8_t>(7 * i);
  const auto made = ice::make_credentials(random);
  EXPECT_EQ(made.ufrag, "AHOVcjqx4/GN");
  const ByteView password = made.password.reveal();
  EXPECT_EQ(std::string(password.begin(), password.end()), "Ubipw3+FMTahov29ELSZgnu1");
}

TEST(IceCredentials, DependOnSixBitsOfEachOctet) {
  std::set<std::string> seen;
  for (std::size_t octet = 0; octet < ice::kCredentialEntropy; ++octet) {
    for (unsigned bit = 0; bit < 6; ++bit) {
      std::array<std::uint8_t, ice::kCredentialEntropy> random{};
      random[octet] = static_cast<std::uint8_t>(1U << bit);
      const auto made = ice::make_credentials(random);
      seen.insert(made.ufrag + to_hex(made.password.reveal()));
    }
  }
  EXPECT_EQ(seen.size(), 6 * ice::kCredentialEntropy);
}

}  // namespace
}  // namespace osrtp::testing
