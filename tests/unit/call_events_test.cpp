// What subscribers are told of a call: that a leg has become plain, that its handshake has failed, that it is silent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/event.hpp"
#include "support/dtls_call.hpp"

namespace osrtp::testing {
namespace {

using protocol::Event;
using protocol::EventKind;
using protocol::Leg;
using protocol::Policy;
using protocol::Reason;
using protocol::SecurityState;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
constexpr std::uint16_t kCallersPort = 30000;
constexpr std::uint16_t kCalleesPort = 30002;

Event event(EventKind kind, Leg leg, SecurityState state, std::optional<Reason> reason) {
  return {kind, "call-1", "caller", "callee", leg, 0, state, reason};
}

class CallEvents : public DtlsCall {
 protected:
  std::vector<Event> look() {
    exchange.registry.expire(exchange.now());
    return exchange.registry.take_events();
  }
  std::vector<Event> after(seconds time) {
    exchange.advance(time);
    return look();
  }
  std::string keyed_sdp() const { return a.sdp("RTP/AVP", {a.crypto(1, kSuite)}); }
  void reoffer(const std::string& sdp) {
    auto request = exchange.offer(sdp);
    request.to_tag = "callee";
    offer(request);
  }
  void call_encrypted_caller() {
    const std::string said = keyed_sdp();
    offer(said);
    const std::string got = answer(b.sdp("RTP/AVP"));
    a.key(said, got, got);
  }
  void caller_talks() { ASSERT_TRUE(receive(kCallersPort, a.rtp(), a.packet(++sequence))); }
  void callee_talks() { ASSERT_TRUE(receive(kCalleesPort, b.rtp(), b.packet(++sequence))); }

  std::uint16_t sequence = 0;
};

TEST_F(CallEvents, AreNoneWhereAllIsWell) {
  call_encrypted_caller();
  for (int second = 0; second < 100; ++second) {
    caller_talks();
    callee_talks();
    EXPECT_THAT(after(seconds(1)), IsEmpty());
  }
}

TEST_F(CallEvents, TellOnceThatALegHasBecomePlain) {
  call_encrypted_caller();
  reoffer(a.sdp("RTP/AVP"));
  EXPECT_THAT(look(), IsEmpty()) << "before the answer nothing has changed";
  answer(b.sdp("RTP/AVP"));
  const auto told = exchange.registry.take_events();
  EXPECT_THAT(told,
              ElementsAre(event(EventKind::kDowngrade, Leg::kCaller, SecurityState::kPlain, Reason::kPeerDidNotOffer)));
  reoffer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP"));
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_THAT(exchange.log, ::testing::Contains("call=call-1 event=downgrade leg=caller.0 state=plain "
                                                "reason=peer-did-not-offer"));
}

TEST_F(CallEvents, TellOfALegThatBecomesPlainRightAfterItsHandshake) {
  const std::string offered = offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", dtls_lines("active")));
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, port_of(offered), b.rtp());
  ASSERT_TRUE(phone.is_connected());
  reoffer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP"));
  EXPECT_THAT(look(),
              ElementsAre(event(EventKind::kDowngrade, Leg::kCallee, SecurityState::kPlain, Reason::kPeerDeclined)));
}

TEST_F(CallEvents, AreNoneForADowngradeThatIsRefused) {
  const auto strict = Exchange::options(Policy::kRequire, Policy::kOpportunistic);
  offer(a.sdp("RTP/SAVP", {a.crypto(1, kSuite)}), strict);
  answer(b.sdp("RTP/AVP"));
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.to_tag = "callee";
  EXPECT_FALSE(exchange.registry.offer(request, exchange.now()));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(CallEvents, AreNoneForALegThatWasNeverEncrypted) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP"));
  reoffer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP"));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(CallEvents, TellOfAPlainLineInPlaceOfAnEncryptedOne) {
  const std::string head = "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n";
  call_encrypted_caller();
  look();
  const std::string moved = "m=audio 0 RTP/AVP 0\r\nm=audio 4002 RTP/AVP 0\r\n";
  reoffer(head + moved);
  answer(head + moved);
  auto expected = event(EventKind::kDowngrade, Leg::kCaller, SecurityState::kPlain, Reason::kPeerDidNotOffer);
  expected.media = 1;
  EXPECT_THAT(look(), ElementsAre(expected));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(CallEvents, TellOnceThatAHandshakeHasFailed) {
  const std::string offered = offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  EXPECT_THAT(look(), IsEmpty());
  DtlsPhone phone(dtls::Role::kPassive, foreign_identity(), exchange.now().steady);
  shake(phone, port_of(offered), b.rtp());
  EXPECT_THAT(look(), ElementsAre(event(EventKind::kFailed, Leg::kCallee, SecurityState::kFailed,
                                        Reason::kFingerprintMismatch)));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(CallEvents, TellThatAHandshakeHasTimedOut) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  while (const auto next = exchange.plane.next_timeout()) {
    exchange.advance(std::chrono::ceil<std::chrono::milliseconds>(*next - exchange.now().steady));
    exchange.plane.handle_timeout(exchange.now().steady);
  }
  const auto told = look();
  EXPECT_THAT(
      told, ::testing::Contains(event(EventKind::kFailed, Leg::kCallee, SecurityState::kFailed, Reason::kDtlsTimeout)));
}

TEST_F(CallEvents, AreNoneForWhatAReplyHasTold) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", {}, 0));  // rejected
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kFailed);
}

