#include "control/subscribers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osrtp::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ControlSubscribers : public testing::Test {
 protected:
  protocol::SubscribeReply subscribe(std::string_view address, int wish = 60, std::string_view cookie = "c") {
    return all.subscribe({address, cookie}, seconds(wish), now);
  }
  std::vector<Notice> tell(std::size_t count = 1) { return all.tell(std::vector(count, event), now); }

  Subscribers all;
  TimePoint now = TimePoint{} + std::chrono::hours(1);
  protocol::Event event{protocol::EventKind::kSilent,    "a@b", "1", "2", protocol::Leg::kCaller, 0,
                        protocol::SecurityState::kPlain, {}};
};

TEST_F(ControlSubscribers, AreToldUnderTheirCookies) {
  subscribe("x", 60, "first");
  subscribe("y", 60, "second");
  const std::string json = protocol::encode_event(event);
  EXPECT_THAT(tell(), ElementsAre(Notice{"x", "first " + json}, Notice{"y", "second " + json}));
}

TEST_F(ControlSubscribers, AreToldUntilTheirTimeIsUp) {
  EXPECT_EQ(subscribe("x", 30).seconds, 30);
  now += seconds(29);
  EXPECT_THAT(tell(), SizeIs(1));
  now += seconds(1);
  EXPECT_THAT(tell(), IsEmpty());
  EXPECT_EQ(all.size(), 0U);
}

TEST_F(ControlSubscribers, GoOnByAskingAgainUnderTheNewCookie) {
  subscribe("x", 30, "old");
  now += seconds(20);
  subscribe("x", 30, "new");
  now += seconds(20);
  const auto told = tell();
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0].frame.starts_with("new {"));
  EXPECT_EQ(all.size(), 1U);
}

TEST_F(ControlSubscribers, GetNoMoreTimeThanThereIs) { EXPECT_EQ(subscribe("x", 1'000'000'000).seconds, 300); }

TEST_F(ControlSubscribers, EndWithZeroSeconds) {
  subscribe("x");
  EXPECT_EQ(subscribe("x", 0), (protocol::SubscribeReply{0, 0}));
  EXPECT_THAT(tell(), IsEmpty());
  EXPECT_EQ(subscribe("nobody", 0), (protocol::SubscribeReply{0, 0}));
}

TEST_F(ControlSubscribers, BeyondTheMostTakeThePlaceOfTheFirstToEnd) {
  for (std::size_t i = 0; i < Subscribers::kMost; ++i) subscribe(std::to_string(i), i == 5 ? 10 : 60);
  subscribe("one more");
  EXPECT_EQ(all.size(), Subscribers::kMost);
  bool newest = false;
  for (const Notice& notice : tell()) {
    EXPECT_NE(notice.address, "5");
    newest = newest || notice.address == "one more";
  }
  EXPECT_TRUE(newest);
}

TEST_F(ControlSubscribers, AreToldSoManyASecondAndTheRestIsLost) {
  subscribe("x");
  EXPECT_THAT(tell(Subscribers::kMostPerSecond + 7), SizeIs(Subscribers::kMostPerSecond));
  now += milliseconds(999);
  EXPECT_THAT(tell(), IsEmpty());
  EXPECT_EQ(subscribe("x").lost, 8U);
  now += milliseconds(1);
  EXPECT_THAT(tell(), SizeIs(1));
}

TEST_F(ControlSubscribers, CountWhatCouldNotBeSent) {
  subscribe("x");
  all.lost("x");
  all.lost("nobody");
  EXPECT_EQ(subscribe("x").lost, 1U);
}

TEST_F(ControlSubscribers, LoseWhatFitsIntoNoFrame) {
  subscribe("x");
  event.call_id = std::string(70'000, 'a');
  EXPECT_THAT(tell(), IsEmpty());
  EXPECT_EQ(subscribe("x").lost, 1U);
}

}  // namespace
}  // namespace osrtp::control
