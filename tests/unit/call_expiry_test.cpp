// When a call is over by itself: while it rings, on hold, and when its legs never got their keys.
#include <gtest/gtest.h>

#include <algorithm>

#include "sdp/fingerprint.hpp"
#include "support/dtls_phone.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Policy;
using std::chrono::seconds;

constexpr std::uint16_t kCallersPort = 30000;
const std::string kHead = "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n";
const std::string kAudio = "m=audio 4000 RTP/AVP 0\r\n";
const std::string kVideo = "m=video 4002 RTP/AVP 97\r\n";
const std::string kInactive = "a=inactive\r\n";

class CallExpiry : public ::testing::Test {
 protected:
  void offer(const std::string& sdp) {
    auto request = exchange.offer(sdp);
    request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
    ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  }
  void answer(const std::string& sdp, int code = 200) {
    auto request = exchange.answer(sdp);
    request.sip_code = code;
    ASSERT_TRUE(exchange.registry.answer(request, exchange.now()));
  }
  bool lives() {
    exchange.registry.expire(exchange.now());
    return exchange.registry.size() == 1;
  }
  bool lives_after(seconds time) {
    exchange.advance(time);
    return lives();
  }
  bool ended_for(std::string_view why) {
    return std::any_of(exchange.log.begin(), exchange.log.end(), [&](const std::string& line) {
      return line.find("event=end why=" + std::string(why) + " ") != std::string::npos;
    });
  }
  /// The caller talks on, a packet a second, while handshakes run; up to `time`, or until the call is over.
  bool lives_while_talking(seconds time) {
    for (auto left = time; left > seconds(0) && lives(); left -= seconds(1)) {
      exchange.advance(seconds(1));
      exchange.plane.handle_timeout(exchange.now().steady);
      std::ignore = exchange.plane.receive(kCallersPort, a.rtp(), a.clear(++sequence), exchange.now().steady);
    }
    return lives();
  }
  /// A fingerprint in the answer, and a phone behind it that never shakes hands.
  std::string answer_with_dtls(const std::string& setup) const {
    return b.sdp("RTP/AVP",
                 {sdp::format_fingerprint(phone_identity()->fingerprint(HashFunction::kSha256)), "a=setup:" + setup});
  }

  Exchange exchange{{}, relay_identity()};
  Phone a{1};
  Phone b{2};
  std::uint16_t sequence = 0;
};

TEST_F(CallExpiry, AProgressingCallRingsAsLongAsAnyOther) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP"), 183);
  EXPECT_TRUE(lives_after(seconds(179)));
  EXPECT_FALSE(lives_after(seconds(1)));
}

TEST_F(CallExpiry, EndsInSilenceOncePickedUp) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP"), 183);
  EXPECT_TRUE(lives_after(seconds(100)));
  answer(b.sdp("RTP/AVP"), 200);
  EXPECT_TRUE(lives_after(seconds(59)));
  EXPECT_FALSE(lives_after(seconds(1)));
  EXPECT_TRUE(ended_for("media-timeout"));
}

TEST_F(CallExpiry, AnAnswerWithoutACodeIsTakenAsPickedUp) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP"), 0);
  EXPECT_FALSE(lives_after(seconds(60)));
}

TEST_F(CallExpiry, OneInactiveLineIsNoCallOnHold) {
  offer(kHead + kAudio + kVideo + kInactive);
  answer(kHead + kAudio + kVideo + kInactive);
  EXPECT_FALSE(lives_after(seconds(60)));
}

TEST_F(CallExpiry, AllLinesOfOnePartyOnHoldAreACallOnHold) {
  offer(kHead + kAudio + kInactive + kVideo + kInactive);
  answer(kHead + kAudio + kVideo);
  EXPECT_TRUE(lives_after(seconds(3599)));
  EXPECT_FALSE(lives_after(seconds(1)));
}

TEST_F(CallExpiry, ARefusedLineDoesNotCountAgainstHold) {
  offer(kHead + kAudio + kInactive + kVideo);
  answer(kHead + kAudio + "m=video 0 RTP/AVP 97\r\n");
  EXPECT_TRUE(lives_after(seconds(3599)));
}

TEST_F(CallExpiry, TalkIntoALegWhoseHandshakeFailedIsNoCall) {
  offer(a.sdp("RTP/AVP"));
  answer(answer_with_dtls("passive"));
  EXPECT_TRUE(lives_while_talking(seconds(60)));  // the handshake has its time, and then the call has
  EXPECT_FALSE(lives_while_talking(seconds(60)));
  EXPECT_TRUE(ended_for("keying-failed"));
}

TEST_F(CallExpiry, TalkIntoALegThatNeverShookHandsIsNoCall) {
  offer(a.sdp("RTP/AVP"));
  answer(answer_with_dtls("active"));
  EXPECT_FALSE(lives_while_talking(seconds(200)));
  EXPECT_TRUE(ended_for("keying-failed"));
}

TEST_F(CallExpiry, OneLineThatPassesIsACall) {
  offer(kHead + kAudio + kVideo);
  answer(kHead + kAudio + "m=video 0 RTP/AVP 97\r\n");
  EXPECT_TRUE(lives_while_talking(seconds(200)));
}

}  // namespace
}  // namespace osrtp::testing
