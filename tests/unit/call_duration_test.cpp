// How long a call has lasted, for accounting.
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

TEST(CallDuration, RunsFromTheFirstOfferToTheReport) {
  Exchange exchange;
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(Phone(1).sdp("RTP/AVP")), exchange.now()));
  exchange.advance(std::chrono::milliseconds(4'500));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(Phone(2).sdp("RTP/AVP")), exchange.now()));
  exchange.advance(std::chrono::milliseconds(1'250));
  protocol::Query query;
  query.call_id = "call-1";
  EXPECT_EQ(exchange.registry.query(query, exchange.now())->call.duration_ms, 5'750);
  exchange.advance(std::chrono::milliseconds(50));
  protocol::Delete request;
  request.call_id = "call-1";
  EXPECT_EQ(exchange.registry.remove(request, exchange.now()).call->duration_ms, 5'800);
}

TEST(CallDuration, IsThatOfTheMonotonicClock) {
  Exchange exchange;
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(Phone(1).sdp("RTP/AVP")), exchange.now()));
  protocol::Query query;
  query.call_id = "call-1";
  Now set_back = exchange.now();
  set_back.steady += std::chrono::seconds(2);
  set_back.wall -= std::chrono::hours(1);
  EXPECT_EQ(exchange.registry.query(query, set_back)->call.duration_ms, 2'000);
}

}  // namespace
}  // namespace osrtp::testing
