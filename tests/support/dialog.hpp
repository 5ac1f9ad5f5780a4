#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/dtls_call.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {

/// A call whose dialog goes on: either side offers, either side answers, packets go both ways.
class Dialog : public ::testing::Test {
 protected:
  using Reply = Result<protocol::SdpReply, protocol::Error>;
  static constexpr std::uint16_t kCallersPort = 30000;
  static constexpr std::uint16_t kCalleesPort = 30002;

  explicit Dialog(call::Settings settings = {}, std::shared_ptr<const dtls::Identity> identity = {})
      : exchange(std::move(settings), std::move(identity)) {}

  static const char* tag_of(protocol::Leg leg) { return leg == protocol::Leg::kCaller ? "caller" : "callee"; }
  Reply try_offer(protocol::Leg by, const std::string& sdp) {
    auto request = exchange.offer(sdp);
    request.from_tag = tag_of(by);
    if (in_dialog || by == protocol::Leg::kCallee) request.to_tag = tag_of(protocol::other(by));
    request.osrtp = options;
    request.osrtp->offerer = by;
    return exchange.registry.offer(request, exchange.now());
  }
  Reply try_answer(protocol::Leg by, const std::string& sdp, int code = 200) {
    auto request = exchange.answer(sdp);
    request.from_tag = tag_of(protocol::other(by));
    request.to_tag = tag_of(by);
    request.osrtp = options;
    request.sip_code = code;
    in_dialog = true;
    return exchange.registry.answer(request, exchange.now());
  }
  std::string offer(protocol::Leg by, const std::string& sdp) { return text(try_offer(by, sdp)); }
  std::string answer(protocol::Leg by, const std::string& sdp, int code = 200) {
    return text(try_answer(by, sdp, code));
  }
  static std::string text(const Reply& reply) {
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().reason);
    return reply ? reply->sdp : "";
  }
  protocol::LegSecurity stands(protocol::Leg which) {
    protocol::Query query;
    query.call_id = "call-1";
    const auto reply = exchange.registry.query(query, exchange.now());
    return leg(reply->call.security, which);
  }
  Result<FakePlane::Sent, relay::Drop> receive(std::uint16_t port, const Endpoint& from, const Octets& octets) {
    return exchange.plane.receive(port, from, octets, exchange.now().steady);
  }
  /// A packet of `from` that arrives at our `port` and is read by `to`.
  ::testing::AssertionResult hears(Phone& from, std::uint16_t port, Phone& to, std::uint16_t sequence) {
    const auto sent = receive(port, from.rtp(), from.packet(sequence));
    if (!sent) return ::testing::AssertionFailure() << sequence << " dropped: " << name(sent.error());
    const auto heard = to.open(sent->packet);
    if (!heard) return ::testing::AssertionFailure() << sequence << " does not authenticate";
    auto plain = *heard;
    plain[2] = static_cast<std::uint8_t>(sequence >> 8U);  // shifted where a sender started anew
    plain[3] = static_cast<std::uint8_t>(sequence);
    return plain == from.clear(sequence) ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << "altered";
  }
  ::testing::AssertionResult talk(std::uint16_t sequence) {
    const auto there = hears(a, kCallersPort, b, sequence);
    return there ? hears(b, kCalleesPort, a, sequence) : there;
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
  protocol::OsrtpOptions options =
      Exchange::options(protocol::Policy::kOpportunistic, protocol::Policy::kOpportunistic);
  bool in_dialog = false;
};

/// Both legs under SDES of one suite.
class SdesDialog : public Dialog, public ::testing::WithParamInterface<std::string> {
 protected:
  std::string of_a(const std::string& proto = "RTP/AVP") { return a.sdp(proto, {a.crypto(1, GetParam())}); }
  std::string of_b(const std::string& proto = "RTP/AVP") { return b.sdp(proto, {b.crypto(1, GetParam())}); }
  void SetUp() override {
    to_b = offer(protocol::Leg::kCaller, of_a());
    to_a = answer(protocol::Leg::kCallee, of_b());
    a.key(of_a(), to_a, to_a);
    b.key(of_b(), to_b, of_b());
  }

  std::string to_a;
  std::string to_b;
};

inline std::string suite_of_test(const ::testing::TestParamInfo<std::string>& row) { return row.param; }

}  // namespace osrtp::testing
