#include "relay/latch.hpp"

#include <gtest/gtest.h>

namespace osrtp::relay {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Endpoint kSignalled = *Endpoint::parse("198.51.100.1:4000");
const Endpoint kNat = *Endpoint::parse("203.0.113.7:61000");
const Endpoint kStranger = *Endpoint::parse("203.0.113.66:9");
constexpr TimePoint kStart{seconds(1000)};
constexpr seconds kWindow{5};
constexpr TimePoint kInside = kStart + seconds(1);
constexpr TimePoint kOutside = kStart + kWindow;

TEST(Latch, SendsToTheSignalledSourceUntilItHasHeardAnother) {
  Latch latch(kSignalled, kStart, kWindow);
  EXPECT_EQ(latch.current(), kSignalled);
  EXPECT_TRUE(latch.accept(kNat, Proof::kNone, kInside));
  EXPECT_EQ(latch.current(), kNat);
}

TEST(Latch, LearnsOnceOnly) {
  Latch latch(kSignalled, kStart, kWindow);
  ASSERT_TRUE(latch.accept(kNat, Proof::kNone, kInside));
  EXPECT_FALSE(latch.accept(kStranger, Proof::kNone, kInside));
  EXPECT_TRUE(latch.accept(kNat, Proof::kNone, kOutside));
  EXPECT_EQ(latch.current(), kNat);
}

TEST(Latch, LearnsNothingOnceTheSignalledSourceHasBeenHeard) {
  Latch latch(kSignalled, kStart, kWindow);
  ASSERT_TRUE(latch.accept(kSignalled, Proof::kNone, kInside));
  EXPECT_FALSE(latch.accept(kNat, Proof::kNone, kInside));
  EXPECT_EQ(latch.current(), kSignalled);
}

TEST(Latch, GivesTheStreamBackToTheSignalledSourceForGood) {
  Latch latch(kSignalled, kStart, kWindow);
  ASSERT_TRUE(latch.accept(kStranger, Proof::kNone, kInside));
  EXPECT_TRUE(latch.accept(kSignalled, Proof::kNone, kOutside + seconds(60)));
  EXPECT_EQ(latch.current(), kSignalled);
  EXPECT_FALSE(latch.accept(kStranger, Proof::kNone, kInside));
}

TEST(Latch, LearnsNothingWhenTheWindowHasClosed) {
  Latch latch(kSignalled, kStart, kWindow);
  EXPECT_FALSE(latch.accept(kNat, Proof::kNone, kOutside));
  EXPECT_TRUE(latch.accept(kSignalled, Proof::kNone, kOutside));
}

TEST(Latch, WithoutAWindowLearnsNothing) {
  Latch latch(kSignalled, kStart, milliseconds(0));
  EXPECT_FALSE(latch.accept(kNat, Proof::kNone, kStart));
  EXPECT_EQ(latch.current(), kSignalled);
}

TEST(Latch, TellsPortsApartBehindOneAddress) {
  Latch latch(kSignalled, kStart, milliseconds(0));
  EXPECT_FALSE(latch.accept({kSignalled.address, *Port::from(4001)}, Proof::kNone, kStart));
}

TEST(Latch, MovesWithProofOfTheKeyAtAnyTime) {
  Latch latch(kSignalled, kStart, milliseconds(0));
  EXPECT_TRUE(latch.accept(kNat, Proof::kKey, kOutside));
  EXPECT_EQ(latch.current(), kNat);
  EXPECT_TRUE(latch.accept(kStranger, Proof::kKey, kOutside));
  EXPECT_EQ(latch.current(), kStranger);
}

TEST(Latch, ReopenedLearnsAgainIfItHasHeardNobody) {
  Latch latch(kSignalled, kStart, kWindow);
  ASSERT_FALSE(latch.accept(kNat, Proof::kNone, kOutside));
  latch.reopen(kOutside, kWindow);
  EXPECT_TRUE(latch.accept(kNat, Proof::kNone, kOutside + seconds(1)));
}

TEST(Latch, ReopenedLearnsNothingIfItHasHeardSomebody) {
  for (const Endpoint& heard : {kSignalled, kNat}) {
    Latch latch(kSignalled, kStart, kWindow);
    ASSERT_TRUE(latch.accept(heard, Proof::kNone, kInside));
    latch.reopen(kOutside, kWindow);
    EXPECT_FALSE(latch.accept(kStranger, Proof::kNone, kOutside)) << heard.to_string();
    EXPECT_EQ(latch.current(), heard);
  }
}

TEST(Latch, WithoutASignalledSourceKnowsNowhereToSend) {
  Latch latch(std::nullopt, kStart, kWindow);
  EXPECT_FALSE(latch.current());
  EXPECT_TRUE(latch.accept(kNat, Proof::kNone, kInside));
  EXPECT_EQ(latch.current(), kNat);
}

}  // namespace
}  // namespace osrtp::relay
