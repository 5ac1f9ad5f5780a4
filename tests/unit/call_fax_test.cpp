// Fax (m=image over UDPTL) in a call whose sound is SRTP: beside it, in its place, and back. With packets.
#include <gtest/gtest.h>

#include "support/dtls_call.hpp"
#include "support/exchange.hpp"
#include "support/octets.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::Reason;
using protocol::SecurityState;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
constexpr std::uint16_t kCallersAudio = 30000;
constexpr std::uint16_t kCalleesAudio = 30002;
// Of a line that a re-INVITE adds.
constexpr std::uint16_t kCallersFax = 30004;
constexpr std::uint16_t kCalleesFax = 30006;
// Where the first offer has two lines.
constexpr std::uint16_t kCallersSecond = 30002;
constexpr std::uint16_t kCalleesFirst = 30004;
constexpr std::uint16_t kCalleesSecond = 30006;

/// The one line of an SDP made the one of a fax, at the same address and port.
std::string as_fax(std::string sdp) {
  const auto at = sdp.find("m=audio ");
  const auto port = sdp.substr(at + 8, sdp.find(' ', at + 8) - at - 8);
  return sdp.replace(at, sdp.find("\r\n", at) - at, "m=image " + port + " udptl t38");
}
std::string with_fax(const std::string& sdp, int port) {
  return sdp + "m=image " + std::to_string(port) + " udptl t38\r\na=T38FaxVersion:0\r\n";
}
Endpoint with_port(Endpoint at, std::uint16_t port) {
  at.port = *Port::from(port);
  return at;
}

class CallFax : public DtlsCall {
 protected:
  static protocol::OsrtpOptions srtp_caller(Policy callee = Policy::kOff) {
    return Exchange::options(Policy::kOpportunistic, callee);
  }
  std::string caller_offers(const std::string& sdp) {
    auto request = exchange.offer(sdp);
    request.to_tag = answered ? "callee" : "";
    request.osrtp = srtp_caller();
    return offer(request);
  }
  std::string callee_answers(const std::string& sdp) {
    answered = true;
    return answer(sdp);
  }
  std::string callee_offers(const std::string& sdp) {
    auto request = exchange.offer(sdp);
    request.from_tag = "callee";
    request.to_tag = "caller";
    return offer(request);
  }
  std::string caller_answers(const std::string& sdp) {
    auto request = exchange.answer(sdp);
    request.from_tag = "callee";
    request.to_tag = "caller";
    return answer(request);
  }
  /// Sound: SRTP towards the caller, plain towards the callee.
  std::string secured() const { return a.sdp("RTP/AVP", {a.crypto(1, kSuite)}); }
  std::string start() {
    caller_offers(secured());
    const auto got = callee_answers(b.sdp("RTP/AVP"));
    a.key(secured(), got, got);
    return got;
  }
  bool caller_talks() {
    const auto sent = receive(kCallersAudio, a.rtp(), a.packet(++sequence));
    return sent && sent->packet == a.clear(sequence);
  }
  bool callee_talks(std::uint16_t port = kCalleesAudio) {
    const auto sent = receive(port, b.rtp(), b.clear(++sequence));
    return sent && a.open(sent->packet) == b.clear(sequence);
  }
  bool talk() { return caller_talks() && callee_talks(); }

  /// Whether a fax passes both ways between `a`'s and `b`'s ends, whatever its packets begin with. An UDPTL packet
  /// begins with its sequence number.
  void expect_fax(std::uint16_t callers, const Endpoint& at_a, std::uint16_t callees, const Endpoint& at_b) {
    for (unsigned first = 0; first <= 255; ++first) {
      Octets packet(40, 0x55);
      packet[0] = static_cast<std::uint8_t>(first);
      packet[1] = static_cast<std::uint8_t>(first * 7U);
      const auto there = receive(callers, at_a, packet);
      ASSERT_TRUE(there) << first << ": " << name(there.error());
      EXPECT_EQ(there->packet, packet) << first;
      EXPECT_EQ(there->to, at_b);
      const auto back = receive(callees, at_b, packet);
      ASSERT_TRUE(back) << first << ": " << name(back.error());
      EXPECT_EQ(back->packet, packet) << first;
      EXPECT_EQ(back->to, at_a);
    }
  }
  void expect_fax_on_the_first_line() { expect_fax(kCallersAudio, a.rtp(), kCalleesAudio, b.rtp()); }
  void expect_fax_on_the_second_line() {
    expect_fax(kCallersFax, with_port(a.rtp(), 4010), kCalleesFax, with_port(b.rtp(), 4020));
  }
  /// "caller 0 srtp-sdes", "callee 1 not-rtp (not-rtp)", …
  std::vector<std::string> security() {
    protocol::Query query;
    query.call_id = "call-1";
    std::vector<std::string> all;
    const auto reply = exchange.registry.query(query, exchange.now());
    for (const auto& entry : reply->call.security) {
      all.push_back(std::string(name(entry.leg)) + " " + std::to_string(entry.media) + " " +
                    std::string(name(entry.state)));
      if (entry.reason) all.back() += " " + std::string(name(*entry.reason));
    }
    return all;
  }
  using Security = std::vector<std::string>;

