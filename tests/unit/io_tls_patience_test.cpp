#include "io/tls_patience.hpp"

#include <gtest/gtest.h>

namespace osrtp::io {
namespace {

using std::chrono::seconds;

const TimePoint kStart{seconds(1000)};
TimePoint at(int second) { return kStart + seconds(second); }

TlsPatience opened(int second = 0) {
  TlsPatience patience(kStart);
  patience.note({.open = true}, at(second));
  return patience;
}

TEST(TlsPatience, EndsAHandshakeHoweverManyOctetsCome) {
  TlsPatience patience(kStart);
  for (int second = 1; second < 5; ++second) {
    patience.note({}, at(second));
    EXPECT_FALSE(patience.over(at(second)));
  }
  EXPECT_TRUE(patience.over(at(5)));
}

TEST(TlsPatience, EndsAFrameThatTrickles) {
  TlsPatience patience = opened();
  for (int second = 1; second < 11; ++second) {
    patience.note({.open = true, .partial = true}, at(second));
    EXPECT_FALSE(patience.over(at(second)));
  }
  EXPECT_TRUE(patience.over(at(11)));
}

TEST(TlsPatience, GivesEachFrameItsOwnTime) {
  TlsPatience patience = opened();
  for (int second = 1; second < 60; second += 9) {
    patience.note({.open = true, .frames = 1, .partial = true}, at(second));
    EXPECT_FALSE(patience.over(at(second + 8)));
  }
}

TEST(TlsPatience, EndsWhoDoesNotRead) {
  TlsPatience patience = opened();
  patience.note({.open = true, .frames = 1, .unread = true}, at(1));
  patience.note({.open = true, .frames = 1, .unread = true}, at(9));
  EXPECT_FALSE(patience.over(at(10)));
  EXPECT_TRUE(patience.over(at(11)));
  patience.note({.open = true}, at(11));
  EXPECT_FALSE(patience.over(at(11)));
}

TEST(TlsPatience, EndsWhoAsksNothing) {
  TlsPatience patience = opened(4);
  EXPECT_FALSE(patience.over(at(4 + 15 * 60 - 1)));
  EXPECT_TRUE(patience.over(at(4 + 15 * 60)));
}

}  // namespace
}  // namespace osrtp::io
