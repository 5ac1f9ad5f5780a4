#include "base/slots.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace osrtp {
namespace {

TEST(SocketNumbers, NeverGivesOneToTwo) {
  SocketNumbers numbers;
  std::set<SocketId> taken;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(taken.insert(*numbers.take()).second);
  EXPECT_EQ(numbers.in_use(), 1000U);
}

TEST(SocketNumbers, OneGivenBackMeansNothingForALongTime) {
  SocketNumbers numbers;
  std::set<SocketId> seen;
  for (int i = 0; i < 4095; ++i) {
    const SocketId id = *numbers.take();
    EXPECT_TRUE(seen.insert(id).second);
    numbers.give_back(id);
  }
  EXPECT_EQ(numbers.in_use(), 0U);
}

TEST(SlotTable, FindsWhatIsMeantAndNothingElse) {
  SlotTable<std::string> table;
  const SocketId first(5);
  const SocketId later((1U << kSlotBits) | 5U);  // the same slot, given away once more
  table.put(first, "first");
  ASSERT_NE(table.find(first), nullptr);
  EXPECT_EQ(table.find(later), nullptr);
  EXPECT_EQ(table.find(SocketId(4)), nullptr);
  EXPECT_EQ(table.find(SocketId(4000)), nullptr);
  table.erase(later);
  EXPECT_EQ(table.size(), 1U);
  table.put(later, "later");
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.find(first), nullptr);
  EXPECT_EQ(*table.find(later), "later");
  table.erase(later);
  EXPECT_EQ(table.size(), 0U);
}

TEST(SlotTable, AValueStaysWhereItIs) {
  SlotTable<int> table;
  const int* first = &table.put(SocketId(0), 1);
  for (std::uint32_t i = 1; i < 1000; ++i) table.put(SocketId(i), 2);
  EXPECT_EQ(table.find(SocketId(0)), first);
}

}  // namespace
}  // namespace osrtp
