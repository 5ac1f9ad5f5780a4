// A new key of the peer's, at the same address or at another: which counters go on, which of our keys, and for how long
// the older one is good (RFC 3711 §3.3.1, RFC 4568 §7.1.4).
#include <set>

#include "support/dialog.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;

class NewKeyOfThePeer : public SdesDialog {
 protected:
  /// A line with C's key, whoever's SDP it is in.
  std::string new_line() { return c.crypto(1, GetParam()); }
  /// B offers with a new key, from the same address or, as C, from another. @return what we answer.
  std::string reoffer_by_callee(const std::string& sdp) {
    offer(Leg::kCallee, sdp);
    return answer(Leg::kCaller, of_a());
  }
  std::string moved() { return c.sdp("RTP/AVP", {new_line()}); }
  void turn() {
    for (const int n : {65534, 65535, 0, 1}) ASSERT_TRUE(talk(static_cast<std::uint16_t>(n)));
  }
  /// C's packets, from B's address, under C's key, counted on from another phone's turn or not.
  Octets seal_new(std::uint16_t sequence, std::uint32_t turns) {
    const auto line = sdp::parse_crypto(new_line().substr(std::string("a=crypto:").size()));
    const srtp::Key key{line->suite, line->keys.at(0).key_salt.clone()};
    const srtp::Progress before{.ssrc = Ssrc(2), .index = std::uint64_t{turns} << 16U | 1U};
    auto out = srtp::Context::create(srtp::Direction::kOutbound, key, srtp::kDefaultReplayWindow, {&before, 1});
    Octets packet = b.clear(sequence);
    const std::size_t size = packet.size();
    packet.resize(size + out->trailer_size());
    const auto sealed = out->protect_rtp(packet, size);
    return {sealed->begin(), sealed->end()};
  }

  Phone c{3};
};

INSTANTIATE_TEST_SUITE_P(Of, NewKeyOfThePeer,
                         ::testing::Values("AES_CM_128_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80", "AEAD_AES_256_GCM"),
                         suite_of_test);

TEST_P(NewKeyOfThePeer, AtTheSameAddressGoesOnCountingOrStartsAnew) {
  turn();
  for (const std::uint32_t turns : {1U, 0U}) {
    reoffer_by_callee(of_b());
    reoffer_by_callee(b.sdp("RTP/AVP", {new_line()}));
    EXPECT_TRUE(receive(kCalleesPort, b.rtp(), seal_new(static_cast<std::uint16_t>(3 - turns), turns))) << turns;
  }
}

TEST_P(NewKeyOfThePeer, AtTheSameAddressLeavesOursAndItsCounter) {
  turn();
  const std::string answered = reoffer_by_callee(b.sdp("RTP/AVP", {new_line()}));
  EXPECT_NE(to_b.find(value(answered, "crypto").substr(2)), std::string::npos) << "our key is that of our first offer";
  EXPECT_TRUE(hears(a, kCallersPort, b, 2));
}

TEST_P(NewKeyOfThePeer, AtTheSameAddressDoesNotCutOffWhatIsUnderTheOlderOne) {
  turn();
  reoffer_by_callee(b.sdp("RTP/AVP", {new_line()}));
  EXPECT_TRUE(hears(b, kCalleesPort, a, 2));
  EXPECT_TRUE(receive(kCalleesPort, b.rtp(), seal_new(3, 1)));
  EXPECT_FALSE(hears(b, kCalleesPort, a, 4)) << "the peer has changed over";
}

TEST_P(NewKeyOfThePeer, AtTheSameAddressIsTheSameInAnAnswer) {
  turn();
  EXPECT_EQ(value(offer(Leg::kCaller, of_a()), "crypto"), value(to_b, "crypto"));
  answer(Leg::kCallee, b.sdp("RTP/AVP", {new_line()}));
  EXPECT_TRUE(hears(a, kCallersPort, b, 2));
  EXPECT_TRUE(hears(b, kCalleesPort, a, 2));
  EXPECT_TRUE(receive(kCalleesPort, b.rtp(), seal_new(3, 1)));
}

TEST_P(NewKeyOfThePeer, AtAnotherAddressIsAnotherPhoneAndIsAnsweredWithAnotherKey) {
  turn();
  const std::string answered = reoffer_by_callee(moved());
  EXPECT_EQ(to_b.find(value(answered, "crypto").substr(2)), std::string::npos);
  c.key(moved(), answered, answered);
  for (std::uint16_t n = 2; n < 10; ++n) {
    EXPECT_TRUE(hears(a, kCallersPort, c, n)) << "from zero";
    EXPECT_TRUE(hears(c, kCalleesPort, a, n)) << "from zero";
  }
}

TEST_P(NewKeyOfThePeer, AtAnotherAddressIsAnsweredOnceAndTheSameAgain) {
  turn();
  const std::string answered = reoffer_by_callee(moved());
  c.key(moved(), answered, answered);
  ASSERT_TRUE(hears(a, kCallersPort, c, 2));
  EXPECT_EQ(answer(Leg::kCaller, of_a()), answered);
  EXPECT_EQ(reoffer_by_callee(moved()), answered);
  EXPECT_TRUE(hears(a, kCallersPort, c, 3));
  EXPECT_TRUE(hears(c, kCalleesPort, a, 3));
}

