#include "io/loop.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <set>

#include "io/clock.hpp"
#include "io/entropy.hpp"

namespace osrtp::io {
namespace {

using std::chrono::milliseconds;

struct Pipe {
  Pipe() { EXPECT_EQ(pipe(ends.data()), 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  std::array<int, 2> ends{};
};

TEST(Loop, AnnouncesAgainWhatWasLeftUnread) {
  Loop loop;
  Pipe pipe;
  ASSERT_EQ(write(pipe.ends[1], "ab", 2), 2);
  int calls = 0;
  const auto watch = loop.on_readable(pipe.ends[0], [&] {
    char octet = 0;
    EXPECT_EQ(read(pipe.ends[0], &octet, 1), 1);
    if (++calls == 2) loop.stop();
  });
  ASSERT_TRUE(watch);
  loop.run();
  EXPECT_EQ(calls, 2);
}

TEST(Loop, RepeatsATimer) {
  Loop loop;
  int calls = 0;
  const auto timer = loop.every(milliseconds(1), [&] {
    if (++calls == 3) loop.stop();
  });
  ASSERT_TRUE(timer);
  loop.run();
  EXPECT_EQ(calls, 3);
}

TEST(Loop, CallsATimerOnceEachTimeItIsArmed) {
  Loop loop;
  int calls = 0;
  auto timer = loop.timer([&] { ++calls; });
  auto end = loop.timer([&] { loop.stop(); });
  ASSERT_TRUE(timer && end);
  timer->arm(milliseconds(0));
  end->arm(milliseconds(20));
  loop.run();
  EXPECT_EQ(calls, 1);
  timer->arm(milliseconds(0));
  end->arm(milliseconds(20));
  loop.run();
  EXPECT_EQ(calls, 2);
}

TEST(Loop, ATimerThatIsArmedAgainForgetsTheEarlierTime) {
  Loop loop;
  int calls = 0;
  auto timer = loop.timer([&] {
    ++calls;
    loop.stop();
  });
  ASSERT_TRUE(timer);
  timer->arm(std::chrono::hours(1));
  timer->arm(milliseconds(0));
  loop.run();
  EXPECT_EQ(calls, 1);
}

TEST(Loop, TurnsASignalIntoACall) {
  Loop loop;
  int calls = 0;
  const auto subscription = loop.on_signal(SIGUSR1, [&] {
    ++calls;
    loop.stop();
  });
  ASSERT_TRUE(subscription);
  raise(SIGUSR1);
  loop.run();
  EXPECT_EQ(calls, 1);
}

TEST(Loop, CallsNobodyWhoHasLeft) {
  Loop loop;
  Pipe pipe;
  ASSERT_EQ(write(pipe.ends[1], "a", 1), 1);
  int calls = 0;
  auto watch = loop.on_readable(pipe.ends[0], [&] { ++calls; });
  watch.reset();
  const auto timer = loop.every(milliseconds(1), [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(calls, 0);
}

TEST(Loop, SurvivesACallbackThatEndsAnothersSubscription) {
  Loop loop;
  Pipe one;
  Pipe two;
  ASSERT_EQ(write(one.ends[1], "a", 1), 1);
  ASSERT_EQ(write(two.ends[1], "a", 1), 1);
  int calls = 0;
  std::optional<Loop::Subscription> first;
  std::optional<Loop::Subscription> second;
  first = loop.on_readable(one.ends[0], [&] {
    second.reset();
    ++calls;
    loop.stop();
  });
  second = loop.on_readable(two.ends[0], [&] {
    first.reset();
    ++calls;
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(calls, 1) << "both were ready, the other had left";
}

TEST(Clock, GoesForward) {
  const TimePoint before = Clock::now();
  EXPECT_GE(Clock::both().steady, before);
}

TEST(RandomOctets, FillTheWholeSpanAnewEachTime) {
  std::set<std::array<std::uint8_t, 32>> seen;
  for (int i = 0; i < 100; ++i) {
    std::array<std::uint8_t, 32> octets{};
    random_octets(octets);
    EXPECT_TRUE(seen.insert(octets).second);
  }
  random_octets({});
}

}  // namespace
}  // namespace osrtp::io
