// The o= line that each end of a call sees, whoever wrote the SDP at hand (RFC 3264 §8).
#include <gtest/gtest.h>

#include <string>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
const std::string kOfA = "a 1 1 IN IP4 198.51.100.1";
const std::string kOfB = "b 5 100 IN IP4 198.51.100.2";

std::string with_origin(std::string sdp, const std::string& origin) {
  const auto at = sdp.find("o=");
  return sdp.replace(at, sdp.find("\r\n", at) - at, "o=" + origin);
}
std::string origin(const std::string& sdp) {
  const auto at = sdp.find("o=");
  return at == std::string::npos ? "" : sdp.substr(at + 2, sdp.find("\r\n", at) - at - 2);
}
std::string held(std::string sdp) { return sdp.replace(sdp.find("a=sendrecv"), 10, "a=sendonly"); }

class CallOrigin : public ::testing::Test {
 protected:
  using Reply = Result<protocol::SdpReply, protocol::Error>;

  /// The caller offers. @return what the callee gets
  std::string offer(const std::string& sdp, const std::string& to_tag = {}) {
    auto request = exchange.offer(sdp);
    request.to_tag = to_tag;
    request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
    return text(exchange.registry.offer(request, exchange.now()));
  }
  /// A phone of the callee's answers. @return what the caller gets
  std::string answer(const std::string& sdp, const std::string& tag = "callee", int code = 200) {
    auto request = exchange.answer(sdp);
    request.to_tag = tag;
    request.sip_code = code;
    return text(exchange.registry.answer(request, exchange.now()));
  }
  /// The callee offers. @return what the caller gets
  std::string offer_by_callee(const std::string& sdp) {
    auto request = exchange.offer(sdp);
    request.from_tag = "callee";
    request.to_tag = "caller";
    return text(exchange.registry.offer(request, exchange.now()));
  }
  std::string answer_by_caller(const std::string& sdp) {
    auto request = exchange.answer(sdp);
    request.from_tag = "callee";
    request.to_tag = "caller";
    return text(exchange.registry.answer(request, exchange.now()));
  }
  static std::string text(const Reply& reply) {
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().reason);
    return reply ? reply->sdp : "";
  }
  std::string of_a(const std::string& version = "1") {
    return with_origin(a.sdp("RTP/AVP", {a.crypto(1, kSuite)}), "a 1 " + version + " IN IP4 198.51.100.1");
  }
  std::string of_b(const std::string& version = "100") {
    return with_origin(b.sdp("RTP/AVP", {b.crypto(1, kSuite)}), "b 5 " + version + " IN IP4 198.51.100.2");
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
};

TEST_F(CallOrigin, OfTheFirstExchangeIsTheOtherPhones) {
  EXPECT_EQ(origin(offer(of_a())), kOfA);
  EXPECT_EQ(origin(answer(of_b())), kOfB);
}

TEST_F(CallOrigin, OfARefreshIsTheSameThoughThePhonesCount) {
  const std::string to_b = offer(of_a());
  const std::string to_a = answer(of_b());
  EXPECT_EQ(offer(of_a("2"), "callee"), to_b);
  EXPECT_EQ(answer(of_b("101")), to_a);
}

TEST_F(CallOrigin, OfAHoldRisesThoughThePhoneDoesNotCount) {
  offer(of_a());
  answer(of_b());
  EXPECT_EQ(origin(offer(held(of_a()), "callee")), "a 1 2 IN IP4 198.51.100.1");
  EXPECT_EQ(origin(answer(held(of_b()))), "b 5 101 IN IP4 198.51.100.2");
  EXPECT_EQ(origin(offer(of_a(), "callee")), "a 1 3 IN IP4 198.51.100.1");
}

TEST_F(CallOrigin, GoesOnFromAnswersToOffersOfTheSameSide) {
  const std::string to_b = offer(of_a());
  const std::string to_a = answer(of_b());
  EXPECT_EQ(origin(offer_by_callee(held(of_b()))), "b 5 101 IN IP4 198.51.100.2");
  EXPECT_EQ(origin(answer_by_caller(held(of_a("9")))), "a 1 2 IN IP4 198.51.100.1");
}

TEST_F(CallOrigin, StaysWhereATransferPutsAnotherPhoneBehindTheLeg) {
  offer(of_a());
  answer(of_b());
  Phone c(3);
  const std::string of_c = with_origin(c.sdp("RTP/AVP", {c.crypto(1, kSuite)}), "c 9 4000 IN IP4 198.51.100.3");
  // Our ports and our key to the caller are the same, so there is nothing that changed for it.
  EXPECT_EQ(origin(offer_by_callee(of_c)), "b 5 101 IN IP4 198.51.100.2") << "an offer has more suites than the answer";
  answer_by_caller(of_a());
  EXPECT_EQ(origin(offer_by_callee(held(of_c))), "b 5 102 IN IP4 198.51.100.2");
}

TEST_F(CallOrigin, OfAProvisionalAndTheFinalAnswerIsOne) {
  offer(of_a());
  const std::string early = answer(of_b(), "callee", 183);
  EXPECT_EQ(answer(of_b("101"), "callee", 200), early);
}

TEST_F(CallOrigin, OfForksThatAnswerInTurnIsEachForksOwn) {
  offer(of_a());
  const std::string one = answer(of_b(), "fork-1", 183);
  Phone c(3);
  const std::string of_c = with_origin(c.sdp("RTP/AVP", {c.crypto(1, kSuite)}), "c 9 4000 IN IP4 198.51.100.3");
  EXPECT_EQ(origin(answer(of_c, "fork-2", 183)), "c 9 4000 IN IP4 198.51.100.3");
  EXPECT_EQ(answer(of_b("500"), "fork-1", 200), one);
}

TEST_F(CallOrigin, ThatAnErrorKeptBackWasNotTold) {
  offer(of_a());
  answer(of_b());
  auto refused = exchange.offer(with_origin(a.sdp("RTP/AVP"), "a 1 7 IN IP4 198.51.100.1"));
  refused.to_tag = "callee";
  refused.osrtp = Exchange::options(Policy::kRequire, Policy::kOpportunistic);
  ASSERT_FALSE(exchange.registry.offer(refused, exchange.now()));
  ASSERT_FALSE(exchange.registry.answer(exchange.answer("v=0\r\n"), exchange.now()));
  EXPECT_EQ(origin(offer(held(of_a()), "callee")), "a 1 2 IN IP4 198.51.100.1");
  EXPECT_EQ(origin(answer(held(of_b()))), "b 5 101 IN IP4 198.51.100.2");
}

TEST_F(CallOrigin, OfTheInviteIsWhereEveryForkGoesOnFrom) {
  offer(of_a());
  answer(of_b(), "fork-1", 183);
  EXPECT_EQ(origin(offer(held(of_a()), "fork-1")), "a 1 2 IN IP4 198.51.100.1");
}

TEST_F(CallOrigin, WithOurAddressInItStaysOurs) {
  auto request = exchange.offer(of_a());
  request.replace = {"origin"};
  EXPECT_EQ(origin(text(exchange.registry.offer(request, exchange.now()))), "a 1 1 IN IP4 192.0.2.10");
  answer(of_b());
  request.sdp = held(of_a());
  request.to_tag = "callee";
  EXPECT_EQ(origin(text(exchange.registry.offer(request, exchange.now()))), "a 1 2 IN IP4 192.0.2.10");
}

}  // namespace
}  // namespace osrtp::testing