TEST_P(NewKeyOfThePeer, AtAnotherAddressLeavesTheOlderPhoneTheOverlapAndNoMore) {
  turn();
  c.key(moved(), reoffer_by_callee(moved()), moved());
  EXPECT_TRUE(hears(b, kCalleesPort, a, 2));
  exchange.advance(std::chrono::seconds(5));
  EXPECT_FALSE(hears(b, kCalleesPort, a, 3));
  EXPECT_TRUE(hears(c, kCalleesPort, a, 3));
}

TEST_P(NewKeyOfThePeer, AtAnotherAddressEndsTheOlderPhoneWithItsFirstPacket) {
  turn();
  c.key(moved(), reoffer_by_callee(moved()), moved());
  EXPECT_TRUE(hears(b, kCalleesPort, a, 2));
  EXPECT_TRUE(hears(c, kCalleesPort, a, 2));
  EXPECT_FALSE(hears(b, kCalleesPort, a, 3));
}

TEST_P(NewKeyOfThePeer, AtAnotherAddressSendsTheOlderPhoneNothing) {
  turn();
  reoffer_by_callee(moved());
  EXPECT_EQ(receive(kCallersPort, a.rtp(), a.packet(2))->to, c.rtp());
}

TEST_P(NewKeyOfThePeer, AtAnotherAddressThatCountsOnIsUnderstoodToo) {
  turn();
  reoffer_by_callee(moved());
  EXPECT_TRUE(receive(kCalleesPort, c.rtp(), seal_new(2, 1)));
}

TEST_P(NewKeyOfThePeer, OfTheCallerAtAnotherAddressIsTheSame) {
  turn();
  offer(Leg::kCaller, moved());
  const std::string answered = answer(Leg::kCallee, of_b());
  EXPECT_NE(value(answered, "crypto"), value(to_a, "crypto"));
  c.key(moved(), answered, answered);
  EXPECT_TRUE(hears(b, kCalleesPort, c, 2));
  EXPECT_TRUE(hears(c, kCallersPort, b, 2));
}

TEST_P(NewKeyOfThePeer, AfterAHoldAtNoAddressIsComparedWithWhereItWas) {
  turn();
  std::string held = b.sdp("RTP/AVP", {b.crypto(1, GetParam())});
  held.replace(held.find("c=IN IP4 "), held.find("t=0") - held.find("c=IN IP4 "), "c=IN IP4 0.0.0.0\r\n");
  reoffer_by_callee(held);
  const std::string answered = reoffer_by_callee(b.sdp("RTP/AVP", {new_line()}));
  EXPECT_NE(to_b.find(value(answered, "crypto").substr(2)), std::string::npos);
  EXPECT_TRUE(hears(a, kCallersPort, b, 2));
}

// A key of ours has gone out with the offer that is answered here, and another cannot follow it.
TEST_P(NewKeyOfThePeer, AtAnotherAddressInAnAnswerLeavesOursAsItIs) {
  turn();
  offer(Leg::kCaller, of_a());
  answer(Leg::kCallee, moved());
  const auto sent = receive(kCallersPort, a.rtp(), a.packet(2));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, c.rtp());
  EXPECT_TRUE(b.open(sent->packet)) << "our key, one turn on";
}

TEST_P(NewKeyOfThePeer, WithAnotherSuiteGoesOnCountingOrStartsAnew) {
  const std::string other = GetParam() == "AEAD_AES_128_GCM" ? "AES_CM_128_HMAC_SHA1_80" : "AEAD_AES_128_GCM";
  turn();
  const std::string of_b_now = b.sdp("RTP/AVP", {b.crypto(1, other)});
  const std::string answered = reoffer_by_callee(of_b_now);
  EXPECT_TRUE(hears(b, kCalleesPort, a, 2)) << "under the older suite, for the overlap";
  b.key(of_b_now, answered, answered);
  EXPECT_TRUE(hears(a, kCallersPort, b, 2));
  EXPECT_TRUE(hears(b, kCalleesPort, a, 3));
}

/// Every key of ours that a leg was sent, and whether contexts began anew under it.
TEST_P(NewKeyOfThePeer, NoKeyOfOursIsTakenUpAgainOnceItIsRetired) {
  std::set<std::string> retired;
  turn();
  std::string ours;
  const auto retire = [&](const std::string& now) {
    EXPECT_TRUE(retired.insert(ours).second);
    EXPECT_FALSE(retired.contains(now)) << now;
    ours = now;
  };
  const auto key_in = [&](const std::string& sdp) {
    const std::string line = value(sdp, "crypto");
    return line.substr(line.find("inline"));
  };
  ours = key_in(reoffer_by_callee(of_b()));
  retire(key_in(reoffer_by_callee(moved())));
  retire(key_in(reoffer_by_callee(of_b())));   // back to the first phone
  reoffer_by_callee(b.sdp("RTP/AVP", {}, 0));  // given up
  retire(key_in(reoffer_by_callee(of_b())));
  reoffer_by_callee(b.sdp("RTP/AVP"));  // plain
  retire(key_in(reoffer_by_callee(of_b())));
}

}  // namespace
}  // namespace osrtp::testing
