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

}  // namespace
}  // namespace osrtp::protocol