  bool answered = false;
  std::uint16_t sequence = 0;
};

TEST_F(CallFax, PassesWhateverItsFirstOctet) {
  caller_offers(as_fax(a.sdp("RTP/AVP")));
  callee_answers(as_fax(b.sdp("RTP/AVP")));
  expect_fax_on_the_first_line();
}

TEST_F(CallFax, PassesBesideSoundUnderSrtp) {
  caller_offers(with_fax(secured(), 4010));
  const auto got = callee_answers(with_fax(b.sdp("RTP/AVP"), 4020));
  a.key(secured(), got, got);
  expect_fax(kCallersSecond, with_port(a.rtp(), 4010), kCalleesSecond, with_port(b.rtp(), 4020));
  EXPECT_TRUE(caller_talks());
  EXPECT_TRUE(callee_talks(kCalleesFirst));
  EXPECT_EQ(security(), (Security{"caller 0 srtp-sdes", "caller 1 not-rtp not-rtp", "callee 0 plain policy-off",
                                  "callee 1 not-rtp not-rtp"}));
}

TEST_F(CallFax, PassesBesideSoundUnderDtls) {
  offer(with_fax(a.sdp("RTP/AVP"), 4010));
  answer(with_fax(b.sdp("RTP/AVP", dtls_lines("active")), 4020));
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, kCalleesFirst, b.rtp());
  ASSERT_TRUE(phone.is_connected());
  expect_fax(kCallersSecond, with_port(a.rtp(), 4010), kCalleesSecond, with_port(b.rtp(), 4020));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
}

TEST_F(CallFax, InThePlaceOfSoundUnderDtlsPassesToo) {
  offer(a.sdp("RTP/AVP"));
  answer(b.sdp("RTP/AVP", dtls_lines("active")));
  DtlsPhone phone(dtls::Role::kActive, phone_identity(), exchange.now().steady);
  shake(phone, kCalleesAudio, b.rtp());
  auto request = exchange.offer(as_fax(a.sdp("RTP/AVP")));
  request.to_tag = "callee";
  offer(request);
  answer(as_fax(b.sdp("RTP/AVP")));
  expect_fax_on_the_first_line();
  EXPECT_FALSE(exchange.plane.next_timeout());
}

TEST_F(CallFax, InThePlaceOfSoundIsTakenOnceItIsAnswered) {
  start();
  EXPECT_TRUE(talk());
  caller_offers(as_fax(a.sdp("RTP/AVP")));
  EXPECT_TRUE(talk());
  EXPECT_FALSE(receive(kCallersAudio, a.rtp(), Octets(40, 0x00)));
  callee_answers(as_fax(b.sdp("RTP/AVP")));
  expect_fax_on_the_first_line();
  EXPECT_EQ(security(), (Security{"caller 0 not-rtp not-rtp", "callee 0 not-rtp not-rtp"}));
}

TEST_F(CallFax, ThatTheCalleeAsksForPasses) {
  start();
  callee_offers(as_fax(b.sdp("RTP/AVP")));
  EXPECT_TRUE(talk());
  caller_answers(as_fax(a.sdp("RTP/AVP")));
  expect_fax_on_the_first_line();
}

TEST_F(CallFax, ThatIsRefusedLeavesTheKeysOfTheSoundToGoOnWith) {
  start();
  EXPECT_TRUE(talk());
  caller_offers(as_fax(a.sdp("RTP/AVP")));
  callee_answers(as_fax(b.sdp("RTP/AVP", {}, 0)));
  caller_offers(secured());
  callee_answers(b.sdp("RTP/AVP"));
  EXPECT_TRUE(talk());  // under the contexts that it had before
}

TEST_F(CallFax, InThePlaceOfSoundLeavesThatFreshKeysWhenItReturns) {
  const auto before = value(start(), "crypto");
  EXPECT_TRUE(talk());
  const Octets old = a.packet(++sequence);
  caller_offers(as_fax(a.sdp("RTP/AVP")));
  callee_answers(as_fax(b.sdp("RTP/AVP")));

  caller_offers(secured());
  const auto got = callee_answers(b.sdp("RTP/AVP"));
  EXPECT_FALSE(value(got, "crypto").empty());
  EXPECT_NE(value(got, "crypto"), before);
  EXPECT_FALSE(receive(kCallersAudio, a.rtp(), Octets(40, 0x55)));
  a.key(secured(), got, got);
  EXPECT_TRUE(talk());
  EXPECT_EQ(security(), (Security{"caller 0 srtp-sdes", "callee 0 plain policy-off"}));
}

