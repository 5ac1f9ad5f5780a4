// Sound that was encrypted and comes back on another m-line: what has no keys there is a downgrade too.
#include "support/dialog.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::SecurityState;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
const std::string kPlainSound = "m=audio 4010 RTP/AVP 8\r\n";
const std::string kNoSound = "m=audio 0 RTP/AVP 8\r\n";

class MovedLine : public Dialog {
 protected:
  std::string of(const Phone& phone) const { return phone.sdp("RTP/AVP", {phone.crypto(1, kSuite)}); }
  void start() {
    const auto to_b = offer(Leg::kCaller, of(a));
    const auto to_a = answer(Leg::kCallee, of(b));
    a.key(of(a), to_a, to_a);
    b.key(of(b), to_b, of(b));
  }
  void expect_downgrade(Leg by, const std::string& sdp) {
    const auto refused = try_offer(by, sdp);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "Refused by policy: downgrade-refused");
  }
};

TEST_F(MovedLine, WithoutKeysIsADowngrade) {
  options.caller = Policy::kPrefer;
  start();
  expect_downgrade(Leg::kCaller, a.sdp("RTP/AVP", {}, 0) + kPlainSound);
  EXPECT_TRUE(talk(1));
}

TEST_F(MovedLine, BehindAFaxInItsPlaceIsADowngradeAndTheFaxIsNot) {
  options.callee = Policy::kPrefer;
  start();
  const std::string fax =
      "v=0\r\no=phone 1 2 IN IP4 198.51.100.2\r\ns=-\r\nc=IN IP4 198.51.100.2\r\nt=0 0\r\n"
      "m=image 4010 udptl t38\r\n";
  const std::string to_a = offer(Leg::kCallee, fax + kPlainSound);
  EXPECT_NE(to_a.find("m=audio 0 RTP/AVP 8\r\n"), std::string::npos) << to_a;
  EXPECT_EQ(to_a.find("m=image 0"), std::string::npos) << to_a;
}

TEST_F(MovedLine, DeclinedByAnAnswerIsADowngrade) {
  options.callee = Policy::kPrefer;
  start();
  offer(Leg::kCaller, of(a) + kPlainSound);
  answer(Leg::kCallee, b.sdp("RTP/AVP", {}, 0) + kPlainSound);
  protocol::Query query;
  query.call_id = "call-1";
  const auto reply = exchange.registry.query(query, exchange.now());
  bool reported = false;
  for (const auto& entry : reply->call.security) {
    if (entry.leg != Leg::kCallee || entry.media != 1) continue;
    EXPECT_EQ(entry.state, SecurityState::kFailed);
    EXPECT_EQ(entry.reason, protocol::Reason::kDowngradeRefused);
    reported = true;
  }
  EXPECT_TRUE(reported);
}

TEST_F(MovedLine, WithKeysRuns) {
  options.caller = Policy::kPrefer;
  start();
  const std::string keyed = kPlainSound + a.crypto(1, kSuite) + "\r\n";
  offer(Leg::kCaller, a.sdp("RTP/AVP", {}, 0) + keyed);
  const std::string to_a = answer(Leg::kCallee, b.sdp("RTP/AVP", {}, 0) + kPlainSound);
  EXPECT_NE(to_a.find("a=crypto:1 "), std::string::npos) << to_a;
}

TEST_F(MovedLine, BesideTheEncryptedOneIsAStreamOfItsOwn) {
  options.caller = options.callee = Policy::kPrefer;
  start();
  offer(Leg::kCaller, of(a) + kPlainSound);
  const std::string to_a = answer(Leg::kCallee, of(b) + kPlainSound);
  EXPECT_EQ(to_a.find(kNoSound), std::string::npos) << to_a;
}

TEST_F(MovedLine, OfAnotherKindIsAStreamOfItsOwn) {
  options.caller = options.callee = Policy::kPrefer;
  start();
  const std::string picture = "m=video 4010 RTP/AVP 97\r\n";
  EXPECT_TRUE(try_offer(Leg::kCaller, a.sdp("RTP/AVP", {}, 0) + picture));
}

TEST_F(MovedLine, MayBePlainWhereADowngradeMayBe) {
  options.caller_signalling = protocol::Signalling::kEncrypted;
  start();
  EXPECT_TRUE(try_offer(Leg::kCaller, a.sdp("RTP/AVP", {}, 0) + kPlainSound));
}

}  // namespace
}  // namespace osrtp::testing
