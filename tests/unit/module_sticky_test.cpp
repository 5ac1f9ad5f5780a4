#include "module/sticky.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace osrtp::module {
namespace {

using std::chrono::seconds;

constexpr TimePoint kStart{std::chrono::hours{1}};

class StickyCalls : public testing::Test {
 protected:
  [[nodiscard]] std::optional<std::size_t> node(std::string_view call_id, TimePoint now = kStart) {
    const auto place = table_->find(call_id, now);
    return place ? std::optional(place->node) : std::nullopt;
  }

  std::unique_ptr<Sticky> table_ = std::make_unique<Sticky>();
};

TEST_F(StickyCalls, AreWhereTheyWent) {
  EXPECT_FALSE(node("a"));
  table_->remember("a", {63, 4}, kStart);
  table_->remember("b", {0, 2}, kStart);
  EXPECT_TRUE(table_->find("a", kStart)->is(63, 4));
  EXPECT_TRUE(table_->find("b", kStart)->is(0, 2));
  EXPECT_FALSE(table_->find("b", kStart)->is(0, 4));
  table_->remember("a", {1, 2}, kStart);
  EXPECT_EQ(node("a"), 1U);
}

TEST_F(StickyCalls, AreForgottenWhenNobodyAsksForThemForTooLong) {
  table_->remember("a", {1, 2}, kStart);
  EXPECT_EQ(node("a", kStart + Sticky::kAge - seconds{1}), 1U);
  EXPECT_EQ(node("a", kStart + Sticky::kAge * 2 - seconds{2}), 1U) << "it was asked for in between";
  EXPECT_FALSE(node("a", kStart + Sticky::kAge * 3));
}

TEST_F(StickyCalls, LingerWhenTheyHaveEndedAndNoLonger) {
  table_->remember("a", {1, 2}, kStart);
  table_->let_go("a", kStart);
  EXPECT_EQ(node("a", kStart + Sticky::kLinger - seconds{1}), 1U);
  table_->let_go("a", kStart + Sticky::kLinger - seconds{1});
  EXPECT_FALSE(node("a", kStart + Sticky::kLinger));
  table_->let_go("unknown", kStart);
  EXPECT_FALSE(node("unknown"));
}

TEST_F(StickyCalls, ThatBeginAnewStay) {
  table_->remember("a", {1, 2}, kStart);
  table_->let_go("a", kStart);
  table_->remember("a", {2, 2}, kStart + seconds{1});
  EXPECT_EQ(node("a", kStart + Sticky::kLinger * 2), 2U);
}

TEST_F(StickyCalls, KeepTheStrictestPoliciesUntilTheyEnd) {
  using protocol::Policy;
  const auto said = [&](TimePoint now) { return table_->find("a", now)->policies; };
  const Policies first{Policy::kOff, Policy::kRequire};
  table_->remember("a", {1, 2, first}, kStart);
  EXPECT_EQ(said(kStart), first);
  table_->remember("a", {2, 0x3'ffff, {}}, kStart);
  EXPECT_EQ(said(kStart), first);
  EXPECT_TRUE(table_->find("a", kStart)->is(2, 0x3'ffff));
  const Policies both{Policy::kPrefer, Policy::kRequire};
  table_->remember("a", {2, 2, {Policy::kPrefer, Policy::kOff}}, kStart);
  EXPECT_EQ(said(kStart), both);
  table_->let_go("a", kStart);
  table_->remember("a", {2, 2, {}}, kStart);
  EXPECT_EQ(said(kStart), Policies{});
}

TEST_F(StickyCalls, NeedTheirNode) {
  table_->remember("a", {7, 2}, kStart);
  EXPECT_TRUE(table_->needs({7, 2}, kStart));
  EXPECT_FALSE(table_->needs({7, 4}, kStart));
  EXPECT_FALSE(table_->needs({8, 2}, kStart));
  EXPECT_FALSE(table_->needs({0, 0}, kStart)) << "nobody is there";
  table_->let_go("a", kStart);
  EXPECT_FALSE(table_->needs({7, 2}, kStart + Sticky::kLinger));
}

TEST_F(StickyCalls, BeyondTheirRoomPushOutTheOldest) {
  constexpr std::size_t room = Sticky::kBuckets * Sticky::kWays;
  for (std::size_t i = 0; i < 2 * room; ++i)
    table_->remember(std::to_string(i), {i % 64, 2}, kStart + seconds{i / 1000});
  std::size_t found = 0;
  for (std::size_t i = 0; i < 2 * room; ++i) {
    const auto place = node(std::to_string(i), kStart + seconds{2 * room / 1000});
    if (!place) continue;
    EXPECT_EQ(*place, i % 64);
    ++found;
  }
  EXPECT_GT(found, room * 9 / 10);
  EXPECT_LE(found, room);
  EXPECT_TRUE(node(std::to_string(2 * room - 1), kStart + seconds{2 * room / 1000}));
}

TEST_F(StickyCalls, OfHalfItsRoomAreNearlyAllKept) {
  constexpr std::size_t calls = Sticky::kBuckets * Sticky::kWays / 2;
  for (std::size_t i = 0; i < calls; ++i) table_->remember(std::to_string(i), {1, 2}, kStart);
  std::size_t lost = 0;
  for (std::size_t i = 0; i < calls; ++i) lost += node(std::to_string(i)) ? 0 : 1;
  EXPECT_LT(lost, calls / 50);
}

TEST_F(StickyCalls, AreInOtherPlacesUnderAnotherKey) {
  table_->remember("a", {1, 2}, kStart);
  const std::uint64_t before = table_->hash("a");
  table_->set_key({1, 2});
  EXPECT_FALSE(node("a"));
  EXPECT_NE(table_->hash("a"), before);
}

TEST_F(StickyCalls, OfManyProcessesDoNotMix) {
  std::vector<std::thread> processes;
  for (std::size_t own = 0; own < 4; ++own) {
    processes.emplace_back([this, own] {
      for (int i = 0; i < 5000; ++i) {
        const std::string call = std::to_string(own) + "-" + std::to_string(i % 50);
        table_->remember(call, {own, static_cast<std::uint32_t>(own)}, kStart);
        const auto place = table_->find(call, kStart);
        if (place) {
          EXPECT_TRUE(place->is(own, static_cast<std::uint32_t>(own)));
        }
        if (i % 3 == 0) table_->let_go(call, kStart);
      }
    });
  }
  for (std::thread& process : processes) process.join();
  EXPECT_EQ(node("3-49"), 3U);
}

}  // namespace
}  // namespace osrtp::module