TEST_F(CallFax, OnALineOfItsOwnEndsTheSoundWhichReturnsWithFreshKeys) {
  const auto before = value(start(), "crypto");
  EXPECT_TRUE(talk());
  caller_offers(with_fax(a.sdp("RTP/AVP", {}, 0), 4010));
  EXPECT_TRUE(talk());
  callee_answers(with_fax(b.sdp("RTP/AVP", {}, 0), 4020));
  expect_fax_on_the_second_line();
  EXPECT_FALSE(talk());
  EXPECT_EQ(security(), (Security{"caller 1 not-rtp not-rtp", "callee 1 not-rtp not-rtp"}));

  caller_offers(with_fax(secured(), 0));
  const auto got = callee_answers(with_fax(b.sdp("RTP/AVP"), 0));
  EXPECT_NE(value(got, "crypto"), before);
  a.key(secured(), got, got);
  EXPECT_TRUE(talk());
  EXPECT_FALSE(receive(kCallersFax, with_port(a.rtp(), 4010), Octets(40, 0x55)));
  EXPECT_FALSE(receive(kCalleesFax, with_port(b.rtp(), 4020), Octets(40, 0x55)));
  EXPECT_EQ(security(), (Security{"caller 0 srtp-sdes", "callee 0 plain policy-off"}));
}

TEST_F(CallFax, ReturnsToPlainSoundOnlyAsADowngrade) {
  start();
  caller_offers(as_fax(a.sdp("RTP/AVP")));
  callee_answers(as_fax(b.sdp("RTP/AVP")));
  auto request = exchange.offer(a.sdp("RTP/AVP"));
  request.to_tag = "callee";
  request.osrtp = srtp_caller();
  request.osrtp->caller = Policy::kPrefer;
  const auto refused = exchange.registry.offer(request, exchange.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(leg(refused.error().security, Leg::kCaller).reason, Reason::kDowngradeRefused);
  expect_fax_on_the_first_line();
}

TEST_F(CallFax, IsRefusedByALegThatMustBeEncryptedAndTheSoundGoesOn) {
  start();
  auto request = exchange.offer(as_fax(a.sdp("RTP/AVP")));
  request.to_tag = "callee";
  request.osrtp = srtp_caller();
  request.osrtp->caller = Policy::kRequire;
  const auto refused = exchange.registry.offer(request, exchange.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(leg(refused.error().security, Leg::kCaller).reason, Reason::kNotRtp);
  EXPECT_TRUE(talk());
}

TEST_F(CallFax, AtAnotherPortDoesNotComeFromWhereTheSoundHasBeenLearnt) {
  caller_offers(a.sdp("RTP/AVP"));
  callee_answers(b.sdp("RTP/AVP"));
  const Endpoint learnt = with_port(a.rtp(), 6666);
  ASSERT_TRUE(receive(kCallersAudio, learnt, a.clear(1)));
  caller_offers(as_fax(a.sdp("RTP/AVP", {}, 4010)));
  callee_answers(as_fax(b.sdp("RTP/AVP")));
  const Endpoint fax = with_port(a.rtp(), 4010);
  EXPECT_TRUE(receive(kCallersAudio, fax, Octets(40, 0x55)));
  const auto from_the_old = receive(kCallersAudio, learnt, Octets(40, 0x55));
  ASSERT_FALSE(from_the_old);
  EXPECT_EQ(from_the_old.error(), relay::Drop::kWrongSource);
}

TEST_F(CallFax, HasOnePortAndWhatArrivesBesideItPassesNowhere) {
  caller_offers(as_fax(a.sdp("RTP/AVP")));
  callee_answers(as_fax(b.sdp("RTP/AVP")));
  EXPECT_FALSE(receive(kCallersAudio + 1, with_port(a.rtp(), 4001), Octets(40, 0x55)));
  EXPECT_FALSE(receive(kCalleesAudio + 1, with_port(b.rtp(), 4001), Octets(40, 0x55)));
}

TEST_F(CallFax, OverAStreamTransportInThePlaceOfSoundEndsWhatRanThere) {
  start();
  const auto tcp = [](std::string sdp) {
    const auto at = sdp.find("m=audio 4000 RTP/AVP");
    return sdp.replace(at, sdp.find("\r\n", at) - at, "m=image 4000 TCP t38");
  };
  const auto out = caller_offers(tcp(a.sdp("RTP/AVP")));
  EXPECT_NE(out.find("c=IN IP4 198.51.100.1"), std::string::npos);  // theirs, not ours
  EXPECT_TRUE(talk());
  callee_answers(tcp(b.sdp("RTP/AVP")));
  EXPECT_FALSE(talk());
  EXPECT_FALSE(receive(kCallersAudio, a.rtp(), Octets(40, 0x55)));
}

TEST_F(CallFax, AfterTheAnswerLetsNoSoundOfThePlainLegIntoTheOneThatWasEncrypted) {
  start();
  EXPECT_TRUE(talk());
  caller_offers(as_fax(a.sdp("RTP/AVP")));
  callee_answers(as_fax(b.sdp("RTP/AVP")));
  const auto late = receive(kCalleesAudio, b.rtp(), b.clear(++sequence));
  EXPECT_FALSE(late) << "sound in clear to " << late->to.to_string();
}

}  // namespace
}  // namespace osrtp::testing
