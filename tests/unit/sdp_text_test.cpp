#include "sdp/text.hpp"

#include <gtest/gtest.h>

namespace osrtp::sdp {
namespace {

constexpr std::string_view kCall =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\na=sendrecv\r\nm=video 4002 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n";

Text parsed(std::string_view body) {
  auto text = Text::parse(body);
  EXPECT_TRUE(text) << body;
  return *std::move(text);
}

TEST(SdpText, NumbersLinesThroughTheWholeBody) {
  const Text text = parsed(kCall);
  ASSERT_EQ(text.line_count(), 9U);
  EXPECT_EQ(text.line(5).type, 'm');
  EXPECT_EQ(text.line(5).value, "audio 4000 RTP/AVP 0");
  EXPECT_EQ(text.raw(5), "m=audio 4000 RTP/AVP 0\r\n");
  EXPECT_EQ(text.session(), std::pair(std::size_t{0}, std::size_t{5}));
  ASSERT_EQ(text.media_count(), 2U);
  EXPECT_EQ(text.media(0), std::pair(std::size_t{5}, std::size_t{7}));
  EXPECT_EQ(text.media(1), std::pair(std::size_t{7}, std::size_t{9}));
}

TEST(SdpText, SplitsAttributesAtTheFirstColon) {
  const Text text = parsed("v=0\nm=audio 1 RTP/AVP 0\na=rtpmap:97 a:b\na=sendrecv\na=crypto :1\na=:x\n");
  EXPECT_EQ(text.line(2).attribute(), "rtpmap");
  EXPECT_EQ(text.line(2).attribute_value(), "97 a:b");
  EXPECT_EQ(text.line(3).attribute(), "sendrecv");
  EXPECT_EQ(text.line(3).attribute_value(), "");
  EXPECT_EQ(text.line(4).attribute(), "crypto");
  EXPECT_EQ(text.line(5).attribute(), "");
}

struct Kept {
  const char* name;
  std::string body;
  std::size_t lines;
  std::string_view line_end;
};
class SdpTextKeeps : public testing::TestWithParam<Kept> {};

TEST_P(SdpTextKeeps, EveryOctet) {
  const Text text = parsed(GetParam().body);
  EXPECT_EQ(text.to_string(), GetParam().body);
  EXPECT_EQ(text.line_count(), GetParam().lines);
  EXPECT_EQ(text.line_end(), GetParam().line_end);
  std::string joined;
  for (std::size_t i = 0; i < text.line_count(); ++i) joined += text.raw(i);
  EXPECT_EQ(joined + std::string(text.tail()), GetParam().body);
}

INSTANTIATE_TEST_SUITE_P(Shapes, SdpTextKeeps,
                         testing::Values(Kept{"Crlf", "v=0\r\nm=a 1 b 0\r\n", 2, "\r\n"},
                                         Kept{"BareLf", "v=0\nm=a 1 b 0\n", 2, "\n"},
                                         Kept{"MixedEnds", "v=0\r\nt=0 0\nm=a 1 b 0\r\n", 3, "\r\n"},
                                         Kept{"NoLastEnd", "v=0\nm=a 1 b 0", 2, "\n"},
                                         Kept{"HalfLastEnd", "v=0\r\nm=a 1 b 0\r", 2, "\r\n"},
                                         Kept{"BlankLinesBehind", "v=0\r\nm=a 1 b 0\r\n\r\n\n", 2, "\r\n"},
                                         Kept{"EmptyValues", "v=\nm=\n", 2, "\n"},
                                         Kept{"NotUtf8", "v=0\ns=caf\xe9 \xff\xfe\nm=a 1 b 0\n", 3, "\n"},
                                         Kept{"LoneCarriageReturns", "v=0\r\r\nm=a\r1 b\n", 2, "\r\n"},
                                         Kept{"UnknownLetters", "v=0\nX=1\nm=a 1 b 0\n", 3, "\n"}),
                         [](const auto& row) { return row.param.name; });

struct Refused {
  const char* name;
  std::string body;
  ParseError error;
};
class SdpTextRefuses : public testing::TestWithParam<Refused> {};

TEST_P(SdpTextRefuses, WithItsReason) {
  const auto text = Text::parse(GetParam().body);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error(), GetParam().error);
  EXPECT_FALSE(describe(text.error()).empty());
}

std::string repeated(std::string_view line, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += line;
  return all;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, SdpTextRefuses,
    testing::Values(
        Refused{"Nothing", "", ParseError::kNoVersion}, Refused{"BlankLinesOnly", "\r\n\r\n", ParseError::kNotALine},
        Refused{"TwoVersions", "v=\r\nv=0\r\nm=a 1 b 0\r\n", ParseError::kNoVersion},
        Refused{"VersionNotFirst", "o=-\r\nv=0\r\nm=a 1 b 0\r\n", ParseError::kNoVersion},
        Refused{"VersionInAMediaSection", "v=0\nm=a 1 b 0\nv=0\n", ParseError::kNoVersion},
        Refused{"NoMedia", "v=0\r\ns=-\r\n", ParseError::kNoMedia},
        Refused{"Prose", "v=0\nhello\nm=a 1 b 0\n", ParseError::kNotALine},
        Refused{"BlankLineInside", "v=0\n\nm=a 1 b 0\n", ParseError::kNotALine},
        Refused{"NoLetter", "v=0\n1=2\nm=a 1 b 0\n", ParseError::kNotALine},
        Refused{"LetterAlone", "v=0\na\nm=a 1 b 0\n", ParseError::kNotALine},
        Refused{"SpaceBeforeTheEqualsSign", "v=0\na =x\nm=a 1 b 0\n", ParseError::kNotALine},
        Refused{"Nul", std::string("v=0\ns=\0\nm=a 1 b 0\n", 18), ParseError::kNul},
        Refused{"TooBig", "v=0\ns=" + std::string(Text::kMaxOctets, 'x'), ParseError::kTooBig},
        Refused{"TooManyLines", "v=0\nm=a 1 b 0\n" + repeated("a=\n", Text::kMaxLines - 1), ParseError::kTooManyLines},
        Refused{"TooManyMedia", "v=0\n" + repeated("m=\n", Text::kMaxMedia + 1), ParseError::kTooManyMedia}),
    [](const auto& row) { return row.param.name; });

TEST(SdpText, TakesAsMuchAsItSays) {
  EXPECT_TRUE(Text::parse("v=0\nm=a 1 b 0\n" + repeated("a=\n", Text::kMaxLines - 2)));
  EXPECT_TRUE(Text::parse("v=0\n" + repeated("m=\n", Text::kMaxMedia)));
  const std::string start = "v=0\nm=a 1 b 0\na=";
  EXPECT_TRUE(Text::parse(start + std::string(Text::kMaxOctets - start.size(), 'x')));
}

TEST(SdpText, LinesOutliveAMoveOfTheText) {
  Text text = parsed(kCall);
  const std::string_view before = text.line(5).value;
  const Text moved = std::move(text);
  EXPECT_EQ(moved.line(5).value.data(), before.data());
}

}  // namespace
}  // namespace osrtp::sdp
