#include "module/event.hpp"

#include <gtest/gtest.h>

#include "module/outcome.hpp"

namespace osrtp::module {
namespace {

using std::chrono::seconds;

constexpr TimePoint kStart = TimePoint{} + std::chrono::hours(1);

const protocol::Event kFailed{
    protocol::EventKind::kFailed, "a@b", "1", "2", protocol::Leg::kCallee, 1, protocol::SecurityState::kFailed,
    protocol::Reason::kDtlsAlert};

std::string told(const protocol::Event& event) { return "c " + protocol::encode_event(event); }

TEST(Subscription, IsOneFrameAgainAndAgain) {
  EXPECT_EQ(subscribe_frame("c", seconds(30)), R"(c {"command":"subscribe","seconds":30})");
  Subscription subscription("c");
  EXPECT_EQ(subscription.due(kStart), subscribe_frame("c", Subscription::kTime));
  EXPECT_EQ(subscription.due(kStart + Subscription::kAgain - seconds(1)), "");
  EXPECT_EQ(subscription.due(kStart + Subscription::kAgain), subscribe_frame("c", Subscription::kTime));
}

TEST(Subscription, HearsEventsUnderItsCookie) {
  Subscription subscription("c");
  EXPECT_EQ(subscription.receive(told(kFailed)).event, kFailed);
  EXPECT_FALSE(subscription.receive("d " + protocol::encode_event(kFailed)).event);
  EXPECT_FALSE(subscription.receive(protocol::encode_event(kFailed)).event);
}

TEST(Subscription, TellsHowManyWereLostSinceTheLastTime) {
  Subscription subscription("c");
  const auto lost = [&](int count) {
    return subscription.receive(R"(c {"seconds":30,"lost":)" + std::to_string(count) + R"(,"result":"ok"})").lost;
  };
  EXPECT_EQ(lost(0), 0U);
  EXPECT_EQ(lost(5), 5U);
  EXPECT_EQ(lost(5), 0U);
  EXPECT_EQ(lost(7), 2U);
  EXPECT_EQ(lost(0), 0U) << "the node was restarted";
  EXPECT_EQ(lost(1), 1U);
}

TEST(Subscription, TellsWhyANodeRefuses) {
  Subscription subscription("c");
  EXPECT_EQ(subscription
                .receive(R"(c {"error-code":"unknown-command","error-reason":"Unrecognized command",)"
                         R"("result":"error"})")
                .refusal,
            "Unrecognized command");
}

TEST(Subscription, MakesNothingOfAnythingElse) {
  Subscription subscription("c");
  for (const char* datagram : {"", "c ", "c {", R"(c {"result":"pong"})", R"(c {"event":"tired"})"}) {
    const auto heard = subscription.receive(datagram);
    EXPECT_TRUE(!heard.event && heard.lost == 0 && heard.refusal.empty()) << datagram;
  }
}

TEST(EventOfACall, IsThatOfSip) {
  EXPECT_TRUE(is_sip(kFailed));
  for (const char* text : {"", "a b", "a\r\nTo: b", "a\x7f"}) {
    for (auto member : {&protocol::Event::call_id, &protocol::Event::from_tag, &protocol::Event::to_tag}) {
      auto event = kFailed;
      event.*member = text;
      EXPECT_FALSE(is_sip(event)) << text;
    }
  }
}

TEST(EventOfACall, IsToldByItsFacts) {
  Outcome outcome;
  outcome.event = kFailed;
  const auto told = [&](std::string_view name) { return fact(outcome, *fact_named(name)); };
  EXPECT_EQ(told("event"), "failed");
  EXPECT_EQ(told("event.callid"), "a@b");
  EXPECT_EQ(told("event.fromtag"), "1");
  EXPECT_EQ(told("event.totag"), "2");
  EXPECT_EQ(told("event.leg"), "callee");
  EXPECT_EQ(told("event.media"), "1");
  EXPECT_EQ(told("event.state"), "failed");
  EXPECT_EQ(told("event.reason"), "dtls-alert");
  outcome.event->reason.reset();
  EXPECT_EQ(told("event.reason"), std::nullopt);
  EXPECT_EQ(told("caller.state"), std::nullopt);
  outcome.event.reset();
  EXPECT_EQ(told("event"), std::nullopt);
}

}  // namespace
}  // namespace osrtp::module
