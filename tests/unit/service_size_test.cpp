// No reply outgrows a datagram, and what is too big is refused before it changes anything.
#include <gtest/gtest.h>

#include "control/fit.hpp"
#include "control/service.hpp"
#include "protocol/codec.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

constexpr std::size_t kDatagram = 65'507;

class ServiceSize : public ::testing::Test {
 protected:
  std::string ask(const protocol::Request& request) {
    const std::string cookie = "c" + std::to_string(++asked) + std::string(240, '.');
    return service.handle(cookie + " " + *protocol::encode_request(request), exchange.now());
  }
  /// As many m-lines as may be, each to be answered with all that we can add, and lines of `filler` up to `octets`.
  std::string sdp(std::size_t octets, const std::string& filler) const {
    std::string body = "v=0\no=- 1 1 IN IP4 198.51.100.1\ns=-\nc=IN IP4 198.51.100.1\nt=0 0\n";
    for (int n = 0; n < 16; ++n) body += "m=audio " + std::to_string(4000 + 2 * n) + " RTP/AVP 0\na=rtcp-mux\n";
    const std::size_t have = protocol::encoded_size(body);
    const std::size_t lines = octets > have ? (octets - have) / protocol::encoded_size(filler) : 0;
    for (std::size_t n = 0; n < lines; ++n) body += filler;
    return body;
  }
  protocol::QueryReply state() { return *exchange.registry.query(protocol::Query{"call-1", "", ""}, exchange.now()); }

  Exchange exchange;
  control::Service service{exchange.registry, [](LogLevel, std::string_view) {}, exchange.now()};
  int asked = 0;
};

class ServiceSizes : public ServiceSize, public ::testing::WithParamInterface<std::string> {};

TEST_P(ServiceSizes, WhateverIsAcceptedHasAReplyThatFits) {
  int accepted = 0;
  for (std::size_t octets = 1000; octets < 60'000; octets += 1000) {
    auto offer = exchange.offer(sdp(octets, GetParam()));
    offer.call_id = "call-" + std::to_string(octets);
    auto answer = exchange.answer(offer.sdp);
    answer.call_id = offer.call_id;
    for (const auto& reply : {ask(offer), ask(answer)}) {
      EXPECT_LE(reply.size(), kDatagram) << octets;
      EXPECT_EQ(reply.find(R"("error-code":"internal")"), std::string::npos) << octets;
      accepted += reply.ends_with(R"("result":"ok"})") ? 1 : 0;
    }
    ask(protocol::Delete{offer.call_id, "", "", "", {}, 0});
  }
  EXPECT_GT(accepted, 10);
  EXPECT_LT(accepted, 100);  // the size was what refused the others
}

INSTANTIATE_TEST_SUITE_P(Fillers, ServiceSizes,
                         ::testing::Values("a=x:\001\001\001\001\001\001\001\001\n", "a=x:\xff\xff\xff\n",
                                           "a=x:\"\\\"\\\r\n", "a=\n",
                                           "a=x:plain and long, as most lines of an SDP are\r\n"));

TEST_F(ServiceSize, ATooBigOfferOrAnswerIsBadSdpAndChangesNothing) {
  const auto big = [&](std::string body) {
    while (body.size() < 20'000) body += "a=x:\001\001\001\001\r\n";
    return body;
  };
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(Phone(1).sdp("RTP/AVP")), exchange.now()));
  const auto before = state();
  auto refused = ask(exchange.answer(big(Phone(2).sdp("RTP/AVP"))));
  EXPECT_NE(refused.find(R"("error-code":"bad-sdp")"), std::string::npos) << refused;
  refused = ask(exchange.offer(big(Phone(1).sdp("RTP/AVP"))));
  EXPECT_NE(refused.find(R"("error-code":"bad-sdp")"), std::string::npos);
  EXPECT_EQ(state(), before);
}

TEST_F(ServiceSize, WarningsMakeRoomForTheAnswer) {
  protocol::Offer offer = exchange.offer(sdp(20'000, "a=x:some text\r\n"));
  offer.flags = {std::string(30'000, 'f')};
  const auto reply = ask(offer);
  EXPECT_LE(reply.size(), kDatagram);
  EXPECT_TRUE(reply.ends_with(R"("result":"ok"})")) << reply.substr(240, 300);
}

TEST_F(ServiceSize, AQueryOfManyBranchesAndALongListFit) {
  for (int branch = 0; branch < 32; ++branch) {
    auto offer = exchange.offer(sdp(3000, "a=x:y\r\n"));
    offer.via_branch = std::to_string(branch);
    ASSERT_TRUE(exchange.registry.offer(offer, exchange.now()));
    if (exchange.plane.open_port_pairs() > 900) break;
  }
  for (const auto& reply :
       {ask(protocol::Query{"call-1", "", ""}), ask(protocol::Delete{"call-1", "", "", "", {}, 0})}) {
    EXPECT_LE(reply.size(), kDatagram);
    EXPECT_TRUE(reply.find("the reply is full") != std::string::npos && reply.find("security") != std::string::npos);
  }
  for (int n = 0; n < 300; ++n) {
    auto offer = exchange.offer(Phone(1).sdp("RTP/AVP"));
    offer.call_id = std::to_string(n) + std::string(1000, 'i');
    ASSERT_TRUE(exchange.registry.offer(offer, exchange.now()));
  }
  const auto listed = ask(protocol::List{1000});
  EXPECT_LE(listed.size(), kDatagram);
  EXPECT_NE(listed.find("iii"), std::string::npos);
}

TEST_F(ServiceSize, ACookieThatTakesTheRoomOfTheAnswerGetsNone) {
  EXPECT_EQ(service.handle(std::string(257, 'c') + R"( {"command":"ping"})", exchange.now()), "");
  EXPECT_NE(service.handle(std::string(256, 'c') + R"( {"command":"ping"})", exchange.now()), "");
}

}  // namespace
}  // namespace osrtp::testing
