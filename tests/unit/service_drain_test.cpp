// A daemon that is to be taken down: no call begins, and those that run go on.
#include <gtest/gtest.h>

#include "control/service.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

class ServiceDrain : public ::testing::Test {
 protected:
  protocol::ReplyBody ask(const protocol::Request& request) { return service.execute(request, exchange.now()).body; }
  protocol::Offer offer(const std::string& call_id) const {
    auto request = exchange.offer(Phone(1).sdp("RTP/AVP"));
    request.call_id = call_id;
    return request;
  }
  bool begins(const std::string& call_id) { return std::holds_alternative<protocol::SdpReply>(ask(offer(call_id))); }

  Exchange exchange;
  control::Service service{exchange.registry, [](LogLevel, std::string_view) {}, exchange.now()};
};

TEST_F(ServiceDrain, RefusesWhatWouldBeginACall) {
  EXPECT_EQ(ask(protocol::Drain{true}), protocol::ReplyBody(protocol::DrainReply{true, 0}));
  const auto refused = ask(offer("new"));
  ASSERT_TRUE(std::holds_alternative<protocol::Error>(refused));
  EXPECT_EQ(std::get<protocol::Error>(refused).code, protocol::ErrorCode::kDraining);
  EXPECT_EQ(exchange.plane.open_port_pairs(), 0U);
}

TEST_F(ServiceDrain, LeavesCallsThatRunAlone) {
  ASSERT_TRUE(begins("call-1"));
  EXPECT_EQ(ask(protocol::Drain{true}), protocol::ReplyBody(protocol::DrainReply{true, 1}));
  EXPECT_TRUE(std::holds_alternative<protocol::SdpReply>(ask(exchange.answer(Phone(2).sdp("RTP/AVP")))));
  auto again = offer("call-1");
  again.to_tag = "callee";
  EXPECT_TRUE(std::holds_alternative<protocol::SdpReply>(ask(again)));
}

TEST_F(ServiceDrain, EndsWhenItIsUndone) {
  ask(protocol::Drain{true});
  ask(protocol::Drain{true});
  EXPECT_EQ(ask(protocol::Drain{false}), protocol::ReplyBody(protocol::DrainReply{false, 0}));
  EXPECT_TRUE(begins("new"));
  EXPECT_EQ(exchange.log,
            (std::vector<std::string>{"event=drain calls=0", "event=undrain calls=0", "call=new event=offer"}));
}

TEST_F(ServiceDrain, IsToldToWhoPings) {
  ASSERT_TRUE(begins("call-1"));
  EXPECT_EQ(ask(protocol::Ping{}), protocol::ReplyBody(protocol::Pong{false, 1}));
  ask(protocol::Drain{true});
  EXPECT_EQ(ask(protocol::Ping{}), protocol::ReplyBody(protocol::Pong{true, 1}));
}

}  // namespace
}  // namespace osrtp::testing
