#include "base/log_throttle.hpp"

#include <gtest/gtest.h>

namespace osrtp::testing {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kStart{std::chrono::hours(1)};

TEST(LogThrottle, TheFirstLineOfACauseGoesOutAsItIs) {
  LogThrottle throttle(2);
  EXPECT_EQ(throttle.admit(0, kStart), "");
  EXPECT_EQ(throttle.admit(1, kStart), "");
}

TEST(LogThrottle, ALineASecondGoesOutAndCountsWhatWasLeftOutBeforeIt) {
  LogThrottle throttle(1);
  std::vector<std::string> written;
  for (int n = 0; n < 1500; ++n) {  // 500 a second
    if (const auto end = throttle.admit(0, kStart + n * milliseconds(2))) written.push_back(*end);
  }
  EXPECT_EQ(written, (std::vector<std::string>{"", " left_out=499", " left_out=499"}));
}

TEST(LogThrottle, OneCauseDoesNotSilenceAnother) {
  LogThrottle throttle(2);
  ASSERT_TRUE(throttle.admit(0, kStart));
  EXPECT_EQ(throttle.admit(0, kStart + milliseconds(999)), std::nullopt);
  EXPECT_EQ(throttle.admit(1, kStart + milliseconds(999)), "");
  EXPECT_EQ(throttle.admit(0, kStart + milliseconds(1000)), " left_out=1");
}

TEST(LogThrottle, WhatIsRareIsNeverLeftOut) {
  LogThrottle throttle(1);
  for (int n = 0; n < 5; ++n) EXPECT_EQ(throttle.admit(0, kStart + n * LogThrottle::kInterval), "");
}

}  // namespace
}  // namespace osrtp::testing
