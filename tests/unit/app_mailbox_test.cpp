// What threads tell one another: messages and published values.
#include "app/mailbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <thread>
#include <vector>

#include "app/published.hpp"

namespace osrtp::app {
namespace {

TEST(Mailbox, KeepsTheOrder) {
  Mailbox<int> box;
  EXPECT_TRUE(box.is_empty());
  for (const int message : {1, 2, 3}) box.put(message);
  EXPECT_FALSE(box.is_empty());
  std::vector<int> got;
  box.take([&](int message) { got.push_back(message); });
  EXPECT_EQ(got, (std::vector<int>{1, 2, 3}));
  box.take([&](int) { FAIL() << "they have been taken"; });
  EXPECT_TRUE(box.is_empty());
}

TEST(Mailbox, WhatNobodyTakesIsFreedWithIt) {
  const auto kept = std::make_shared<int>(1);
  {
    Mailbox<std::shared_ptr<int>> box;
    box.put(kept);
    box.put(kept);
    EXPECT_EQ(kept.use_count(), 3);
  }
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(Mailbox, LosesNothingBetweenThreads) {
  constexpr int kMessages = 100'000;
  Mailbox<std::pair<int, int>> box;
  const auto write = [&](int writer) {
    for (int n = 0; n < kMessages; ++n) box.put({writer, n});
  };
  std::thread one(write, 0);
  std::thread other(write, 1);
  std::array<int, 2> next{};
  while (next[0] < kMessages || next[1] < kMessages) {
    box.take([&](std::pair<int, int> message) {
      auto& expected = next.at(static_cast<std::size_t>(message.first));
      ASSERT_EQ(message.second, expected++) << "each writer's messages come in order";
    });
  }
  one.join();
  other.join();
}

struct Wide {
  std::array<std::uint64_t, 40> words{};
};

TEST(Published, IsNeverReadHalfWritten) {
  constexpr std::uint64_t kValues = 200'000;
  Published<Wide> value;
  std::thread writer([&] {
    Wide next;
    for (std::uint64_t n = 1; n <= kValues; ++n) {
      next.words.fill(n);
      value.store(next);
    }
  });
  std::uint64_t newest = 0;
  while (newest < kValues) {
    const Wide read = value.load();
    for (const std::uint64_t word : read.words) ASSERT_EQ(word, read.words[0]);
    ASSERT_GE(read.words[0], newest) << "it never goes back";
    newest = read.words[0];
  }
  writer.join();
}

}  // namespace
}  // namespace osrtp::app
