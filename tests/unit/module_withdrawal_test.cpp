#include "module/withdrawal.hpp"

#include <gtest/gtest.h>

namespace osrtp::module {
namespace {

constexpr TimePoint kStart{std::chrono::hours{1}};

const Withdrawal kWithdrawal{"a", {3, 8}, "c1 {}", kStart};

NodeView node_with(Health health) {
  NodeView node;
  node.number = 3;
  node.generation = 8;
  node.health = health;
  return node;
}

TEST(Withdrawal, WaitsUntilTheNodeAnswers) {
  EXPECT_EQ(step_of(kWithdrawal, node_with(Health::kDead), false, kStart), WithdrawalStep::kWait);
  EXPECT_EQ(step_of(kWithdrawal, node_with(Health::kRefusing), false, kStart), WithdrawalStep::kWait);
  EXPECT_EQ(step_of(kWithdrawal, node_with(Health::kAlive), false, kStart), WithdrawalStep::kSend);
}

TEST(Withdrawal, IsNotForAnotherNodeOfTheSameNumber) {
  NodeView other = node_with(Health::kAlive);
  other.generation = 10;
  EXPECT_EQ(step_of(kWithdrawal, other, false, kStart), WithdrawalStep::kDrop);
  EXPECT_EQ(step_of(kWithdrawal, std::nullopt, false, kStart), WithdrawalStep::kDrop);
}

TEST(Withdrawal, IsDroppedWhereTheCallIsThereAfterAll) {
  EXPECT_EQ(step_of(kWithdrawal, node_with(Health::kAlive), true, kStart), WithdrawalStep::kDrop);
  EXPECT_EQ(step_of(kWithdrawal, node_with(Health::kDead), true, kStart), WithdrawalStep::kDrop);
}

TEST(Withdrawal, IsDroppedWhenItIsOld) {
  const TimePoint end = kStart + Withdrawal::kAge;
  EXPECT_EQ(step_of(kWithdrawal, node_with(Health::kDead), false, end), WithdrawalStep::kWait);
  EXPECT_EQ(step_of(kWithdrawal, node_with(Health::kDead), false, end + std::chrono::milliseconds{1}),
            WithdrawalStep::kDrop);
}

}  // namespace
}  // namespace osrtp::module
