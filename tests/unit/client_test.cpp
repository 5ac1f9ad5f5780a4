#include "protocol/client.hpp"

#include <gtest/gtest.h>

#include <set>

#include "protocol/framing.hpp"

namespace osrtp::protocol {
namespace {

using std::chrono::milliseconds;

const TimePoint kStart{std::chrono::hours(7)};

TimePoint at(int ms) { return kStart + milliseconds(ms); }

Transaction transaction(Schedule schedule = {}) { return {"c1", "c1 {}", std::move(schedule), kStart}; }

bool sends(const Transaction::Step& step) { return std::holds_alternative<Transaction::Send>(step); }
bool timed_out(const Transaction::Step& step) { return std::holds_alternative<Transaction::TimedOut>(step); }
/// Milliseconds from the start until which it waits; -1 where it does not.
long waits_until(const Transaction::Step& step) {
  const auto* wait = std::get_if<Transaction::Wait>(&step);
  return wait == nullptr ? -1 : std::chrono::duration_cast<milliseconds>(wait->until - kStart).count();
}
std::string answer(const Transaction::Step& step) {
  const auto* answered = std::get_if<Transaction::Answered>(&step);
  return answered == nullptr ? "(none)" : std::string(answered->dictionary);
}

TEST(ClientCookies, NeverRepeatWithinAProcess) {
  CookieMaker maker(4711, 0xfeedULL);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(maker.next()).second);
}

TEST(ClientCookies, DifferByPidAndBySalt) {
  EXPECT_NE(CookieMaker(1, 2).next(), CookieMaker(1, 3).next());
  EXPECT_NE(CookieMaker(1, 2).next(), CookieMaker(2, 2).next());
  EXPECT_NE(CookieMaker(0x1, 0x23).next(), CookieMaker(0x12, 0x3).next());
}

TEST(ClientCookies, FitIntoAFrame) {
  const std::string cookie = CookieMaker(~0U, ~0ULL).next();
  EXPECT_EQ(cookie, "ffffffff_ffffffffffffffff_0");
  const auto datagram = join(cookie, "{}");
  ASSERT_TRUE(datagram);
  EXPECT_EQ(split(*datagram)->cookie, cookie);
}

TEST(ClientTransaction, SendsAtOnceThenAt150And300ThenGivesUpAt400) {
  auto t = transaction();
  EXPECT_TRUE(sends(t.step(at(0))));
  EXPECT_EQ(waits_until(t.step(at(0))), 150);
  EXPECT_EQ(waits_until(t.step(at(149))), 150);
  EXPECT_TRUE(sends(t.step(at(150))));
  EXPECT_EQ(waits_until(t.step(at(150))), 300);
  EXPECT_TRUE(sends(t.step(at(301))));
  EXPECT_EQ(waits_until(t.step(at(301))), 400);
  EXPECT_EQ(waits_until(t.step(at(399))), 400);
  EXPECT_TRUE(timed_out(t.step(at(400))));
}

TEST(ClientTransaction, EndsWithTheFirstReplyToItsCookie) {
  auto t = transaction();
  EXPECT_TRUE(sends(t.step(at(0))));
  EXPECT_TRUE(t.receive("c1 {\"result\":\"pong\"}"));
  EXPECT_EQ(answer(t.step(at(10))), "{\"result\":\"pong\"}");
  EXPECT_FALSE(t.receive("c1 {\"result\":\"error\"}"));
  EXPECT_EQ(answer(t.step(at(11))), "{\"result\":\"pong\"}");
}

TEST(ClientTransaction, IgnoresForeignCookiesWithoutRestartingItsClock) {
  auto t = transaction();
  EXPECT_TRUE(sends(t.step(at(0))));
  for (int ms = 1; ms < 150; ++ms) {
    EXPECT_FALSE(t.receive("c0 {\"result\":\"ok\"}"));
    EXPECT_EQ(waits_until(t.step(at(ms))), 150);
  }
  for (const char* datagram : {"c11 {}", "c {}", "c1", "", " c1 {}"}) EXPECT_FALSE(t.receive(datagram)) << datagram;
  EXPECT_TRUE(timed_out(t.step(at(400))));
}

TEST(ClientTransaction, SendsOnceForAllThatItMissed) {
  auto t = transaction();
  EXPECT_TRUE(sends(t.step(at(350))));
  EXPECT_EQ(waits_until(t.step(at(350))), 400);
}

TEST(ClientTransaction, SendsNothingOnceTheBudgetIsSpent) { EXPECT_TRUE(timed_out(transaction().step(at(400)))); }

TEST(ClientTransaction, TakesAnAnswerThatCameBeforeAnybodyLooked) {
  auto t = transaction();
  EXPECT_TRUE(sends(t.step(at(0))));
  EXPECT_TRUE(t.receive("c1 {}"));
  EXPECT_EQ(answer(t.step(at(5000))), "{}");
}

TEST(ClientTransaction, HasNoResendsOutsideItsBudget) {
  auto t = transaction({milliseconds(100), {milliseconds(150), milliseconds(100)}});
  EXPECT_TRUE(sends(t.step(at(0))));
  EXPECT_EQ(waits_until(t.step(at(0))), 100);
  EXPECT_TRUE(timed_out(t.step(at(100))));
}

TEST(ClientTransaction, SendsAgainWhenToldThatItWasNotSent) {
  auto t = transaction();
  EXPECT_TRUE(sends(t.step(at(0))));
  t.again(at(3));
  EXPECT_EQ(waits_until(t.step(at(0))), 3);
  EXPECT_EQ(waits_until(t.step(at(2))), 3);
  EXPECT_TRUE(sends(t.step(at(3))));
  EXPECT_EQ(waits_until(t.step(at(3))), 150);
}

TEST(ClientTransaction, SendsOnceWhereAResendIsDueAnyway) {
  auto t = transaction();
  EXPECT_TRUE(sends(t.step(at(149))));
  t.again(at(152));
  EXPECT_EQ(waits_until(t.step(at(149))), 150);
  EXPECT_TRUE(sends(t.step(at(152))));
  EXPECT_EQ(waits_until(t.step(at(152))), 300);
}

TEST(ClientTransaction, HasNoMoreTimeWhereItWasNotSent) {
  auto t = transaction();
  EXPECT_TRUE(sends(t.step(at(399))));
  t.again(at(402));
  EXPECT_EQ(waits_until(t.step(at(399))), 400);
  EXPECT_TRUE(timed_out(t.step(at(402))));
}

TEST(ClientTransaction, TakesResendTimesInAnyOrder) {
  auto t = transaction({milliseconds(400), {milliseconds(300), milliseconds(150)}});
  EXPECT_TRUE(sends(t.step(at(0))));
  EXPECT_EQ(waits_until(t.step(at(0))), 150);
}

}  // namespace
}  // namespace osrtp::protocol
