#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <array>

namespace osrtp {
namespace {

struct Pair {
  const char* name;
  std::string_view plain;
  std::string_view padded;
};

class Base64 : public testing::TestWithParam<Pair> {};

std::string text_of(const std::vector<std::uint8_t>& octets) { return {octets.begin(), octets.end()}; }

TEST_P(Base64, EncodesPadded) { EXPECT_EQ(encode_base64(bytes_of(GetParam().plain)), GetParam().padded); }

TEST_P(Base64, DecodesPaddedAndUnpadded) {
  const auto padded = decode_base64(GetParam().padded);
  ASSERT_TRUE(padded);
  EXPECT_EQ(text_of(*padded), GetParam().plain);
  const auto unpadded = decode_base64(GetParam().padded.substr(0, GetParam().padded.find('=')));
  ASSERT_TRUE(unpadded);
  EXPECT_EQ(text_of(*unpadded), GetParam().plain);
}

// RFC 4648 §10.
INSTANTIATE_TEST_SUITE_P(Rfc4648, Base64,
                         testing::Values(Pair{"Empty", "", ""}, Pair{"One", "f", "Zg=="}, Pair{"Two", "fo", "Zm8="},
                                         Pair{"Three", "foo", "Zm9v"}, Pair{"Four", "foob", "Zm9vYg=="},
                                         Pair{"Five", "fooba", "Zm9vYmE="}, Pair{"Six", "foobar", "Zm9vYmFy"},
                                         Pair{"HighBits", "\xfb\xff\xbe", "+/++"}),
                         [](const auto& row) { return row.param.name; });

class Base64Garbage : public testing::TestWithParam<std::pair<const char*, std::string_view>> {};

TEST_P(Base64Garbage, IsRefused) { EXPECT_FALSE(decode_base64(GetParam().second)); }

INSTANTIATE_TEST_SUITE_P(Shapes, Base64Garbage,
                         testing::Values(std::pair{"OneCharacterLeft", std::string_view("Zm9vY")},
                                         std::pair{"HalfThePadding", std::string_view("Zg=")},
                                         std::pair{"TooMuchPadding", std::string_view("Zm8==")},
                                         std::pair{"PaddingOfNothing", std::string_view("Zm9v=")},
                                         std::pair{"PaddingAlone", std::string_view("=")},
                                         std::pair{"PaddingInside", std::string_view("Zg==Zg==")},
                                         std::pair{"Space", std::string_view("Zm 9v")},
                                         std::pair{"LineEnd", std::string_view("Zm9v\n")},
                                         std::pair{"UrlAlphabet", std::string_view("-_--")},
                                         std::pair{"Nul", std::string_view("Zm9\0", 4)},
                                         std::pair{"HighOctet", std::string_view("Zm9\xc3")}),
                         [](const auto& row) { return row.param.first; });

TEST(Base64Tail, UnusedBitsOfTheLastCharacterDoNotMatter) {
  EXPECT_EQ(decode_base64("Zh=="), decode_base64("Zg=="));
  EXPECT_EQ(decode_base64("Zm9"), decode_base64("Zm8="));
}

TEST(Base64Into, SaysWhenTheRoomIsTooSmallAndWritesNothingBehindIt) {
  std::array<std::uint8_t, 4> room{1, 2, 3, 4};
  const auto size = decode_base64_into("Zm9v", ByteSpan(room).first(2));
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error(), Base64Error::kTooLong);
  EXPECT_EQ(room[2], 3);
}

TEST(Base64Into, GarbageBehindTheRoomIsStillGarbage) {
  std::array<std::uint8_t, 1> room{};
  const auto size = decode_base64_into("Zm9v?m9v", room);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error(), Base64Error::kGarbage);
}

}  // namespace
}  // namespace osrtp
