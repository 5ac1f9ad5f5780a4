// Calls whose legs are keyed by DTLS, from SDP to packets.
#include <gtest/gtest.h>

#include "support/dtls_call.hpp"
#include "support/stun.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::Reason;
using protocol::SecurityState;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(DtlsCall, OfferToAPhoneNamesBothMethodsAndTheAnswerDecides) {
  const std::string offered = offer(a.sdp("RTP/AVP"));
  EXPECT_TRUE(has(offered, "RTP/AVP 0"));
  EXPECT_TRUE(has(offered, "a=crypto:1 "));
  EXPECT_TRUE(has(offered, "a=setup:actpass"));
  EXPECT_TRUE(has(offered, "a=tls-id:"));
  EXPECT_TRUE(has(offered, sdp::format_fingerprint(relay_identity()->fingerprint(HashFunction::kSha256))));
  EXPECT_FALSE(has(offered, "a=ice-"));
}

TEST_F(DtlsCall, CalleeThatTakesTheFingerprintIsKeyedByHandshake) {
  const std::string offered = offer(a.sdp("RTP/AVP"));
  const std::string answered = answer(b.sdp("RTP/AVP", dtls_lines("active")));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kPending);
  EXPECT_FALSE(has(answered, "a=fingerprint"));
  EXPECT_FALSE(has(answered, "a=setup"));
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, port_of(offered), b.rtp());
  ASSERT_TRUE(phone.is_connected());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
  EXPECT_EQ(stands(Leg::kCallee).suite, "AEAD_AES_256_GCM");
  const auto sent = exchange.plane.receive(port_of(answered), a.rtp(), a.packet(1), exchange.now().steady);
  ASSERT_TRUE(sent);
  EXPECT_EQ(phone.open_rtp(sent->packet), a.clear(1));
}

TEST_F(DtlsCall, CallerThatOffersAFingerprintIsAnsweredActive) {
  offer(a.sdp("UDP/TLS/RTP/SAVP", dtls_lines("actpass")));
  const std::string answered = answer(b.sdp("RTP/AVP"));
  EXPECT_TRUE(has(answered, "UDP/TLS/RTP/SAVP "));
  EXPECT_TRUE(has(answered, "a=setup:active"));
  EXPECT_FALSE(has(answered, "a=tls-id"));  // it offered none
  EXPECT_FALSE(has(answered, "a=crypto"));
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), exchange.now().steady);
  shake(phone, port_of(answered), a.rtp());
  EXPECT_TRUE(phone.is_connected());
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kSrtpDtls);
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kPlain);
}

TEST_F(DtlsCall, TlsIdIsAnsweredWhereItWasOffered) {
  offer(a.sdp("RTP/AVP", dtls_lines("actpass") + Lines{"a=tls-id:abc3de65cddef001be82abc3de"}));
  EXPECT_TRUE(has(answer(b.sdp("RTP/AVP")), "a=tls-id:"));
}

TEST_F(DtlsCall, CallerWithBothMethodsGetsDtlsAlone) {
  offer(a.sdp("RTP/AVP", Lines{a.crypto(1, kSuite)} + dtls_lines("actpass")));
  const std::string answered = answer(b.sdp("RTP/AVP"));
  EXPECT_TRUE(has(answered, "a=fingerprint"));
  EXPECT_FALSE(has(answered, "a=crypto"));
}

TEST_F(DtlsCall, CalleeThatTakesTheCryptoLineNeverHandshakes) {
  const std::string offered = offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", {b.crypto(4, kSuite)}));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpSdes);
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, port_of(offered), b.rtp());
  EXPECT_FALSE(phone.is_connected());
  EXPECT_TRUE(exchange.plane.take_sent().empty());
  EXPECT_GT(stands(Leg::kCallee).dropped.at("unknown-kind"), 0U);
}

TEST_F(DtlsCall, AnswerWithBothIsDtlsWithAWarning) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", Lines{b.crypto(4, kSuite)} + dtls_lines("active")));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kPending);
  const auto warnings = exchange.registry.take_warnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(has(warnings[0], "ambiguous-answer"));
}

TEST_F(DtlsCall, FingerprintAloneOverClearSignalling) {
  auto options = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
  options.callee_signalling = protocol::Signalling::kClear;
  const std::string offered = offer(a.sdp("RTP/AVP"), options);
  EXPECT_TRUE(has(offered, "a=fingerprint"));
  EXPECT_FALSE(has(offered, "a=crypto"));
}

