#include "call/half_open.hpp"

#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using call::HalfOpen;

TEST(HalfOpen, CountsAnIpv4AddressAndAnIpv6NetworkEach) {
  HalfOpen calls;
  calls.add("a", HalfOpen::source_of("192.0.2.1"));
  calls.add("b", HalfOpen::source_of("2001:db8::1"));
  EXPECT_FALSE(calls.admits(HalfOpen::source_of("192.0.2.1"), 1));
  EXPECT_TRUE(calls.admits(HalfOpen::source_of("192.0.2.2"), 1));
  EXPECT_FALSE(calls.admits(HalfOpen::source_of("2001:db8::ffff"), 1));
  EXPECT_TRUE(calls.admits(HalfOpen::source_of("2001:db8:0:1::1"), 1));
}

TEST(HalfOpen, CountsNobodyWhoDoesNotSayWhoTheyAre) {
  HalfOpen calls;
  for (const std::optional<std::string>& unknown : {std::optional<std::string>(), {"proxy.example"}, {""}}) {
    calls.add("a", HalfOpen::source_of(unknown));
    EXPECT_TRUE(calls.admits(HalfOpen::source_of(unknown), 1));
  }
  EXPECT_EQ(calls.networks(), 0U);
}

TEST(HalfOpen, KeepsNothingOfWhatIsOver) {
  HalfOpen calls;
  for (const char* id : {"a", "b", "b", "c"}) calls.add(id, HalfOpen::source_of("192.0.2.1"));
  EXPECT_FALSE(calls.admits(HalfOpen::source_of("192.0.2.1"), 3));
  for (const char* id : {"a", "a", "unknown"}) calls.remove(id);
  EXPECT_TRUE(calls.admits(HalfOpen::source_of("192.0.2.1"), 3));
  for (const char* id : {"b", "c"}) calls.remove(id);
  EXPECT_EQ(calls.networks(), 0U);
}

class HalfOpenCalls : public ::testing::Test {
 protected:
  /// "ok", or the code of the error.
  std::string offer(const std::string& id, const std::string& from) {
    auto request = exchange.offer(Phone(1).sdp("RTP/AVP"));
    request.call_id = id;
    request.received_from = from;
    const auto reply = exchange.registry.offer(request, exchange.now());
    return reply ? "ok" : std::string(name(reply.error().code));
  }
  static call::Settings settings() {
    call::Settings some;
    some.half_open_per_source = 2;
    return some;
  }
  Exchange exchange{settings()};
};

TEST_F(HalfOpenCalls, OfOneSourceAreLimitedAndOthersUnharmed) {
  EXPECT_EQ(offer("1", "192.0.2.1"), "ok");
  EXPECT_EQ(offer("2", "192.0.2.1"), "ok");
  const auto ports = exchange.plane.open_port_pairs();
  EXPECT_EQ(offer("3", "192.0.2.1"), "too-many-calls");
  EXPECT_EQ(exchange.plane.open_port_pairs(), ports) << "a refused offer has cost nothing";
  EXPECT_EQ(offer("2", "192.0.2.1"), "ok") << "a call that has begun goes on";
  EXPECT_EQ(offer("4", "192.0.2.2"), "ok");
}

TEST_F(HalfOpenCalls, MakeRoomWhenTheyAreAnswered) {
  EXPECT_EQ(offer("1", "192.0.2.1"), "ok");
  EXPECT_EQ(offer("2", "192.0.2.1"), "ok");
  auto answer = exchange.answer(Phone(2).sdp("RTP/AVP"));
  answer.call_id = "1";
  ASSERT_TRUE(exchange.registry.answer(answer, exchange.now()));
  EXPECT_EQ(offer("3", "192.0.2.1"), "ok");
  EXPECT_EQ(offer("4", "192.0.2.1"), "too-many-calls");
}

TEST_F(HalfOpenCalls, MakeRoomWhenTheyAreDeletedOrTimeOut) {
  EXPECT_EQ(offer("1", "192.0.2.1"), "ok");
  EXPECT_EQ(offer("2", "192.0.2.1"), "ok");
  protocol::Delete request;
  request.call_id = "1";
  ASSERT_TRUE(exchange.registry.remove(request, exchange.now()).call);
  EXPECT_EQ(offer("3", "192.0.2.1"), "ok");
  exchange.advance(std::chrono::seconds(180));
  exchange.registry.expire(exchange.now());
  EXPECT_EQ(exchange.registry.size(), 0U);
  EXPECT_EQ(offer("4", "192.0.2.1"), "ok");
}

}  // namespace
}  // namespace osrtp::testing
