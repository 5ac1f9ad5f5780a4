// ICE on a leg of a call, of which the relay is the lite side: whose address counts, and when.
#include <gtest/gtest.h>

#include "support/dtls_call.hpp"
#include "support/matrix.hpp"
#include "support/stun.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::SecurityState;

const Endpoint kWifi = *Endpoint::parse("203.0.113.5:50000");
const Endpoint kMobile = *Endpoint::parse("203.0.113.99:60000");
const Endpoint kStranger = *Endpoint::parse("203.0.113.66:9");
constexpr std::uint16_t kCallersPort = 30000;
constexpr std::uint16_t kCalleesPort = 30002;

Lines ice(const std::string& ufrag) {
  return {"a=ice-ufrag:" + ufrag, "a=ice-pwd:theirpassword0123456789", "a=rtcp-mux"};
}

/// A check that nominates, under the credentials that our SDP names.
Check nomination(const std::string& ours, const std::string& their_ufrag) {
  Check check{.username = value(ours, "ice-ufrag") + ":" + their_ufrag, .password = value(ours, "ice-pwd")};
  check.use_candidate = true;
  return check;
}

std::string at_nowhere(std::string sdp) {
  sdp.replace(sdp.find("m=audio 4000"), 12, "m=audio 9");
  const auto at = sdp.find("c=IN IP4 ");
  return sdp.replace(at, sdp.find("\r\n", at) - at, "c=IN IP4 0.0.0.0");
}

class IceCall : public DtlsCall {
 protected:
  static protocol::OsrtpOptions browser_at(Leg where) {
    auto options = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
    (where == Leg::kCaller ? options.caller_peer : options.callee_peer) = protocol::Peer::kWebrtc;
    return options;
  }
  /// How many datagrams a check makes us send, each of them to whom it came from.
  std::size_t replies(std::uint16_t port, const Endpoint& from, const Check& check) {
    std::ignore = receive(port, from, check.octets());
    std::size_t count = 0;
    for (const auto& sent : exchange.plane.take_sent()) count += sent.packet[0] < 20 && sent.to == from ? 1 : 0;
    return count;
  }
  /// A browser answers, checks from kWifi and shakes hands.
  void start() {
    offered = offer(a.sdp("RTP/AVP"), browser_at(Leg::kCallee));
    answer(b.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("active") + ice("them")));
    ASSERT_EQ(replies(kCalleesPort, kWifi, nomination(offered, "them")), 1U);
    ASSERT_EQ(shake(browser, kCalleesPort, kWifi), 0U);
    ASSERT_TRUE(browser.is_connected());
  }
  /// @return what we answer
  std::string reoffer_by_browser(const Lines& lines) {
    auto request = exchange.offer(b.sdp("UDP/TLS/RTP/SAVPF", lines));
    request.from_tag = "callee";
    request.to_tag = "caller";
    offer(request);
    auto answer_of_a = exchange.answer(a.sdp("RTP/AVP"));
    answer_of_a.from_tag = "callee";
    answer_of_a.to_tag = "caller";
    return answer(answer_of_a);
  }
  /// Where a packet of A goes that the browser can read; nothing: it does not leave.
  std::optional<Endpoint> reaches() {
    const auto sent = receive(kCallersPort, a.rtp(), a.packet(++sequence_));
    if (!sent) return std::nullopt;
    EXPECT_EQ(browser.open_rtp(sent->packet), a.clear(sequence_));
    return sent->to;
  }

  DtlsPhone browser{dtls::Role::kActive, phone_identity(), exchange.now().steady};
  std::string offered;

 private:
  std::uint16_t sequence_ = 0;
};

TEST_F(IceCall, RestartByTheBrowserIsAnsweredWithNewCredentials) {
  start();
  const std::string answered = reoffer_by_browser(dtls_lines("actpass") + ice("them2"));
  EXPECT_FALSE(value(answered, "ice-ufrag").empty());
  EXPECT_NE(value(answered, "ice-ufrag"), value(offered, "ice-ufrag"));
  EXPECT_NE(value(answered, "ice-pwd"), value(offered, "ice-pwd"));
}

