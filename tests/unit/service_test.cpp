#include "control/service.hpp"

#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

class ControlService : public ::testing::Test {
 protected:
  std::string ask(const std::string& frame) { return service.handle(frame, exchange.now()); }
  static std::string offer(const std::string& cookie, const std::string& call_id) {
    std::string sdp = Phone(1).sdp("RTP/AVP");
    for (std::size_t at = 0; (at = sdp.find("\r\n", at)) != std::string::npos; at += 4) sdp.replace(at, 2, "\\r\\n");
    return cookie + R"( {"command":"offer","call-id":")" + call_id + R"(","from-tag":"a","sdp":")" + sdp + "\"}";
  }
  Exchange exchange;
  std::vector<std::string> log;
  control::Service service{exchange.registry, [this](LogLevel, std::string_view line) { log.emplace_back(line); },
                           exchange.now()};
};

TEST_F(ControlService, PingIsAnsweredUnderItsCookie) {
  const auto reply = ask(R"(c1 {"command":"ping"})");
  EXPECT_TRUE(reply.starts_with("c1 {"));
  EXPECT_NE(reply.find(R"("result":"pong")"), std::string::npos);
}

TEST_F(ControlService, GarbageWithoutACookieGetsNoAnswer) {
  for (const char* frame : {"", " ", "garbage", " {\"command\":\"ping\"}"}) EXPECT_EQ(ask(frame), "") << frame;
}

TEST_F(ControlService, WhatCannotBeReadMakesNoLongerAnswerForWhoMayBeAnother) {
  const auto ask_as = [this](const std::string& frame, control::Sender sender) {
    return service.handle(frame, exchange.now(), {}, sender);
  };
  for (const std::string frame : {"c {", "c []", "c {}", R"(c {"command":7})"}) {
    EXPECT_NE(ask_as(frame, control::Sender::kKnown).find("error-code"), std::string::npos) << frame;
    EXPECT_EQ(ask_as(frame, control::Sender::kClaimed), "") << frame;
  }
  const std::string long_one = "c " + std::string(500, '{');
  const auto reply = ask_as(long_one, control::Sender::kClaimed);
  EXPECT_NE(reply.find("error-code"), std::string::npos);
  EXPECT_LE(reply.size(), long_one.size());
  EXPECT_NE(ask_as(R"(c {"command":"ping"})", control::Sender::kClaimed).find("pong"), std::string::npos);
  EXPECT_NE(ask_as(R"(c {"command":"offer"})", control::Sender::kClaimed).find("missing-key"), std::string::npos)
      << "a request, if a wrong one";
}

TEST_F(ControlService, SaysInTheLogWhyItCouldNotReadSomethingOnceASecond) {
  for (int n = 0; n < 100; ++n) ask("c {}");
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0], R"(event=refused code=bad-request reason="Dictionary contains no key 'command'")");
}

TEST_F(ControlService, ARepeatedFrameIsAnsweredAlikeAndDoneOnce) {
  const auto first = ask(offer("c1", "x"));
  const auto second = ask(offer("c1", "x"));
  EXPECT_EQ(first, second);
  EXPECT_EQ(exchange.plane.open_port_pairs(), 2U);
  EXPECT_NE(ask(R"(c2 {"command":"statistics"})").find(R"("offers":1)"), std::string::npos);
}

TEST_F(ControlService, CountsRequestsByWhatCameOfThem) {
  ask(offer("c1", "x"));
  ask(offer("c1", "x"));  // again
  ask(R"(c2 {"command":"query","call-id":"y"})");
  ask(R"(c3 {"command":"offer","call-id":"y","from-tag":"a","sdp":"v=1"})");
  ask(R"(c4 {"command":"dance"})");
  ask("garbage");
  control::RequestCounts expected;
  expected.add(protocol::Command::kOffer, std::nullopt);
  expected.add(protocol::Command::kQuery, protocol::ErrorCode::kUnknownCall);
  expected.add(protocol::Command::kOffer, protocol::ErrorCode::kBadSdp);
  expected.add(std::nullopt, protocol::ErrorCode::kUnknownCommand);
  expected.repeated = 1;
  expected.unanswered = 1;
  EXPECT_EQ(service.requests(), expected);
}

TEST_F(ControlService, StatisticsTellHowTheMediaSideIs) {
  exchange.plane.set_health({.workers = 4, .stalled = 1, .unsent = 17});
  const auto reply = ask(R"(c1 {"command":"statistics"})");
  EXPECT_NE(reply.find(R"("workers":4,"stalled-workers":1,"unsent":17)"), std::string::npos) << reply;
}

