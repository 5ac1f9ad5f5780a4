#include "relay/renumbering.hpp"

#include <gtest/gtest.h>

namespace osrtp::relay {
namespace {

constexpr Ssrc kSource{7};

class Renumbered : public ::testing::Test {
 protected:
  /// What leaves for the number that came; -1: nothing.
  int leaves(int number, Ssrc ssrc = kSource) {
    const SequenceNumber incoming(static_cast<std::uint16_t>(number));
    const auto out = numbers.outgoing(ssrc, incoming);
    if (!out) return -1;
    numbers.went_out(ssrc, incoming);
    return out->get();
  }

  Renumbering numbers{2};
};

TEST_F(Renumbered, StreamWithoutARestartIsUntouched) {
  for (const int number : {65000, 65535, 0, 1, 3, 2, 40, 5, 104, 20000, 52000, 10}) EXPECT_EQ(leaves(number), number);
}

TEST_F(Renumbered, RestartGoesOnWhereTheStreamWas) {
  EXPECT_EQ(leaves(30000), 30000);
  EXPECT_EQ(leaves(100), -1);
  EXPECT_EQ(leaves(101), 30001);
  EXPECT_EQ(leaves(102), 30002);
  EXPECT_EQ(leaves(104), 30004);
  EXPECT_EQ(leaves(103), 30003);
}

TEST_F(Renumbered, RestartAfterARestartGoesOnToo) {
  leaves(30000);
  leaves(100);
  EXPECT_EQ(leaves(101), 30001);
  EXPECT_EQ(leaves(60000), -1);
  EXPECT_EQ(leaves(60001), 30002);
  EXPECT_EQ(leaves(60002), 30003);
}

TEST_F(Renumbered, ShiftedStreamTurnsOver) {
  leaves(30000);
  leaves(100);
  leaves(101);
  EXPECT_EQ(leaves(30000), 59900);
  EXPECT_EQ(leaves(36000), 364);
}

TEST_F(Renumbered, StrayPacketsFromThePastAreNoRestart) {
  leaves(30000);
  EXPECT_EQ(leaves(100), -1);
  EXPECT_EQ(leaves(30001), 30001);
  EXPECT_EQ(leaves(200), -1);
  EXPECT_EQ(leaves(300), -1);
  EXPECT_EQ(leaves(30002), 30002);
}

TEST_F(Renumbered, SourcesRestartEachForItself) {
  leaves(30000);
  leaves(30000, Ssrc(8));
  leaves(100);
  EXPECT_EQ(leaves(101), 30001);
  EXPECT_EQ(leaves(30001, Ssrc(8)), 30001);
}

TEST_F(Renumbered, SourcesBeyondItsRoomAreUntouched) {
  leaves(1);
  leaves(1, Ssrc(8));
  EXPECT_EQ(leaves(30000, Ssrc(9)), 30000);
  EXPECT_EQ(leaves(100, Ssrc(9)), 100);
}

}  // namespace
}  // namespace osrtp::relay