TEST_F(DtlsCall, CryptoForAFingerprintOverClearSignallingIsPlainForThatReason) {
  auto options = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
  options.callee_signalling = protocol::Signalling::kClear;
  offer(a.sdp("RTP/AVP"), options);
  answer(b.sdp("RTP/AVP", {b.crypto(1, kSuite)}));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kPlain);
  EXPECT_EQ(stands(Leg::kCallee).reason, Reason::kSignallingClear);
}

TEST_F(DtlsCall, SoundFromACallerOfUdpTlsIsOfferedWithoutFeedback) {
  EXPECT_TRUE(has(offer(a.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("actpass"))), " RTP/AVP "));
}

TEST_F(DtlsCall, FeedbackOfOtherProfilesIsKept) {
  EXPECT_TRUE(has(offer(a.sdp("RTP/AVPF", dtls_lines("actpass"))), " RTP/AVPF "));
}

TEST_F(DtlsCall, WrongCertificateFailsTheLegAndNothingGoesPlain) {
  const std::string offered = offer(a.sdp("RTP/AVP"));
  const std::string answered = answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  DtlsPhone phone(dtls::Role::kPassive, foreign_identity(), exchange.now().steady);
  shake(phone, port_of(offered), b.rtp());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_EQ(stands(Leg::kCallee).reason, Reason::kFingerprintMismatch);
  const auto sent = exchange.plane.receive(port_of(answered), a.rtp(), a.packet(1), exchange.now().steady);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), relay::Drop::kFailed);
  exchange.registry.expire(exchange.now());
  EXPECT_TRUE(has(exchange.log.back(), "event=handshake leg=callee.0 state=failed reason=fingerprint-mismatch"));
}

TEST_F(DtlsCall, SilentPeerFailsTheLegInTime) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  while (const auto next = exchange.plane.next_timeout()) {
    exchange.advance(std::chrono::ceil<std::chrono::milliseconds>(*next - exchange.now().steady));
    exchange.plane.handle_timeout(exchange.now().steady);
  }
  EXPECT_EQ(stands(Leg::kCallee).reason, Reason::kDtlsTimeout);
}

TEST_F(DtlsCall, Sha1FingerprintProvesNothing) {
  offer(a.sdp("RTP/AVP", dtls_lines("actpass", HashFunction::kSha1)));
  const std::string answered = answer(b.sdp("RTP/AVP"));
  EXPECT_FALSE(has(answered, "a=fingerprint"));
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kPlain);
  EXPECT_EQ(stands(Leg::kCaller).reason, Reason::kWeakFingerprint);
}

TEST_F(DtlsCall, AnsweredTwiceIsOneHandshake) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  EXPECT_EQ(exchange.plane.take_sent().size(), 2U);  // one ClientHello each for RTP and RTCP
  answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  EXPECT_TRUE(exchange.plane.take_sent().empty());
}

TEST_F(DtlsCall, HandshakesThatEndAreLoggedOnce) {
  const std::string offered = offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", dtls_lines("active")));
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, port_of(offered), b.rtp());
  exchange.registry.expire(exchange.now());
  EXPECT_EQ(exchange.log.back(), "call=call-1 event=handshake leg=callee.0 state=srtp-dtls suite=AEAD_AES_256_GCM");
  const std::size_t lines = exchange.log.size();
  exchange.registry.expire(exchange.now());
  EXPECT_EQ(exchange.log.size(), lines);
}

TEST_F(DtlsCall, CallerBehindANatBeginsTheHandshakeItself) {
  auto request = exchange.offer("");
  request.sdp =
      "v=0\r\no=- 1 1 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\nt=0 0\r\nm=audio 4000 UDP/TLS/RTP/SAVP 0\r\n" +
      dtls_lines("actpass")[0] + "\r\na=setup:actpass\r\n";
  request.received_from = "203.0.113.7";
  request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
  ASSERT_TRUE(exchange.registry.offer(request, exchange.now()));
  const std::string answered = answer(b.sdp("RTP/AVP"));
  EXPECT_TRUE(has(answered, "a=setup:passive"));
  const Endpoint nat = *Endpoint::parse("203.0.113.7:61000");
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, port_of(answered), nat);
  ASSERT_TRUE(phone.is_connected());
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kSrtpDtls);
  const auto text = sdp::Text::parse(answered);
  const auto sent = exchange.plane.receive(30002, b.rtp(), b.packet(1), exchange.now().steady);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, nat) << "where the handshake was won";
}

