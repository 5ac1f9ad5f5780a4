#include "protocol/octets.hpp"

#include <gtest/gtest.h>

namespace osrtp::protocol {
namespace {

using namespace std::string_literals;

struct Octets {
  const char* name;
  std::string octets;
  std::string text;  // as_text of it; the same where it is text
};

class CodecText : public testing::TestWithParam<Octets> {};

TEST_P(CodecText, IsToldFromOtherOctets) {
  const auto& row = GetParam();
  EXPECT_EQ(is_text(row.octets), row.octets == row.text);
  EXPECT_EQ(as_text(row.octets), row.text);
  EXPECT_TRUE(is_text(as_text(row.octets)));
}

const std::string kBad = "\xef\xbf\xbd";

INSTANTIATE_TEST_SUITE_P(
    Table, CodecText,
    testing::Values(Octets{"Empty", "", ""}, Octets{"Ascii", "s=-\r\n", "s=-\r\n"},
                    Octets{"TwoOctets", "\xc3\xa4", "\xc3\xa4"}, Octets{"ThreeOctets", "\xe2\x82\xac", "\xe2\x82\xac"},
                    Octets{"FourOctets", "\xf0\x9f\x93\x9e", "\xf0\x9f\x93\x9e"},
                    Octets{"Nul", "a\0b"s, "a" + kBad + "b"}, Octets{"Latin1", "a\xe4z", "a" + kBad + "z"},
                    Octets{"CutShort", "a\xe2\x82", "a" + kBad + kBad}, Octets{"LoneContinuation", "\x80", kBad},
                    Octets{"OverlongSlash", "\xc0\xaf", kBad + kBad},
                    Octets{"OverlongThree", "\xe0\x80\xaf", kBad + kBad + kBad},
                    Octets{"Surrogate", "\xed\xa0\x80", kBad + kBad + kBad},
                    Octets{"BeyondUnicode", "\xf4\x90\x80\x80", kBad + kBad + kBad + kBad},
                    Octets{"LastOfUnicode", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"}),
    [](const auto& row) { return row.param.name; });

struct Base64Row {
  const char* name;
  std::string octets;
  std::string text;
};

class CodecBase64 : public testing::TestWithParam<Base64Row> {};

TEST_P(CodecBase64, IsPaddedOnOutputAndBothAreRead) {
  const auto& row = GetParam();
  EXPECT_EQ(to_base64(row.octets), row.text);
  EXPECT_EQ(from_base64(row.text), row.octets);
  EXPECT_EQ(from_base64(row.text.substr(0, row.text.find('='))), row.octets);
}

// RFC 4648 §10
INSTANTIATE_TEST_SUITE_P(Rfc4648, CodecBase64,
                         testing::Values(Base64Row{"Empty", "", ""}, Base64Row{"F", "f", "Zg=="},
                                         Base64Row{"Fo", "fo", "Zm8="}, Base64Row{"Foo", "foo", "Zm9v"},
                                         Base64Row{"Foob", "foob", "Zm9vYg=="}, Base64Row{"Fooba", "fooba", "Zm9vYmE="},
                                         Base64Row{"Foobar", "foobar", "Zm9vYmFy"},
                                         Base64Row{"AllOnes", "\xff\xff\xff", "////"}),
                         [](const auto& row) { return row.param.name; });

TEST(CodecBase64, RefusesWhatIsNone) {
  for (const char* text :
       {"A", "AAAAA", "=", "====", "Zg=", "Zg===", "Z===", "Zm 9v", "Zm9v\n", "Zm9-", "Zg==Zg==", "Zh=="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace osrtp::protocol
