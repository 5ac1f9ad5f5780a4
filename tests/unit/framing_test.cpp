#include "protocol/framing.hpp"

#include <gtest/gtest.h>

namespace osrtp::protocol {
namespace {

TEST(Framing, ReadsTheCookieUpToTheFirstSpace) {
  const auto frame = split("1_2_3 {\"command\": \"ping\"}");
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->cookie, "1_2_3");
  EXPECT_EQ(frame->dictionary, "{\"command\": \"ping\"}");
}

TEST(Framing, TakesAnyOctetsButTheSpaceForACookie) {
  const std::string cookie("\xff\0{\n", 4);
  const std::string datagram = cookie + " {}";
  const auto frame = split(datagram);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->cookie, cookie);
}

TEST(Framing, LeavesASecondSpaceToTheDictionary) { EXPECT_EQ(split("a  {}")->dictionary, " {}"); }

TEST(Framing, AcceptsAnEmptyDictionarySoThatTheSenderCanBeTold) { EXPECT_EQ(split("a ")->dictionary, ""); }

TEST(Framing, AcceptsLongCookies) {
  const std::string datagram = std::string(2000, 'c') + " {}";
  EXPECT_EQ(split(datagram)->cookie.size(), 2000U);
}

struct BadDatagram {
  const char* name;
  std::string datagram;
  FrameError error;
};

class NoFrame : public testing::TestWithParam<BadDatagram> {};

TEST_P(NoFrame, IsRefusedByName) {
  const auto frame = split(GetParam().datagram);
  ASSERT_FALSE(frame);
  EXPECT_EQ(name(frame.error()), name(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(Table, NoFrame,
                         testing::Values(BadDatagram{"Empty", "", FrameError::kNoSeparator},
                                         BadDatagram{"CookieAlone", "abc", FrameError::kNoSeparator},
                                         BadDatagram{"LeadingSpace", " {}", FrameError::kNoCookie},
                                         BadDatagram{"TabIsNoSpace", "abc\t{}", FrameError::kNoSeparator},
                                         BadDatagram{"TooLong", "a " + std::string(kMaxFrame - 1, 'x'),
                                                     FrameError::kTooLong}),
                         [](const auto& row) { return row.param.name; });

TEST(Framing, JoinsWhatSplitsIntoTheSame) {
  const auto datagram = join("cookie", "{} ");
  ASSERT_TRUE(datagram);
  EXPECT_EQ(*datagram, "cookie {} ");
  EXPECT_EQ(*split(*datagram), (Frame{"cookie", "{} "}));
}

TEST(Framing, JoinsUpToTheLimitAndNotBeyond) {
  const auto longest = join("a", std::string(kMaxFrame - 2, 'x'));
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->size(), kMaxFrame);
  EXPECT_TRUE(split(*longest));
  EXPECT_EQ(join("a", std::string(kMaxFrame - 1, 'x')).error(), FrameError::kTooLong);
  EXPECT_EQ(join(std::string(kMaxFrame, 'a'), "").error(), FrameError::kTooLong);
}

TEST(Framing, DoesNotJoinACookieThatWouldSplitOtherwise) {
  EXPECT_EQ(join("", "{}").error(), FrameError::kNoCookie);
  EXPECT_EQ(join("a b", "{}").error(), FrameError::kBadCookie);
}

}  // namespace
}  // namespace osrtp::protocol