/// What a callee's answers to one offer may be, one after the other: forks behind one branch, or a peer with no
/// manners.
class AnswersInTurn : public DtlsCall,
                      public ::testing::WithParamInterface<std::tuple<std::string, std::string, std::string>> {
 protected:
  void answer_early(const std::string& kind, int code) {
    auto request = exchange.answer(sdp_of(kind));
    request.sip_code = code;
    std::ignore = exchange.registry.answer(request, exchange.now());
  }
  std::string sdp_of(const std::string& kind) {
    if (kind == "dtls") return b.sdp("RTP/AVP", dtls_lines("active"));
    if (kind == "sdes") return b.sdp("RTP/AVP", {b.crypto(4, kSuite)});
    if (kind == "weak") return b.sdp("RTP/AVP", dtls_lines("active", HashFunction::kSha1));
    if (kind == "none") return b.sdp("RTP/AVP", {}, 0);
    return b.sdp("RTP/AVP");
  }
};

TEST_P(AnswersInTurn, EndAsTheLastOneSays) {
  const auto& [first, second, last] = GetParam();
  const std::string offered = offer(a.sdp("RTP/AVP"));
  answer_early(first, 183);
  answer_early(second, 183);
  answer_early(last, 200);
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, port_of(offered), b.rtp());
  const SecurityState state = stands(Leg::kCallee).state;
  if (last == "dtls") {
    EXPECT_TRUE(phone.is_connected());
    EXPECT_EQ(state, SecurityState::kSrtpDtls);
  } else if (last == "sdes") {
    // Its key may have gone with another method's answer; then it fails, and never runs under one that nobody knows.
    EXPECT_TRUE(state == SecurityState::kSrtpSdes || state == SecurityState::kFailed);
  } else {
    EXPECT_EQ(state, last == "plain" ? SecurityState::kPlain : SecurityState::kFailed);
  }
  const auto sent = exchange.plane.receive(30000, a.rtp(), a.packet(1), exchange.now().steady);
  EXPECT_EQ(static_cast<bool>(sent), state != SecurityState::kFailed);
  if (sent) {
    EXPECT_EQ(sent->packet == a.clear(1), state == SecurityState::kPlain);
  }
}

const auto kKinds = ::testing::Values("dtls", "sdes", "plain", "weak", "none");
INSTANTIATE_TEST_SUITE_P(Kinds, AnswersInTurn, ::testing::Combine(kKinds, kKinds, kKinds), [](const auto& test) {
  return std::get<0>(test.param) + "_" + std::get<1>(test.param) + "_" + std::get<2>(test.param);
});

TEST_F(DtlsCall, PhoneThatRingsForLongStillGetsItsHandshake) {
  const std::string offered = offer(a.sdp("RTP/AVP", dtls_lines("actpass")));
  auto early = exchange.answer(b.sdp("RTP/AVP"));
  early.sip_code = 183;
  const auto ringing = exchange.registry.answer(early, exchange.now());
  ASSERT_TRUE(ringing);
  for (int i = 0; i < 200; ++i) {
    const auto next = exchange.plane.next_timeout();
    ASSERT_TRUE(next);
    exchange.advance(std::chrono::ceil<std::chrono::milliseconds>(*next - exchange.now().steady));
    exchange.plane.handle_timeout(exchange.now().steady);
    std::ignore = exchange.plane.take_sent();
  }
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kPending);
  answer(b.sdp("RTP/AVP"));
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), exchange.now().steady);
  for (int i = 0; i < 5 && !phone.is_connected(); ++i) {
    const auto next = exchange.plane.next_timeout();
    ASSERT_TRUE(next);
    exchange.advance(std::chrono::ceil<std::chrono::milliseconds>(*next - exchange.now().steady));
    exchange.plane.handle_timeout(exchange.now().steady);
    shake(phone, port_of(ringing->sdp), a.rtp());
  }
  EXPECT_TRUE(phone.is_connected());
  EXPECT_EQ(stands(Leg::kCaller).state, SecurityState::kSrtpDtls);
}

