#include "app/worker_watch.hpp"

#include <gtest/gtest.h>

namespace osrtp::app {
namespace {

using Change = WorkerWatch::Change;
using std::chrono::seconds;

TEST(WorkerWatch, HasNothingToSayOfThoseThatTakeTurns) {
  WorkerWatch watch(2);
  for (std::uint64_t turns = 1; turns < 100; ++turns) {
    EXPECT_FALSE(watch.look(0, turns));
    EXPECT_FALSE(watch.look(1, turns * 1000));
  }
  EXPECT_EQ(watch.stalled(), 0U);
}

TEST(WorkerWatch, TellsOfAStallOnceAndOfItsEnd) {
  WorkerWatch watch(2);
  EXPECT_FALSE(watch.look(1, 7));
  EXPECT_FALSE(watch.look(1, 7)) << "once may be a machine that is busy";
  EXPECT_FALSE(watch.is_stalled(1));
  const auto stalled = watch.look(1, 7);
  ASSERT_TRUE(stalled);
  EXPECT_EQ(stalled->change, Change::kStalled);
  EXPECT_EQ(stalled->since, seconds(2));
  EXPECT_TRUE(watch.is_stalled(1));
  EXPECT_FALSE(watch.is_stalled(0));
  EXPECT_EQ(watch.stalled(), 1U);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(watch.look(1, 7));
  const auto back = watch.look(1, 8);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->change, Change::kBack);
  EXPECT_EQ(back->since, seconds(12));
  EXPECT_EQ(watch.stalled(), 0U);
  EXPECT_FALSE(watch.look(1, 8));
  EXPECT_FALSE(watch.look(1, 9)) << "what it missed before has been forgotten";
}

TEST(WorkerWatch, GivesUpOneThatHasHungForLong) {
  WorkerWatch watch(2);
  std::size_t told = 0;
  for (unsigned look = 0; look < WorkerWatch::kLost; ++look) {
    EXPECT_FALSE(watch.has_lost_one());
    const auto news = watch.look(0, 0);
    if (news && news->change == Change::kLost) ++told;
  }
  EXPECT_EQ(told, 1U);
  EXPECT_TRUE(watch.has_lost_one());
  EXPECT_FALSE(watch.look(0, 0));
  EXPECT_EQ(watch.look(0, 1)->change, Change::kBack);
  EXPECT_FALSE(watch.has_lost_one());
}

}  // namespace
}  // namespace osrtp::app