TEST_F(IceCall, MediaGoesToTheOldAddressUntilTheRestartHasNominated) {
  start();
  const std::string answered = reoffer_by_browser(dtls_lines("actpass") + ice("them2"));
  EXPECT_EQ(reaches(), kWifi);
  EXPECT_EQ(replies(kCalleesPort, kWifi, nomination(offered, "them")), 1U) << "consent to the old one";
  EXPECT_EQ(replies(kCalleesPort, kMobile, nomination(offered, "them")), 0U) << "nothing new under the old one";
  EXPECT_EQ(reaches(), kWifi);
  EXPECT_EQ(replies(kCalleesPort, kMobile, nomination(answered, "them2")), 1U);
  EXPECT_EQ(reaches(), kMobile);
}

TEST_F(IceCall, RestartLeavesTheKeysAlone) {
  start();
  reoffer_by_browser(dtls_lines("actpass") + ice("them2"));
  EXPECT_TRUE(exchange.plane.take_sent().empty());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
  const auto heard = receive(kCalleesPort, kWifi, browser.seal_rtp(b.clear(5)));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->packet, b.clear(5));
}

TEST_F(IceCall, SameCredentialsAgainAreNoRestart) {
  start();
  const std::string answered = reoffer_by_browser(dtls_lines("actpass") + ice("them"));
  EXPECT_EQ(value(answered, "ice-ufrag"), value(offered, "ice-ufrag"));
  EXPECT_EQ(value(answered, "ice-pwd"), value(offered, "ice-pwd"));
  EXPECT_EQ(reaches(), kWifi);
}

TEST_F(IceCall, AnswerThatComesTwiceRestartsOnce) {
  start();
  const std::string first = reoffer_by_browser(dtls_lines("actpass") + ice("them2"));
  auto again = exchange.answer(a.sdp("RTP/AVP"));
  again.from_tag = "callee";
  again.to_tag = "caller";
  EXPECT_EQ(value(answer(again), "ice-ufrag"), value(first, "ice-ufrag"));
}

TEST_F(IceCall, OurOwnOfferRestartsNothing) {
  start();
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.to_tag = "callee";
  const std::string again = offer(request);
  EXPECT_EQ(value(again, "ice-ufrag"), value(offered, "ice-ufrag"));
  EXPECT_EQ(reaches(), kWifi);
  answer(b.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("active") + ice("them")));
  EXPECT_EQ(reaches(), kWifi);
}

TEST_F(IceCall, NobodyWithoutThePasswordGetsAReply) {
  start();
  Check wrong = nomination(offered, "them");
  wrong.password = "notthepassword0123456789";
  EXPECT_EQ(replies(kCalleesPort, kStranger, wrong), 0U);
  EXPECT_EQ(replies(kCalleesPort, kWifi, wrong), 0U);
  EXPECT_EQ(reaches(), kWifi);
  EXPECT_EQ(stands(Leg::kCallee).dropped.at("authentication"), 2U);
}

TEST_F(IceCall, ChecksOnALegWithoutIceGetNoReply) {
  start();
  EXPECT_EQ(replies(kCallersPort, a.rtp(), nomination(offered, "them")), 0U);
}

TEST_F(IceCall, ConsentIsGivenLongAfterTheCallBegan) {
  start();
  for (int minute = 0; minute < 120; ++minute) {
    exchange.advance(std::chrono::minutes(1));
    ASSERT_EQ(replies(kCalleesPort, kWifi, nomination(offered, "them")), 1U);
    ASSERT_TRUE(receive(kCallersPort, a.rtp(), a.packet(static_cast<std::uint16_t>(1000 + minute))));
    exchange.registry.expire(exchange.now());
  }
  EXPECT_EQ(exchange.registry.size(), 1U);
}

TEST_F(IceCall, BrowserWithoutCandidatesYetIsNotOnHold) {
  offered = offer(a.sdp("RTP/AVP"), browser_at(Leg::kCallee));
  answer(at_nowhere(b.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("active") + ice("them") + Lines{"a=ice-options:trickle"})));
  EXPECT_EQ(replies(kCalleesPort, kWifi, nomination(offered, "them")), 1U);
  shake(browser, kCalleesPort, kWifi);
  ASSERT_TRUE(browser.is_connected());
  EXPECT_EQ(reaches(), kWifi);
  exchange.advance(std::chrono::seconds(61));  // longer than media may be missing, much shorter than a hold may last
  exchange.registry.expire(exchange.now());
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(IceCall, CallerWithoutCandidatesYetIsOfferedOnAsItIs) {
  const Lines trickle{"a=ice-options:trickle", "a=candidate:1 1 UDP 2130706431 198.51.100.1 4000 typ host",
                      "a=candidate:2 1 UDP 1 host-name.local 9 typ host", "a=end-of-candidates"};
  for (const Lines& more : {Lines{}, trickle}) {
    const std::string sdp = offer(at_nowhere(a.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("actpass") + ice("them") + more)),
                                  browser_at(Leg::kCaller));
    EXPECT_TRUE(has(sdp, "c=IN IP4 192.0.2.10"));
    EXPECT_FALSE(has(sdp, "0.0.0.0"));
    EXPECT_FALSE(has(sdp, "a=candidate"));
    EXPECT_FALSE(has(sdp, "end-of-candidates"));
    EXPECT_FALSE(has(sdp, "a=ice-"));
    EXPECT_TRUE(has(sdp, "a=sendrecv"));
  }
}

