#include "protocol/stream_framing.hpp"

#include <gtest/gtest.h>

namespace osrtp::protocol {
namespace {

TEST(StreamFraming, TakesTheFirstOfTwoFrames) {
  const auto first = cut("6:c {\"\"},4:d [],");
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->frame, "c {\"\"}");
  EXPECT_EQ((*first)->taken, 9U);
}

TEST(StreamFraming, WaitsForTheRestWhereverAFrameIsCut) {
  const std::string whole = in_stream("1_2_3 {\"command\": \"ping\"}");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto part = cut(std::string_view(whole).substr(0, size));
    ASSERT_TRUE(part) << size;
    EXPECT_FALSE(*part) << size;
  }
  EXPECT_EQ((*cut(whole))->frame, "1_2_3 {\"command\": \"ping\"}");
}

TEST(StreamFraming, CarriesWhatLooksLikeItsOwnMarks) {
  const std::string frame("3:,,\0:5:", 8);
  EXPECT_EQ((*cut(in_stream(frame)))->frame, frame);
}

TEST(StreamFraming, TakesTheLongestFrameAndNoLongerOne) {
  const std::string longest = in_stream(std::string(kMaxFrame, 'x'));
  EXPECT_EQ(longest.size(), kMaxInStream);
  EXPECT_EQ((*cut(longest))->taken, kMaxInStream);
  EXPECT_EQ(cut("65536").error(), StreamError::kTooLong);
}

struct BadStream {
  const char* name;
  const char* stream;
  StreamError error;
};
class NoStream : public testing::TestWithParam<BadStream> {};

TEST_P(NoStream, IsRefusedBeforeMoreIsRead) {
  const auto result = cut(GetParam().stream);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(All, NoStream,
                         testing::Values(BadStream{"bare_frame", "c {}", StreamError::kBadLength},
                                         BadStream{"colon_first", ":c {},", StreamError::kBadLength},
                                         BadStream{"negative", "-1:", StreamError::kBadLength},
                                         BadStream{"empty_frame", "0:,", StreamError::kBadLength},
                                         BadStream{"leading_zero", "04:c {},", StreamError::kBadLength},
                                         BadStream{"space_behind_the_length", "4 :", StreamError::kBadLength},
                                         BadStream{"six_digits", "100000", StreamError::kTooLong},
                                         BadStream{"more_than_a_number_holds", "99999999999999999999999",
                                                   StreamError::kTooLong},
                                         BadStream{"no_comma", "4:c {}4", StreamError::kNoEnd}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace osrtp::protocol
