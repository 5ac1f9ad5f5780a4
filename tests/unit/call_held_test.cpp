// A peer that is held with c=0.0.0.0 gets neither RTP nor RTCP, whatever its a=rtcp line names (RFC 3264 section 8.4).
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/octets.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

constexpr std::uint16_t kCalleesRtp = 30002;
constexpr std::uint16_t kCalleesRtcp = 30003;

std::string with_connection(std::string sdp, const std::string& connection, const std::string& attributes) {
  const auto at = sdp.find("c=");
  sdp.replace(at, sdp.find("\r\n", at) - at, "c=" + connection);
  return sdp + attributes;
}

class CallHeld : public ::testing::TestWithParam<const char*> {
 protected:
  void offer_and_answer(const std::string& sdp) {
    auto request = exchange.offer(sdp);
    request.to_tag = "callee";
    ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
    ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now()));
  }
  Result<FakePlane::Sent, relay::Drop> receive(std::uint16_t port, const std::vector<std::uint8_t>& packet) {
    Endpoint from = b.rtp();
    if (port == kCalleesRtcp) from.port = from.port.implied_rtcp().value();
    return exchange.plane.receive(port, from, packet, exchange.now().steady);
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
  std::vector<std::uint8_t> report = from_hex("80c90001cafebabe");
};

TEST_P(CallHeld, GetsNeitherRtpNorRtcp) {
  const std::string rtcp = "a=rtcp:4001 IN IP4 198.51.100.1\r\n";
  offer_and_answer(a.sdp("RTP/AVP") + rtcp);
  ASSERT_TRUE(receive(kCalleesRtp, b.clear(1)));
  ASSERT_TRUE(receive(kCalleesRtcp, report));

  offer_and_answer(with_connection(a.sdp("RTP/AVP"), GetParam(), rtcp));
  for (const auto& sent : {receive(kCalleesRtp, b.clear(2)), receive(kCalleesRtcp, report)}) {
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error(), relay::Drop::kHeld);
  }
}

INSTANTIATE_TEST_SUITE_P(Addresses, CallHeld,
                         ::testing::Values("IN IP4 0.0.0.0", "IN IP6 ::", "IN IP6 ::ffff:0.0.0.0"));

}  // namespace
}  // namespace osrtp::testing
