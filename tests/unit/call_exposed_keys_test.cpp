// Keys that go over signalling of which nobody knows whether it is encrypted are reported, once for each leg.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Policy;
using protocol::Signalling;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";

class CallExposedKeys : public ::testing::Test {
 protected:
  /// Names of the legs that the warnings of the last request speak of.
  std::vector<std::string> exposed() {
    std::vector<std::string> legs;
    for (const std::string& warning : exchange.registry.take_warnings()) {
      if (!warning.starts_with("key-exposed-unknown: ")) continue;
      legs.emplace_back(warning.find("caller's") != std::string::npos ? "caller" : "callee");
    }
    return legs;
  }
  std::vector<std::string> offer(const std::vector<std::string>& crypto) {
    auto request = exchange.offer(a.sdp("RTP/AVP", crypto));
    request.osrtp = options;
    EXPECT_TRUE(exchange.registry.offer(request, exchange.now()));
    return exposed();
  }
  std::vector<std::string> answer(const std::vector<std::string>& crypto) {
    auto request = exchange.answer(b.sdp("RTP/AVP", crypto));
    EXPECT_TRUE(exchange.registry.answer(request, exchange.now()));
    return exposed();
  }
  using Legs = std::vector<std::string>;

  Exchange exchange;
  Phone a{1};
  Phone b{2};
  protocol::OsrtpOptions options = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
};

TEST_F(CallExposedKeys, OfBothLegsAreReportedInOfferAndAnswer) {
  options.caller_signalling = options.callee_signalling = Signalling::kUnknown;
  EXPECT_EQ(offer({a.crypto(1, kSuite)}), (Legs{"caller", "callee"}));
  EXPECT_EQ(answer({b.crypto(4, kSuite)}), (Legs{"caller", "callee"}));
}

TEST_F(CallExposedKeys, AreReportedForTheLegWhoseHopIsUnknown) {
  options.callee_signalling = Signalling::kUnknown;
  EXPECT_EQ(offer({a.crypto(1, kSuite)}), (Legs{"callee"}));
  EXPECT_EQ(answer({b.crypto(4, kSuite)}), (Legs{"callee"}));
}

TEST_F(CallExposedKeys, AreNotReportedWhereThereAreNone) {
  options.caller_signalling = options.callee_signalling = Signalling::kUnknown;
  EXPECT_EQ(offer({}), (Legs{"callee"}));
  EXPECT_EQ(answer({}), Legs{});
}

TEST_F(CallExposedKeys, AreNotReportedOverEncryptedSignalling) {
  EXPECT_EQ(offer({a.crypto(1, kSuite)}), Legs{});
  EXPECT_EQ(answer({b.crypto(4, kSuite)}), Legs{});
}

TEST_F(CallExposedKeys, OfAClientWithoutOurWordsAreReportedToo) {
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(a.sdp("RTP/AVP", {a.crypto(1, kSuite)})), exchange.now()));
  EXPECT_EQ(exposed(), (Legs{"caller", "callee"}));
}

}  // namespace
}  // namespace osrtp::testing