TEST_F(DtlsCall, HandshakeThatFailedBeginsAnewWithTheNextOffer) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  while (const auto next = exchange.plane.next_timeout()) {
    exchange.advance(std::chrono::ceil<std::chrono::milliseconds>(*next - exchange.now().steady));
    exchange.plane.handle_timeout(exchange.now().steady);
  }
  ASSERT_EQ(stands(Leg::kCallee).state, SecurityState::kFailed);
  std::ignore = exchange.plane.take_sent();
  auto again = exchange.offer(a.sdp("RTP/AVP"));
  again.to_tag = "callee";
  again.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
  const auto offered = exchange.registry.offer(again, exchange.now());
  ASSERT_TRUE(offered);
  answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  DtlsPhone phone(dtls::Role::kPassive, phone_identity(), exchange.now().steady);
  shake(phone, port_of(offered->sdp), b.rtp());
  EXPECT_TRUE(phone.is_connected());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
}

/// A browser at the callee's end.
class BrowserCall : public DtlsCall {
 protected:
  static protocol::OsrtpOptions options() {
    auto options = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
    options.callee_peer = protocol::Peer::kWebrtc;
    options.callee_signalling = protocol::Signalling::kClear;
    return options;
  }
  Lines browser_lines() {
    return dtls_lines("active") + Lines{"a=ice-ufrag:them", "a=ice-pwd:theirpassword0123456789", "a=rtcp-mux"};
  }
};

TEST_F(BrowserCall, IsOfferedWhatABrowserTakesAndNothingElse) {
  const std::string offered = offer(a.sdp("RTP/AVP"), options());
  EXPECT_TRUE(has(offered, "UDP/TLS/RTP/SAVPF"));
  EXPECT_TRUE(has(offered, "a=rtcp-mux"));
  EXPECT_TRUE(has(offered, "a=ice-lite"));
  EXPECT_TRUE(has(offered, "a=candidate:"));
  EXPECT_FALSE(has(offered, "a=crypto"));
  EXPECT_FALSE(value(offered, "ice-ufrag").empty());
}

TEST_F(BrowserCall, MediaGoesWhereIceSaysOnceTheHandshakeIsDone) {
  const std::string offered = offer(a.sdp("RTP/AVP"), options());
  const std::string answered = answer(b.sdp("UDP/TLS/RTP/SAVPF", browser_lines()));
  const Endpoint nat = *Endpoint::parse("203.0.113.5:50000");
  Check check{.username = value(offered, "ice-ufrag") + ":them", .password = value(offered, "ice-pwd")};
  check.use_candidate = true;
  std::ignore = exchange.plane.receive(port_of(offered), nat, check.octets(), exchange.now().steady);
  ASSERT_EQ(exchange.plane.take_sent().size(), 1U);
  DtlsPhone browser(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(browser, port_of(offered), nat);
  ASSERT_TRUE(browser.is_connected());
  const auto sent = exchange.plane.receive(port_of(answered), a.rtp(), a.packet(1), exchange.now().steady);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->to, nat);
  EXPECT_EQ(browser.open_rtp(sent->packet), a.clear(1));
}

TEST_F(BrowserCall, CallingGetsAnAnswerWithIceAndItsMid) {
  auto wish = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
  wish.caller_peer = protocol::Peer::kWebrtc;
  const std::string offered = offer(
      a.sdp("UDP/TLS/RTP/SAVPF", dtls_lines("actpass") + Lines{"a=ice-ufrag:them", "a=ice-pwd:theirpassword0123456789",
                                                               "a=rtcp-mux", "a=mid:0"}),
      wish);
  EXPECT_FALSE(has(offered, "a=ice-"));
  EXPECT_FALSE(has(offered, "a=mid"));
  const std::string answered = answer(b.sdp("RTP/AVP"));
  EXPECT_TRUE(has(answered, "UDP/TLS/RTP/SAVPF"));
  EXPECT_TRUE(has(answered, "a=mid:0"));
  EXPECT_TRUE(has(answered, "a=ice-lite"));
  EXPECT_TRUE(has(answered, "a=rtcp-mux"));
}

class StrictCall : public DtlsCall {
 protected:
  static call::Settings strict() {
    call::Settings settings;
    settings.lenient_answers = false;
    return settings;
  }
  StrictCall() : DtlsCall(strict()) {}
};

TEST_F(StrictCall, AnswerWithBothFails) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", Lines{b.crypto(4, kSuite)} + dtls_lines("active")));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_EQ(stands(Leg::kCallee).reason, Reason::kAmbiguousAnswer);
}

}  // namespace
}  // namespace osrtp::testing
