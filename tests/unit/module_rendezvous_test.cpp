#include "module/rendezvous.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "base/siphash.hpp"

namespace osrtp::module {
namespace {

constexpr int kCalls = 10'000;

std::uint64_t call(int number) { return siphash("call-" + std::to_string(number) + "@pbx.example"); }

std::vector<Candidate> nodes(std::size_t count) {
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({i, siphash("udp:10.0.0." + std::to_string(i) + ":2223"), 1});
  return all;
}

// The reference implementation's vectors: the key is 00 01 .. 0f, the text 00 01 .. of that many octets.
TEST(SipHash, IsTheOneOfItsAuthors) {
  const SipKey key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  std::string text(15, '\0');
  std::iota(text.begin(), text.end(), '\0');
  EXPECT_EQ(siphash({}, key), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(siphash(std::string_view(text).substr(0, 8), key), 0x93f5f5799a932462U);
  EXPECT_EQ(siphash(text, key), 0xa129ca6149be45e5U);
}

TEST(Rendezvous, AddingOneNodeToTenMovesItsShareOfCallsAndNoOthers) {
  int moved = 0;
  for (int i = 0; i < kCalls; ++i) {
    const std::size_t before = rendezvous(call(i), nodes(10)).front();
    const std::size_t after = rendezvous(call(i), nodes(11)).front();
    if (before == after) continue;
    EXPECT_EQ(after, 10U) << "a call moved between nodes that were there before";
    ++moved;
  }
  EXPECT_NEAR(moved * 100.0 / kCalls, 9, 2);
}

TEST(Rendezvous, TakingANodeAwayMovesOnlyItsCallsToTheirSecondChoice) {
  std::vector<Candidate> fewer = nodes(10);
  fewer.erase(fewer.begin() + 3);
  for (int i = 0; i < 1000; ++i) {
    const auto before = rendezvous(call(i), nodes(10));
    EXPECT_EQ(rendezvous(call(i), fewer).front(), before[before.front() == 3 ? 1 : 0]);
  }
}

TEST(Rendezvous, GivesEachNodeTheShareOfItsWeight) {
  std::vector<Candidate> all = nodes(3);
  all[1].weight = 2;
  all[2].weight = 5;
  std::vector<int> calls(3);
  for (int i = 0; i < kCalls; ++i) ++calls[rendezvous(call(i), all).front()];
  EXPECT_NEAR(calls[0], kCalls / 8, kCalls / 50);
  EXPECT_NEAR(calls[1], kCalls * 2 / 8, kCalls / 50);
  EXPECT_NEAR(calls[2], kCalls * 5 / 8, kCalls / 50);
}

TEST(Rendezvous, ListsAllOnceAndNoneWithoutWeight) {
  std::vector<Candidate> all = nodes(4);
  all[2].weight = 0;
  auto ranked = rendezvous(call(1), all);
  std::sort(ranked.begin(), ranked.end());
  EXPECT_EQ(ranked, (std::vector<std::size_t>{0, 1, 3}));
  EXPECT_TRUE(rendezvous(call(1), {}).empty());
}

TEST(Rendezvous, DoesNotDependOnTheOrderOfNodes) {
  std::vector<Candidate> turned = nodes(10);
  std::reverse(turned.begin(), turned.end());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(rendezvous(call(i), nodes(10)), rendezvous(call(i), turned));
}

// A change of these would move the calls of every installation.
TEST(Rendezvous, IsTheSameOnAllMachines) {
  EXPECT_EQ(rendezvous(call(1), nodes(5)), (std::vector<std::size_t>{3, 1, 0, 2, 4}));
  EXPECT_EQ(rendezvous(call(2), nodes(5)), (std::vector<std::size_t>{3, 2, 4, 1, 0}));
}

}  // namespace
}  // namespace osrtp::module