TEST_F(CallEvents, WaitUntilSomebodyHasPickedUp) {
  const std::string offered = offer(a.sdp("RTP/AVP"));
  auto early = exchange.answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  early.sip_code = 183;
  answer(early);
  DtlsPhone phone(dtls::Role::kPassive, foreign_identity(), exchange.now().steady);
  shake(phone, port_of(offered), b.rtp());
  EXPECT_THAT(after(seconds(60)), IsEmpty());
  answer(b.sdp("RTP/AVP", dtls_lines("passive")));
  const auto told = exchange.registry.take_events();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].kind, EventKind::kFailed);
}

TEST_F(CallEvents, TellOnceForEachSilence) {
  call_encrypted_caller();
  const auto silent = event(EventKind::kSilent, Leg::kCaller, SecurityState::kSrtpSdes, std::nullopt);
  for (int silence = 0; silence < 2; ++silence) {
    for (int second = 0; second < 29; ++second) {
      callee_talks();
      EXPECT_THAT(after(seconds(1)), IsEmpty());
    }
    callee_talks();
    EXPECT_THAT(after(seconds(1)), ElementsAre(silent));
    for (int second = 0; second < 40; ++second) {
      callee_talks();
      EXPECT_THAT(after(seconds(1)), IsEmpty());
    }
    caller_talks();
    callee_talks();
    EXPECT_THAT(look(), IsEmpty());
  }
}

TEST_F(CallEvents, ARefreshOfTheCallDoesNotEndASilence) {
  call_encrypted_caller();
  exchange.advance(seconds(20));
  callee_talks();
  EXPECT_EQ(after(seconds(10)).size(), 1U);
  reoffer(keyed_sdp());
  answer(b.sdp("RTP/AVP"));
  for (int second = 0; second < 40; ++second) {
    callee_talks();
    EXPECT_THAT(after(seconds(1)), IsEmpty());
  }
}

TEST_F(CallEvents, WhatDoesNotAuthenticateIsSilence) {
  call_encrypted_caller();
  std::vector<Event> told;
  for (int second = 0; second < 30; ++second) {
    callee_talks();
    EXPECT_FALSE(receive(kCallersPort, a.rtp(), a.clear(++sequence)));
    for (const Event& one : after(seconds(1))) told.push_back(one);
  }
  EXPECT_THAT(told, ElementsAre(event(EventKind::kSilent, Leg::kCaller, SecurityState::kSrtpSdes, std::nullopt)));
}

TEST_F(CallEvents, ALineOnHoldIsNotWaitedFor) {
  for (const std::string held : {"a=sendonly", "a=inactive", "a=recvonly"}) {
    offer(a.sdp("RTP/AVP", {held}));
    answer(b.sdp("RTP/AVP"));
    EXPECT_THAT(after(seconds(50)), IsEmpty()) << held;
    reoffer(a.sdp("RTP/AVP"));
    answer(b.sdp("RTP/AVP"));
    EXPECT_THAT(after(seconds(29)), IsEmpty());
    EXPECT_EQ(after(seconds(1)).size(), 2U) << "both sides, once it is taken off hold";
    protocol::Delete ended;
    ended.call_id = "call-1";
    ASSERT_TRUE(exchange.registry.remove(ended, exchange.now()).call);
  }
}

TEST_F(CallEvents, SilenceOfALegWithoutKeysIsNone) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", dtls_lines("active")));  // and no handshake comes
  exchange.advance(seconds(20));
  EXPECT_FALSE(receive(kCallersPort, a.rtp(), a.packet(1))) << "there is nobody to have it yet";
  EXPECT_THAT(after(seconds(20)), IsEmpty());
}

TEST(CallEventsOff, SilenceNeedNotBeTold) {
  call::Settings settings;
  settings.silence_timeout = seconds(0);
  Exchange exchange(settings);
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(Phone(1).sdp("RTP/AVP")), exchange.now()));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(Phone(2).sdp("RTP/AVP")), exchange.now()));
  exchange.advance(seconds(59));
  exchange.registry.expire(exchange.now());
  EXPECT_THAT(exchange.registry.take_events(), IsEmpty());
}

}  // namespace
}  // namespace osrtp::testing
