// What a report says of a line while a re-offer is under way, or was refused: what the last answer made of it.
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";

class CallReoffer : public ::testing::Test {
 protected:
  void offer(const std::string& proto, const std::string& to_tag = {}) {
    auto request = exchange.offer(a.sdp(proto, {a.crypto(1, kSuite)}));
    request.to_tag = to_tag;
    request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOff);
    ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  }
  void answer(const std::string& proto) {
    ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp(proto)), exchange.now()));
  }
  std::vector<std::string> protocols() {
    protocol::Query query;
    query.call_id = "call-1";
    const auto reply = exchange.registry.query(query, exchange.now());
    std::vector<std::string> all;
    for (const auto& party : reply->call.parties)
      all.push_back(party.medias.at(0).type + " " + party.medias[0].protocol);
    return all;
  }
  using Protocols = std::vector<std::string>;

  Exchange exchange;
  Phone a{1};
  Phone b{2};
};

TEST_F(CallReoffer, AFirstOfferIsReportedAsItIs) {
  offer("RTP/AVP");
  EXPECT_EQ(protocols(), (Protocols{"audio RTP/AVP", "audio RTP/AVP"}));
  offer("RTP/SAVPF");
  EXPECT_EQ(protocols(), (Protocols{"audio RTP/SAVPF", "audio RTP/AVPF"}));
}

TEST_F(CallReoffer, ChangesNothingThatIsReportedBeforeItsAnswer) {
  offer("RTP/AVP");
  answer("RTP/AVP");
  offer("RTP/SAVPF", "callee");
  EXPECT_EQ(protocols(), (Protocols{"audio RTP/AVP", "audio RTP/AVP"}));
  answer("RTP/AVPF");
  EXPECT_EQ(protocols(), (Protocols{"audio RTP/SAVPF", "audio RTP/AVPF"}));
}

TEST_F(CallReoffer, OfAnotherKindIsReportedOnceAnswered) {
  offer("RTP/AVP");
  answer("RTP/AVP");
  auto request = exchange.offer(a.sdp("udptl").replace(a.sdp("udptl").find("audio"), 5, "image"));
  request.to_tag = "callee";
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  EXPECT_EQ(protocols(), (Protocols{"audio RTP/AVP", "audio RTP/AVP"}));
  answer("udptl");
  EXPECT_EQ(protocols(), (Protocols{"image udptl", "image udptl"}));
}

}  // namespace
}  // namespace osrtp::testing
