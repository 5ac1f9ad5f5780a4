#include "call/port_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <unordered_map>

namespace osrtp::call {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kRest{5000};

Entropy seeded(std::uint32_t seed) {
  return [engine = std::mt19937(seed)](ByteSpan out) mutable {
    for (auto& octet : out) octet = static_cast<std::uint8_t>(engine());
  };
}

std::vector<std::uint16_t> take_all(PortPool& pool, TimePoint now) {
  std::vector<std::uint16_t> taken;
  while (const auto rtp = pool.take(now)) taken.push_back(rtp->number());
  return taken;
}

struct RangeRow {
  const char* name;
  PortRange range;
  std::size_t pairs;
  std::uint16_t lowest;
};
class PortRanges : public testing::TestWithParam<RangeRow> {};

TEST_P(PortRanges, HandsOutEveryEvenPortWhoseNeighbourIsInTheRangeOnce) {
  const RangeRow& row = GetParam();
  PortPool pool(row.range, kRest, seeded(1));
  auto taken = take_all(pool, TimePoint{});
  std::sort(taken.begin(), taken.end());
  ASSERT_EQ(taken.size(), row.pairs);
  EXPECT_EQ(row.range.pairs(), row.pairs);
  EXPECT_EQ(pool.in_use(), row.pairs);
  for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], row.lowest + 2 * i);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PortRanges,
    testing::Values(RangeRow{"Even", {4000, 4009}, 5, 4000}, RangeRow{"OddStart", {4001, 4009}, 4, 4002},
                    RangeRow{"EvenEnd", {4000, 4008}, 4, 4000}, RangeRow{"OnePair", {4000, 4001}, 1, 4000},
                    RangeRow{"NoPair", {4001, 4002}, 0, 0}, RangeRow{"OnePort", {4000, 4000}, 0, 0},
                    RangeRow{"NoPortZero", {0, 5}, 2, 2}, RangeRow{"Top", {65532, 65535}, 2, 65532},
                    RangeRow{"All", {1, 65535}, 32767, 2}),
    [](const auto& row) { return row.param.name; });

TEST(PortPool, StartsInAnOrderThatDependsOnTheEntropy) {
  PortPool one({4000, 4999}, kRest, seeded(1));
  PortPool again({4000, 4999}, kRest, seeded(1));
  PortPool other({4000, 4999}, kRest, seeded(2));
  const auto order = take_all(one, TimePoint{});
  EXPECT_EQ(order, take_all(again, TimePoint{}));
  EXPECT_NE(order, take_all(other, TimePoint{}));
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
}

TEST(PortPool, LetsAFreedPairRestBeforeItServesAgain) {
  PortPool pool({4000, 4001}, kRest, seeded(1));
  const TimePoint freed{std::chrono::hours(1)};
  const auto rtp = pool.take(freed);
  ASSERT_TRUE(rtp);
  pool.give_back(*rtp, freed);
  EXPECT_FALSE(pool.take(freed));
  EXPECT_FALSE(pool.take(freed + kRest - milliseconds(1)));
  EXPECT_EQ(pool.take(freed + kRest), rtp);
}

TEST(PortPool, IgnoresWhatWasNotTaken) {
  PortPool pool({4000, 4003}, milliseconds(0), seeded(1));
  for (const std::uint32_t number : {4000U, 4001U, 3998U, 4004U, 65535U, 1U}) pool.give_back(*Port::from(number), {});
  EXPECT_EQ(take_all(pool, TimePoint{}).size(), 2U);

  pool.give_back(*Port::from(4000), {});
  pool.give_back(*Port::from(4000), {});
  EXPECT_EQ(take_all(pool, TimePoint{}).size(), 1U) << "freed twice, free once";
}

TEST(PortPool, WhatCouldNotBeOpenedNeedNotRest) {
  PortPool pool({4000, 4003}, kRest, seeded(1));
  const auto used = pool.take(TimePoint{});
  pool.give_back(*used, TimePoint{});
  for (int i = 0; i < 3; ++i) {
    const auto unopened = pool.take(TimePoint{});
    ASSERT_TRUE(unopened);
    EXPECT_NE(*unopened, *used) << "that one rests";
    pool.put_back(*unopened);
    pool.put_back(*unopened);
  }
  EXPECT_EQ(take_all(pool, TimePoint{}).size(), 1U) << "put back twice, free once";
  EXPECT_EQ(pool.take(TimePoint{} + kRest), used);
}

TEST(PortPool, NeverGivesAPairToTwoCallsInAMillionCycles) {
  constexpr std::size_t kCycles = 1'000'000;
  PortPool pool({20000, 22047}, kRest, seeded(7));
  std::mt19937 chance(11);
  std::vector<Port> held;
  std::unordered_map<std::uint16_t, TimePoint> freed;
  std::set<std::uint16_t> busy;
  TimePoint now{std::chrono::hours(1)};
  std::size_t taken = 0;
  for (std::size_t i = 0; i < kCycles; ++i) {
    now += milliseconds(chance() % 20);
    if (held.empty() || chance() % 2 == 0) {
      const auto rtp = pool.take(now);
      if (!rtp) continue;
      ++taken;
      ASSERT_TRUE(busy.insert(rtp->number()).second) << rtp->number() << " belongs to two calls";
      const auto last = freed.find(rtp->number());
      if (last != freed.end()) {
        ASSERT_GE(now - last->second, kRest);
      }
      held.push_back(*rtp);
    } else {
      std::swap(held[chance() % held.size()], held.back());
      pool.give_back(held.back(), now);
      freed[held.back().number()] = now;
      busy.erase(held.back().number());
      held.pop_back();
    }
    ASSERT_EQ(pool.in_use(), busy.size());
  }
  EXPECT_GT(taken, kCycles / 4);
  for (const Port rtp : held) pool.give_back(rtp, now);
  EXPECT_EQ(take_all(pool, now + kRest).size(), pool.size()) << "none was lost";
}

}  // namespace
}  // namespace osrtp::call