TEST_F(ControlService, EqualCookiesOfTwoClientsDoNotMeet) {
  ask(offer("c1", "x"));
  const auto other = ask(R"(c1 {"command":"ping"})");
  EXPECT_NE(other.find("pong"), std::string::npos);
}

TEST_F(ControlService, AReplyIsForgottenAfterHalfAMinute) {
  ask(R"(c1 {"command":"delete","call-id":"x"})");
  ask(offer("c2", "x"));
  exchange.advance(std::chrono::seconds(30));
  ask(R"(c1 {"command":"delete","call-id":"x"})");
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(ControlService, OldRepliesGoWithoutAnotherRequest) {
  ask(offer("c1", "x"));
  exchange.advance(std::chrono::seconds(29));
  service.tick(exchange.now());
  EXPECT_EQ(service.replies_kept(), 1U);
  exchange.advance(std::chrono::seconds(1));
  service.tick(exchange.now());
  EXPECT_EQ(service.replies_kept(), 0U);
}

TEST_F(ControlService, ARequestRepeatedWhenItsCallIsOverNeitherBeginsItAnewNorTellsItsKeys) {
  ASSERT_NE(ask(offer("c1", "x")).find("a=crypto:"), std::string::npos);
  ask(offer("c2", "y"));
  ask(R"(c3 {"command":"delete","call-id":"x"})");
  const auto late = ask(offer("c1", "x"));
  EXPECT_TRUE(late.starts_with("c1 {")) << late;
  EXPECT_EQ(late.find("a=crypto:"), std::string::npos);
  EXPECT_NE(late.find("unknown-call"), std::string::npos);
  EXPECT_EQ(exchange.registry.size(), 1U);
  EXPECT_NE(ask(offer("c2", "y")).find("a=crypto:"), std::string::npos) << "the other call's is another's";
}

TEST_F(ControlService, RepliesOfACallThatTimedOutAreForgottenToo) {
  ask(offer("c1", "x"));
  exchange.registry.clear(exchange.now());
  service.tick(exchange.now());
  EXPECT_EQ(ask(offer("c1", "x")).find("a=crypto:"), std::string::npos);
}

TEST_F(ControlService, WhatCannotBeReadLeavesNothingBehind) {
  for (int n = 0; n < 100; ++n) {
    const std::string frame = "c" + std::to_string(n) + " {[[[[";
    const auto reply = ask(frame);
    EXPECT_NE(reply.find(R"("error-code":"bad-request")"), std::string::npos) << reply;
    EXPECT_EQ(ask(frame), reply);
  }
  EXPECT_EQ(service.replies_kept(), 0U);
}

TEST_F(ControlService, ATickEndsCallsWhoseTimeIsOver) {
  ask(offer("c1", "x"));
  exchange.advance(std::chrono::hours(1));
  service.tick(exchange.now());
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(ControlService, FiveHundredRefusalsASecondAreOneLineASecond) {
  for (int n = 0; n < 1000; ++n) {
    const auto reply = ask("c" + std::to_string(n) + R"( {"command":"query","call-id":"no"})");
    ASSERT_NE(reply.find("unknown-call"), std::string::npos);
    exchange.advance(std::chrono::milliseconds(2));
  }
  EXPECT_EQ(log, (std::vector<std::string>{
                     R"(call=no event=refused code=unknown-call reason="Unknown call-id")",
                     R"(call=no event=refused code=unknown-call reason="Unknown call-id" left_out=499)"}));
}

TEST_F(ControlService, ARefusalOfAnotherKindIsToldAtOnce) {
  ask(R"(c1 {"command":"query","call-id":"no"})");
  ask(R"(c2 {"command":"offer","call-id":"x","from-tag":"a","sdp":"v=0"})");
  EXPECT_EQ(log.size(), 2U);
}

TEST_F(ControlService, ARefusalNamesItsCallAsOneWord) {
  ask(R"(c1 {"command":"query","call-id":"no one\u001b\" event=end"})");
  EXPECT_EQ(log, (std::vector<std::string>{
                     R"(call=no?one???event=end event=refused code=unknown-call reason="Unknown call-id")"}));
}

TEST_F(ControlService, ErrorsHaveStableCodes) {
  EXPECT_NE(ask(R"(c1 {"command":"dance"})").find(R"("error-code":"unknown-command")"), std::string::npos);
  EXPECT_NE(ask("c2 {").find(R"("error-code":"bad-request")"), std::string::npos);
  EXPECT_NE(ask(R"(c3 {"command":"offer"})").find(R"("error-code":"missing-key")"), std::string::npos);
  EXPECT_NE(ask(R"(c4 {"command":"query","call-id":"no"})").find(R"("error-code":"unknown-call")"), std::string::npos);
}

}  // namespace
}  // namespace osrtp::testing
