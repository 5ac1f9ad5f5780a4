// Answers of a call that forks, or has forked: what they must leave behind, and whose they cannot be.
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::SecurityState;

const std::string kVideo = "m=video 4002 RTP/AVP 97\r\n";
const std::string kNoVideo = "m=video 0 RTP/AVP 97\r\n";

class CallStaleAnswer : public ::testing::Test {
 protected:
  void offer(const std::string& via) {
    auto request = exchange.offer(a.sdp("RTP/AVP") + kVideo);
    request.via_branch = via;
    ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  }
  protocol::SdpReply answer(const std::string& via, const std::string& sdp, int code) {
    auto request = exchange.answer(sdp);
    request.to_tag = "callee-" + via;
    request.via_branch = via;
    request.sip_code = code;
    const auto reply = exchange.registry.answer(request, exchange.now());
    EXPECT_TRUE(reply) << reply.error().reason;
    return reply ? *reply : protocol::SdpReply{};
  }
  static SecurityState callers_video(const protocol::SdpReply& reply) {
    for (const auto& entry : reply.security) {
      if (entry.leg == Leg::kCaller && entry.media == 1) return entry.state;
    }
    return SecurityState::kPending;
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
};

TEST_F(CallStaleAnswer, TheCallersLineOfALostForkEndsWithItWhereTheOneThatPicksUpRejectsIt) {
  offer("0");
  offer("1");
  EXPECT_EQ(callers_video(answer("0", b.sdp("RTP/AVP") + kVideo, 183)), SecurityState::kPlain);
  EXPECT_EQ(callers_video(answer("1", b.sdp("RTP/AVP") + kNoVideo, 200)), SecurityState::kFailed);
}

TEST_F(CallStaleAnswer, TheCallersLineOfAForkThatRingsRunsOnWhileAnotherRejectsIt) {
  offer("0");
  offer("1");
  answer("0", b.sdp("RTP/AVP") + kVideo, 183);
  EXPECT_EQ(callers_video(answer("1", b.sdp("RTP/AVP") + kNoVideo, 183)), SecurityState::kPlain);
}

TEST_F(CallStaleAnswer, WhoRepeatsThatItRingsStopsNoLineOfAnotherFork) {
  offer("0");
  offer("1");
  answer("0", b.sdp("RTP/AVP") + kVideo, 183);
  answer("1", b.sdp("RTP/AVP") + kNoVideo, 183);
  EXPECT_EQ(callers_video(answer("1", b.sdp("RTP/AVP") + kNoVideo, 183)), SecurityState::kPlain);
}

TEST_F(CallStaleAnswer, WhoRepeatsThatItRingsDoesNotTakeTheCallerFromTheForkThatTalks) {
  constexpr std::uint16_t kFirstForksPort = 30004;  // the caller's two lines, then the first fork's
  Phone c{3};
  offer("0");
  offer("1");
  answer("0", b.sdp("RTP/AVP") + kVideo, 183);
  answer("1", c.sdp("RTP/AVP") + kVideo, 183);
  const auto talks = [&](std::uint16_t sequence) {
    return exchange.plane.receive(kFirstForksPort, b.rtp(), b.packet(sequence), exchange.now().steady).has_value();
  };
  exchange.advance(relay::kEarlySilence);
  ASSERT_TRUE(talks(1));
  answer("1", c.sdp("RTP/AVP") + kVideo, 183);
  EXPECT_TRUE(talks(2));
}

TEST_F(CallStaleAnswer, ALineThatAnUpdateAddsWhileThePhoneRingsRuns) {
  constexpr std::uint16_t kCallersSecondPort = 30004;  // the first lines of both, then the second ones
  auto invite = exchange.offer(a.sdp("RTP/AVP"));
  invite.via_branch = "0";
  ASSERT_TRUE(exchange.registry.offer(invite, exchange.now()));
  answer("0", b.sdp("RTP/AVP"), 183);
  auto update = exchange.offer(a.sdp("RTP/AVP") + kVideo);
  update.to_tag = "callee-0";
  update.via_branch = "0";
  ASSERT_TRUE(exchange.registry.offer(update, exchange.now()));
  answer("0", b.sdp("RTP/AVP") + kVideo, 200);
  const Endpoint from{a.rtp().address, *Port::from(4002)};
  EXPECT_TRUE(exchange.plane.receive(kCallersSecondPort, from, a.clear(1), exchange.now().steady));
}

TEST_F(CallStaleAnswer, NobodyElseAnswersAReinviteOfACallWhoseInviteHadNoOffer) {
  auto late = exchange.offer(b.sdp("RTP/AVP"));
  late.from_tag = "callee";
  late.to_tag = "caller";
  late.via_branch = "0";
  late.osrtp.emplace();
  late.osrtp->offerer = Leg::kCallee;
  ASSERT_TRUE(exchange.registry.offer(late, exchange.now()));
  auto ack = exchange.answer(a.sdp("RTP/AVP"));
  ack.from_tag = "callee";
  ack.to_tag = "caller";
  ack.sip_code = 0;
  ASSERT_TRUE(exchange.registry.answer(ack, exchange.now()));
  auto reinvite = exchange.offer(a.sdp("RTP/AVP"));
  reinvite.to_tag = "callee";
  ASSERT_TRUE(exchange.registry.offer(reinvite, exchange.now()));
  auto foreign = exchange.answer(b.sdp("RTP/AVP"));
  foreign.to_tag = "stranger";
  foreign.via_branch = "0";
  const auto reply = exchange.registry.answer(foreign, exchange.now());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, protocol::ErrorCode::kOutOfOrder);
}

}  // namespace
}  // namespace osrtp::testing
