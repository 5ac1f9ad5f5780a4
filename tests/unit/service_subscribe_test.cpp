// Events, from a subscription to the datagram.
#include <gtest/gtest.h>

#include "control/service.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using std::chrono::seconds;

class ServiceSubscribe : public ::testing::Test {
 protected:
  std::string ask(const std::string& frame, std::string_view from) {
    return service.handle(frame, exchange.now(), from);
  }
  void talk() {
    ASSERT_TRUE(exchange.registry.offer(exchange.offer(Phone(1).sdp("RTP/AVP")), exchange.now()));
    ASSERT_TRUE(exchange.registry.answer(exchange.answer(Phone(2).sdp("RTP/AVP")), exchange.now()));
  }
  std::vector<control::Notice> after(seconds time) {
    exchange.advance(time);
    service.tick(exchange.now());
    return service.take_notices(exchange.now().steady);
  }

  Exchange exchange;
  control::Service service{exchange.registry, [](LogLevel, std::string_view) {}, exchange.now()};
};

TEST_F(ServiceSubscribe, IsToldOfSilenceAtItsAddressUnderItsCookie) {
  EXPECT_EQ(ask(R"(c1 {"command":"subscribe"})", "x"), R"(c1 {"seconds":60,"lost":0,"result":"ok"})");
  talk();
  const auto notices = after(seconds(30));
  ASSERT_EQ(notices.size(), 2U);  // both legs
  EXPECT_EQ(notices[0].address, "x");
  EXPECT_EQ(notices[0].frame,
            R"(c1 {"event":"silent","call-id":"call-1","from-tag":"caller","to-tag":"callee","leg":"caller","media":0,)"
            R"("state":"plain","reason":"peer-did-not-offer"})");
}

TEST_F(ServiceSubscribe, IsDoneAgainWhenRepeated) {
  const std::string frame = R"(c1 {"command":"subscribe","seconds":20})";
  ask(frame, "x");
  ask(frame, "y");  // another client, for all that their frames are the same
  exchange.advance(seconds(15));
  ask(frame, "x");
  talk();
  exchange.advance(seconds(10));
  service.unsent({"x", ""});
  service.unsent({"y", ""});
  EXPECT_EQ(ask(frame, "x"), R"(c1 {"seconds":20,"lost":1,"result":"ok"})");
  EXPECT_EQ(ask(frame, "y"), R"(c1 {"seconds":20,"lost":0,"result":"ok"})") << "had ended";
}

TEST_F(ServiceSubscribe, NeedsAnAddress) {
  EXPECT_NE(ask(R"(c1 {"command":"subscribe"})", "").find(R"("error-code":"bad-request")"), std::string::npos);
  talk();
  EXPECT_TRUE(after(seconds(30)).empty());
}

TEST_F(ServiceSubscribe, HearsNothingOfBefore) {
  talk();
  after(seconds(30));
  ask(R"(c1 {"command":"subscribe"})", "x");
  EXPECT_TRUE(service.take_notices(exchange.now().steady).empty());
}

}  // namespace
}  // namespace osrtp::testing