TEST_F(IceCall, TwoLiteSidesSendToWhereTheSdpSays) {
  offered = offer(a.sdp("RTP/AVP"), browser_at(Leg::kCallee));
  std::string lite = b.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("active") + ice("them"));
  lite.insert(lite.find("m=audio"), "a=ice-lite\r\n");
  answer(lite);
  shake(browser, kCalleesPort, b.rtp());
  ASSERT_TRUE(browser.is_connected());
  EXPECT_EQ(reaches(), b.rtp());
}

TEST_F(IceCall, AnswerWithoutIceIsOfAPeerWithout) {
  offered = offer(a.sdp("RTP/AVP"), browser_at(Leg::kCallee));
  answer(b.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("active") + Lines{"a=rtcp-mux"}));
  EXPECT_EQ(exchange.plane.take_sent().size(), 1U) << "a request that opens a NAT, as without ICE";
  EXPECT_EQ(replies(kCalleesPort, b.rtp(), nomination(offered, "them")), 0U);
  shake(browser, kCalleesPort, b.rtp());
  ASSERT_TRUE(browser.is_connected());
  EXPECT_EQ(reaches(), b.rtp());
}

TEST_F(IceCall, PlainPhoneWithIceIsAnsweredWithIt) {
  offer(a.sdp("RTP/AVP", ice("them")));
  const std::string answered = answer(b.sdp("RTP/AVP"));
  EXPECT_TRUE(has(answered, "m=audio 30000 RTP/AVP "));
  EXPECT_TRUE(has(answered, "a=ice-lite"));
  EXPECT_FALSE(has(answered, "a=fingerprint"));
  ASSERT_EQ(replies(kCallersPort, kWifi, nomination(answered, "them")), 1U);
  const auto to_a = receive(kCalleesPort, b.rtp(), b.packet(1));
  ASSERT_TRUE(to_a);
  EXPECT_EQ(to_a->to, kWifi);
  EXPECT_EQ(to_a->packet, b.clear(1));
  const auto to_b = receive(kCallersPort, kWifi, a.packet(2));
  ASSERT_TRUE(to_b);
  EXPECT_EQ(to_b->packet, a.clear(2));
}

TEST_F(IceCall, PlainMediaIsTakenFromTheNominatedAddressAlone) {
  offer(a.sdp("RTP/AVP", ice("them")));
  const std::string answered = answer(b.sdp("RTP/AVP"));
  EXPECT_FALSE(receive(kCalleesPort, b.rtp(), b.packet(1))) << "nothing is nominated";
  EXPECT_FALSE(receive(kCallersPort, a.rtp(), a.packet(1)));
  ASSERT_EQ(replies(kCallersPort, kWifi, nomination(answered, "them")), 1U);
  EXPECT_FALSE(receive(kCallersPort, kStranger, a.packet(2)));
  EXPECT_FALSE(receive(kCallersPort, a.rtp(), a.packet(3)));
  EXPECT_TRUE(receive(kCallersPort, kWifi, a.packet(4)));
}

TEST_F(IceCall, BadAnswerInTheMiddleKeepsPathAndKeys) {
  start();
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.to_tag = "callee";
  offer(request);
  answer(b.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("holdconn") + ice("them")));
  EXPECT_FALSE(reaches());
  EXPECT_EQ(replies(kCalleesPort, kWifi, nomination(offered, "them")), 1U);
  answer(b.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("active") + ice("them")));
  EXPECT_TRUE(exchange.plane.take_sent().empty());
  EXPECT_EQ(reaches(), kWifi);
}

}  // namespace
}  // namespace osrtp::testing
