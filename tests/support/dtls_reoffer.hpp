#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/dtls_call.hpp"

namespace osrtp::testing {

inline const Lines kTlsId{"a=tls-id:abc3de65cddef001be82abc3de"};
inline const Lines kOtherTlsId{"a=tls-id:fffffffffffff001be82abc3de"};

/// Phone `a` is plain, phone `b` is keyed by a handshake.
class DtlsReoffer : public DtlsCall {
 protected:
  static constexpr std::uint16_t kCallersPort = 30000;
  static constexpr std::uint16_t kCalleesPort = 30002;

  static Lines mux(const Lines& lines) { return lines + Lines{"a=rtcp-mux"}; }
  void start(const Lines& lines = dtls_lines("active") + kTlsId) {
    dtls = phone(lines[1] == "a=setup:active" ? dtls::Role::kActive : dtls::Role::kPassive);
    offered = offer(a.sdp("RTP/AVP", mux({})));
    answer(b.sdp("RTP/AVP", mux(lines)));
    ASSERT_EQ(shake(dtls, kCalleesPort, b.rtp()), 0U);
    ASSERT_TRUE(dtls.is_connected());
    ASSERT_TRUE(talk(dtls));
  }
  Result<protocol::SdpReply, protocol::Error> try_offer_by_b(const std::string& sdp) {
    auto request = exchange.offer(sdp);
    request.from_tag = "callee";
    request.to_tag = "caller";
    return exchange.registry.offer(request, exchange.now());
  }
  /// B offers and A takes it. @return what we answer B
  std::string reoffer_by_b(const std::string& sdp) {
    const auto reply = try_offer_by_b(sdp);
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().reason);
    auto answer_of_a = exchange.answer(a.sdp("RTP/AVP", mux({})));
    answer_of_a.from_tag = "callee";
    answer_of_a.to_tag = "caller";
    return answer(answer_of_a);
  }
  /// A offers. @return what we offer B
  std::string reoffer_by_a(const Lines& lines = {}) {
    auto request = exchange.offer(a.sdp("RTP/AVP", mux(lines)));
    request.to_tag = "callee";
    return offer(request);
  }
  /// A packet from A to B and one back, each as it was, under B's keys on the one side and none on the other.
  ::testing::AssertionResult talk(DtlsPhone& phone) {
    if (!phone.is_connected()) return ::testing::AssertionFailure() << "no handshake";
    const auto there = receive(kCallersPort, a.rtp(), a.packet(++sequence_));
    if (!there) return ::testing::AssertionFailure() << "to B: " << name(there.error());
    if (phone.open_rtp(there->packet) != a.clear(sequence_)) {
      return ::testing::AssertionFailure() << "B cannot read what it gets";
    }
    return hears(phone);
  }
  ::testing::AssertionResult hears(DtlsPhone& phone) {
    const auto back = receive(kCalleesPort, b.rtp(), phone.seal_rtp(b.clear(++sequence_)));
    if (!back) return ::testing::AssertionFailure() << "to A: " << name(back.error());
    return back->packet == b.clear(sequence_) ? ::testing::AssertionSuccess()
                                              : ::testing::AssertionFailure() << "A gets something else";
  }
  /// Nothing leaves for B, be it plain or under keys of the past, and nothing from it, whatever it is under.
  ::testing::AssertionResult is_silent() {
    if (receive(kCallersPort, a.rtp(), a.packet(++sequence_))) return ::testing::AssertionFailure() << "A to B";
    if (receive(kCalleesPort, b.rtp(), b.clear(++sequence_))) return ::testing::AssertionFailure() << "B, plain";
    if (receive(kCalleesPort, b.rtp(), b.packet(++sequence_))) return ::testing::AssertionFailure() << "B, SDES";
    const bool has_keys = dtls.is_connected();
    if (has_keys && receive(kCalleesPort, b.rtp(), dtls.seal_rtp(b.clear(++sequence_)))) {
      return ::testing::AssertionFailure() << "B, DTLS";
    }
    return ::testing::AssertionSuccess();
  }
  bool calls_out() {
    bool dtls_sent = false;
    for (const auto& sent : exchange.plane.take_sent()) dtls_sent = dtls_sent || sent.packet[0] >= 20;
    return dtls_sent;
  }
  DtlsPhone phone(dtls::Role role, const std::shared_ptr<const dtls::Identity>& identity = phone_identity()) {
    return {role, identity, exchange.now().steady};
  }

  DtlsPhone dtls{dtls::Role::kActive, phone_identity(), exchange.now().steady};
  std::string offered;  // to B, the first time

 private:
  std::uint16_t sequence_ = 0;
};

}  // namespace osrtp::testing
