#include "relay/loss.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace osrtp::relay {
namespace {

std::int64_t missing(std::initializer_list<unsigned> sequence) {
  Loss loss;
  std::int64_t sum = 0;
  for (const unsigned number : sequence) sum += loss.hear(Ssrc(1), SequenceNumber(static_cast<std::uint16_t>(number)));
  return sum;
}

TEST(Loss, IsTheGapsBetweenSequenceNumbers) {
  EXPECT_EQ(missing({7}), 0);
  EXPECT_EQ(missing({7, 8, 9}), 0);
  EXPECT_EQ(missing({7, 10, 12}), 3);
  EXPECT_EQ(missing({65534, 65535, 0, 2}), 1) << "around the end";
}

TEST(Loss, IsNoneOfWhatComesLateOrTwice) {
  EXPECT_EQ(missing({7, 9, 8}), 0);
  EXPECT_EQ(missing({7, 9, 8, 8, 7}), 0) << "never less than none";
  EXPECT_EQ(missing({7, 7, 7}), 0);
  EXPECT_EQ(missing({65535, 1, 0}), 0);
}

TEST(Loss, IsNoneOfASenderThatBeginsAnew) {
  EXPECT_EQ(missing({7, 7 + Loss::kMostAhead}), 0);
  EXPECT_EQ(missing({1000, 1000 - Loss::kMostBehind}), 0);
  EXPECT_EQ(missing({1000, 900, 901, 903}), 1) << "and is counted from there";
  Loss loss;
  EXPECT_EQ(loss.hear(Ssrc(1), SequenceNumber(7)), 0);
  EXPECT_EQ(loss.hear(Ssrc(1), SequenceNumber(9)), 1);
  EXPECT_EQ(loss.hear(Ssrc(2), SequenceNumber(500)), 0) << "another SSRC";
  EXPECT_EQ(loss.hear(Ssrc(2), SequenceNumber(499)), 0) << "what was missing of the first cannot come back";
}

}  // namespace
}  // namespace osrtp::relay
