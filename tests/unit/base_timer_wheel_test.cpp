#include "base/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

namespace osrtp {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr TimePoint kStart{std::chrono::hours(100) + microseconds(300)};

struct Alarm : TimerWheel::Timer {
  int woken = 0;
};

void run(TimerWheel& wheel, TimePoint now) {
  wheel.run(now, [](TimerWheel::Timer& timer) { ++static_cast<Alarm&>(timer).woken; });
}

TEST(TimerWheel, WakesWhatIsDueOnceAndNeverEarly) {
  TimerWheel wheel(kStart);
  Alarm alarm;
  wheel.arm(alarm, kStart + milliseconds(50));
  EXPECT_EQ(wheel.next(), TimePoint(std::chrono::ceil<milliseconds>((kStart + milliseconds(50)).time_since_epoch())));
  run(wheel, kStart + milliseconds(50));  // 0.7 ms before the millisecond is full
  EXPECT_EQ(alarm.woken, 0);
  run(wheel, kStart + milliseconds(51));
  EXPECT_EQ(alarm.woken, 1);
  EXPECT_FALSE(alarm.is_armed());
  EXPECT_EQ(wheel.next(), std::nullopt);
  run(wheel, kStart + milliseconds(20'000));
  EXPECT_EQ(alarm.woken, 1);
}

TEST(TimerWheel, WhatIsDueAlreadyIsWokenAtTheNextMillisecond) {
  TimerWheel wheel(kStart);
  Alarm alarm;
  wheel.arm(alarm, kStart - milliseconds(1000));
  run(wheel, kStart + milliseconds(1));
  EXPECT_EQ(alarm.woken, 1);
}

TEST(TimerWheel, FartherThanItsTurnIsNotEarly) {
  TimerWheel wheel(kStart);
  Alarm alarm;
  wheel.arm(alarm, kStart + milliseconds(10'000));
  for (int ms = 0; ms < 10'000; ms += 7) run(wheel, kStart + milliseconds(ms));
  EXPECT_EQ(alarm.woken, 0);
  run(wheel, kStart + milliseconds(10'001));
  EXPECT_EQ(alarm.woken, 1);
}

TEST(TimerWheel, ArmedAgainForgetsTheEarlierTime) {
  TimerWheel wheel(kStart);
  Alarm alarm;
  wheel.arm(alarm, kStart + milliseconds(10));
  wheel.arm(alarm, kStart + milliseconds(30));
  run(wheel, kStart + milliseconds(20));
  EXPECT_EQ(alarm.woken, 0);
  run(wheel, kStart + milliseconds(31));
  EXPECT_EQ(alarm.woken, 1);
}

TEST(TimerWheel, DisarmedOrGoneIsNotWoken) {
  TimerWheel wheel(kStart);
  Alarm disarmed;
  auto gone = std::make_unique<Alarm>();
  wheel.arm(disarmed, kStart + milliseconds(5));
  wheel.arm(*gone, kStart + milliseconds(5));
  TimerWheel::disarm(disarmed);
  gone.reset();
  EXPECT_EQ(wheel.next(), std::nullopt);
  run(wheel, kStart + milliseconds(10));
  EXPECT_EQ(disarmed.woken, 0);
}

TEST(TimerWheel, ATimerMayArmItselfAndEndOthersWhileItIsWoken) {
  TimerWheel wheel(kStart);
  Alarm again;
  auto victim = std::make_unique<Alarm>();
  wheel.arm(again, kStart + milliseconds(5));
  wheel.arm(*victim, kStart + milliseconds(5));
  wheel.run(kStart + milliseconds(7), [&](TimerWheel::Timer& timer) {
    ++static_cast<Alarm&>(timer).woken;
    victim.reset();
    wheel.arm(timer, kStart + milliseconds(6));
  });
  EXPECT_EQ(again.woken, 2);  // at 5 and at 6
  EXPECT_TRUE(again.is_armed());
}

TEST(TimerWheel, AfterALongSleepEverythingIsWokenOnce) {
  TimerWheel wheel(kStart);
  std::vector<std::unique_ptr<Alarm>> alarms;
  for (int ms = 1; ms < 9'000; ms += 13) {
    alarms.push_back(std::make_unique<Alarm>());
    wheel.arm(*alarms.back(), kStart + milliseconds(ms));
  }
  run(wheel, kStart + std::chrono::hours(1));
  for (const auto& alarm : alarms) EXPECT_EQ(alarm->woken, 1);
}

/// The same as a sorted map would, for any order of arming and steps of the clock.
TEST(TimerWheel, AgreesWithAnOrderedMap) {
  std::mt19937 chance(7);  // NOLINT: the same every time
  TimerWheel wheel(kStart);
  std::vector<std::unique_ptr<Alarm>> alarms;
  for (int i = 0; i < 50; ++i) alarms.push_back(std::make_unique<Alarm>());
  std::map<Alarm*, TimePoint> expected;
  TimePoint now = kStart;
  for (int step = 0; step < 20'000; ++step) {
    Alarm& alarm = *alarms[chance() % alarms.size()];
    const TimePoint due = now + microseconds(chance() % 6'000'000);
    wheel.arm(alarm, due);
    expected[&alarm] = due;
    const auto next = wheel.next();
    ASSERT_TRUE(next);
    now += microseconds(chance() % 40'000);
    wheel.run(now, [&](TimerWheel::Timer& timer) {
      const auto found = expected.find(&static_cast<Alarm&>(timer));
      ASSERT_NE(found, expected.end());
      ASSERT_LE(found->second, now);
      ASSERT_LE(*next, now) << "it was said that nothing is due so soon";
      expected.erase(found);
    });
    for (const auto& [unused, when] : expected) ASSERT_GT(when, now - milliseconds(1));
  }
}

}  // namespace
}  // namespace osrtp
