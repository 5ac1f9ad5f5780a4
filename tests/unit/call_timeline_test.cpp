// What a call tells of its past.
#include "call/timeline.hpp"

#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using call::Timeline;
using protocol::Happening;
using protocol::HappeningKind;
using protocol::Leg;
using protocol::SecurityState;

TEST(Timeline, KeepsTheNewest) {
  Timeline timeline;
  for (int n = 0; n < 100; ++n) {
    timeline.exchanged(n % 2 == 0 ? HappeningKind::kOffer : HappeningKind::kAnswer, Leg::kCaller,
                       WallTime(std::chrono::seconds(n)));
  }
  const auto told = timeline.tell();
  ASSERT_EQ(told.size(), Timeline::kMost);
  EXPECT_EQ(told.front().at_ms, (100 - static_cast<int>(Timeline::kMost)) * 1000);
  EXPECT_EQ(told.back().at_ms, 99'000);
}

TEST(Timeline, IsInTheOrderOfTimes) {
  Timeline timeline;
  timeline.exchanged(HappeningKind::kAnswer, Leg::kCallee, WallTime(std::chrono::seconds(2)));
  timeline.became(Leg::kCallee, 0, SecurityState::kSrtpDtls, Suite::kAeadAes256Gcm, {},
                  WallTime(std::chrono::seconds(1)));
  const auto told = timeline.tell();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0], (Happening{1000, HappeningKind::kState, Leg::kCallee, 0, SecurityState::kSrtpDtls,
                                "AEAD_AES_256_GCM", std::nullopt}));
}

std::string words(const std::vector<Happening>& history) {
  std::string text;
  for (const Happening& one : history) {
    text += std::string(name(one.leg)) + " " + std::string(name(one.kind));
    if (one.state) text += " " + std::string(name(*one.state));
    if (one.reason) text += " " + std::string(name(*one.reason));
    text += "; ";
  }
  return text;
}

TEST(CallHistory, HasExchangesAndWhatTheyMadeOfEachLeg) {
  Exchange exchange;
  const auto history = [&] {
    protocol::Query request;
    request.call_id = exchange.offer("").call_id;
    const auto reply = exchange.registry.query(request, exchange.now());
    return reply ? words(reply->call.history) : reply.error().reason;
  };
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(Phone(1).sdp("RTP/AVP")), exchange.now()));
  EXPECT_EQ(history(), "caller offer; ");
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(Phone(1).sdp("RTP/AVP")), exchange.now()));
  EXPECT_EQ(history(), "caller offer; ") << "the same again";
  exchange.advance(std::chrono::seconds(1));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(Phone(2).sdp("RTP/AVP")), exchange.now()));
  const std::string answered = history();
  EXPECT_EQ(answered,
            "caller offer; callee answer; caller state plain peer-did-not-offer; callee state plain peer-declined; ");
  exchange.advance(std::chrono::seconds(1));
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(Phone(1).sdp("RTP/AVP")), exchange.now()));
  EXPECT_EQ(history(), answered + "caller offer; ") << "a re-INVITE that changes nothing";
}

}  // namespace
}  // namespace osrtp::testing
