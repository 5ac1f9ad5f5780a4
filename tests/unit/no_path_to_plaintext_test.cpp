// A leg that has accepted keys relays nothing unauthenticated in and nothing unencrypted out until a renegotiation that
// its policy permits is complete, and a leg under `require` never does. Every state that exchanges, handshakes and
// silence can bring a call to is visited under every pair of policies, and in each the same packets are sent. What a
// leg has accepted is read from the SDP that its phone has sent and got, never from the daemon.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <iostream>
#include <set>
#include <sstream>

#include "support/dtls_call.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
const std::string kUnusable = "crypto:1 " + kSuite + " inline:AAAA";

/// How many things happen to a call before the one that is judged. `make exhaustive` goes on until no state is new,
/// which takes minutes.
std::size_t deepest() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr std::size_t usual = 3;
#else
  constexpr std::size_t usual = 4;
#endif
  return std::getenv("EXHAUSTIVE") != nullptr ? 1000 : usual;
}

enum class Keys : std::uint8_t { kNone, kSdes, kSavp, kDtls, kBroken, kRejected };
enum class Kind : std::uint8_t { kOffer, kAnswer, kStrayAnswer, kHandshake, kForeignHandshake, kSilence };

/// One thing that happens to a call.
struct Step {
  Kind kind;
  Leg by = Leg::kCaller;
  Keys keys = Keys::kNone;
};

std::string text_of(const std::vector<Step>& steps) {
  static const std::array kinds{"offer", "answer", "stray-answer", "handshake", "foreign-handshake", "silence"};
  static const std::array keys{"none", "sdes", "savp", "dtls", "broken", "rejected"};
  std::string text;
  for (const Step& step : steps) {
    text += std::string(" ") + kinds[static_cast<std::size_t>(step.kind)] + "/" + std::string(name(step.by)) + "/" +
            keys[static_cast<std::size_t>(step.keys)];
  }
  return text;
}

bool has(const std::string& sdp, const std::string& attribute) {
  return sdp.find("\r\na=" + attribute) != std::string::npos;
}
bool is_rejected(const std::string& sdp) { return sdp.find("\r\nm=audio 0 ") != std::string::npos; }

/// What one phone knows of its leg.
struct Side {
  Phone phone;
  Policy policy;
  std::string own;  // the SDP that it sent last, of an exchange that is complete
  std::string got;
  bool by_dtls = false;
  bool offered = false;  // it was the offerer
  bool keyed = false;    // has accepted keys, and nothing has taken them back that may
  bool failed = false;   // its last answer accepted keys with some of its own that cannot be used
  std::optional<DtlsPhone> dtls{};

  [[nodiscard]] bool is_protected() const { return keyed || failed || policy == Policy::kRequire; }

  /// An exchange is complete: this phone has sent `sent` and got `received`; `answer` is the one of both that was the
  /// answer.
  void settle(const std::string& sent, const std::string& received, const std::string& answer) {
    own = sent;
    got = received;
    offered = &answer == &received;
    dtls.reset();
    if (is_rejected(answer)) return;
    failed = has(answer, kUnusable) && has(received, "crypto:");
    if (failed) return;
    const bool sdes = has(answer, "crypto:") && has(received, "crypto:");
    by_dtls = !sdes && has(answer, "fingerprint:") && has(received, "fingerprint:");
    if (sdes || by_dtls) {
      keyed = true;
    } else if (policy == Policy::kOff || policy == Policy::kOpportunistic) {
      keyed = false;
    }
    phone.key(own, got, answer);
  }
};

/// What became of a packet that a phone sent.
struct Probe {
  bool authenticates;  // it was sealed with the keys of the phone's leg
  bool relayed;
  bool readable = false;  // what left shows the sender's sound
};
/// Empty: as it should be.
std::string violation(const Probe& probe, bool from_protected, bool to_protected) {
  if (!probe.relayed) return {};
  if (from_protected && !probe.authenticates) return "something unauthenticated came in";
  if (to_protected && probe.readable) return "something unencrypted went out";
  return {};
}

class Call {
 public:
  Call(Policy caller, Policy callee)
      : options_(Exchange::options(caller, callee)),
        exchange_(settings(), relay_identity()),
        sides_{Side{Phone(1), caller, {}, {}}, Side{Phone(2), callee, {}, {}}} {}

  void apply(const Step& step) {
    switch (step.kind) {
      case Kind::kOffer:
        return offer(step.by, step.keys);
      case Kind::kAnswer:
      case Kind::kStrayAnswer:
        return answer(step.by, step.keys);
      case Kind::kHandshake:
        return shake(step.by, phone_identity());
      case Kind::kForeignHandshake:
        return shake(step.by, foreign_identity());
      case Kind::kSilence:
        return be_silent();
    }
  }

  /// What can happen next.
  [[nodiscard]] std::vector<Step> next() const {
    std::vector<Step> steps;
    if (answered_ && exchange_.registry.size() == 0) return steps;  // it has timed out
    for (const Leg leg : {Leg::kCaller, Leg::kCallee}) {
      const bool may_offer = answered_ || leg == Leg::kCaller;
      if (may_offer && (!pending_ || pending_->by == leg)) {
        for (const Keys keys : {Keys::kNone, Keys::kSdes, Keys::kSavp, Keys::kDtls, Keys::kBroken}) {
          steps.push_back({Kind::kOffer, leg, keys});
        }
      }
      if (pending_ && pending_->by != leg) {
        for (const Keys keys : {Keys::kNone, Keys::kSdes, Keys::kDtls, Keys::kBroken, Keys::kRejected}) {
          steps.push_back({Kind::kAnswer, leg, keys});
        }
      } else if (answered_) {
        for (const Keys keys : {Keys::kNone, Keys::kSdes}) steps.push_back({Kind::kStrayAnswer, leg, keys});
      }
      if (side(leg).by_dtls && !side(leg).dtls) {
        steps.push_back({Kind::kHandshake, leg});
        steps.push_back({Kind::kForeignHandshake, leg});
      }
      if (side(leg).by_dtls && leg == Leg::kCaller) steps.push_back({Kind::kSilence});
    }
    return steps;
  }

  /// Sends every kind of packet from both sides. @return the first thing that must not be
  std::string probe() {
    for (const Leg from : {Leg::kCaller, Leg::kCallee}) {
      for (const auto& [what, packet, authenticates] : packets(from)) {
        const std::uint16_t port = port_towards(from);
        if (port == 0) continue;
        const auto at = side(from).phone.rtp();
        const auto sent = exchange_.plane.receive(port, at, packet, exchange_.now().steady);
        ++probes;
        const Probe probe{authenticates, sent.has_value(), sent && is_readable(sent->packet, from)};
        auto wrong = violation(probe, side(from).is_protected(), side(other(from)).is_protected());
        if (wrong.empty() && sent && !answered_) wrong = "something was relayed before there was an answer";
        if (!wrong.empty()) return std::string(name(from)) + "'s " + what + ": " + wrong;
      }
    }
    return {};
  }

  /// All that makes a difference to what comes next, as far as it can be seen from outside.
  [[nodiscard]] std::string state() const {
    std::ostringstream text;
    protocol::Query query;
    query.call_id = "call-1";
    if (const auto reply = exchange_.registry.query(query, exchange_.now())) {
      for (const auto& leg : reply->call.security) {
        text << name(leg.leg) << ' ' << name(leg.state) << ' ' << leg.suite << ' '
             << (leg.reason ? name(*leg.reason) : "") << ';';
      }
    }
    if (pending_) text << "pending " << name(pending_->by) << static_cast<int>(pending_->keys);
    for (const Side& one : sides_)
      text << (one.keyed ? " keyed" : "") << one.failed << one.by_dtls << one.dtls.has_value() << one.offered;
    return text.str();
  }

  std::size_t probes = 0;

 private:
  struct Pending {
    Leg by;
    Keys keys;
    std::string sent;
    std::string relayed;
  };
  struct Packet {
    std::string what;
    Octets octets;
    bool authenticates;
  };

  static call::Settings settings() {
    call::Settings settings;
    settings.suites = {Suite::kAesCm128HmacSha1_80};
    return settings;
  }
  [[nodiscard]] Side& side(Leg leg) { return sides_[static_cast<std::size_t>(leg)]; }
  [[nodiscard]] const Side& side(Leg leg) const { return sides_[static_cast<std::size_t>(leg)]; }
  [[nodiscard]] static Leg other(Leg leg) { return protocol::other(leg); }
  static const char* tag_of(Leg leg) { return leg == Leg::kCaller ? "caller" : "callee"; }

  [[nodiscard]] std::string sdp(Leg leg, Keys keys, bool as_answer) {
    const Phone& phone = side(leg).phone;
    // What was offered decides the profile of an answer; ours of an offer is our own.
    const bool dtls_only = as_answer && pending_ && pending_->relayed.find(" UDP/TLS/") != std::string::npos;
    const bool savp_only = as_answer && pending_ && pending_->relayed.find(" RTP/SAVP") != std::string::npos;
    const std::string proto = dtls_only ? "UDP/TLS/RTP/SAVP" : savp_only ? "RTP/SAVP" : "RTP/AVP";
    switch (keys) {
      case Keys::kNone:
        return phone.sdp(proto);
      case Keys::kSdes:
        return phone.sdp(proto, {phone.crypto(1, kSuite)});
      case Keys::kSavp:
        return phone.sdp("RTP/SAVP", {phone.crypto(1, kSuite)});
      case Keys::kDtls:
        return phone.sdp(as_answer ? proto : "UDP/TLS/RTP/SAVP", dtls_lines(as_answer ? "active" : "actpass"));
      case Keys::kBroken:
        return phone.sdp(proto, {"a=" + kUnusable});
      case Keys::kRejected:
        return phone.sdp(proto, {}, 0);
    }
    return {};
  }

  void offer(Leg by, Keys keys) {
    const std::string sent = sdp(by, keys, false);
    auto request = exchange_.offer(sent);
    request.from_tag = tag_of(by);
    if (answered_) request.to_tag = tag_of(other(by));
    request.osrtp = options_;
    const auto reply = exchange_.registry.offer(request, exchange_.now());
    if (reply) pending_ = Pending{by, keys, sent, reply->sdp};
  }

  void answer(Leg by, Keys keys) {
    const std::string sent = sdp(by, keys, true);
    auto request = exchange_.answer(sent);
    request.from_tag = tag_of(other(by));
    request.to_tag = tag_of(by);
    request.osrtp = options_;
    const auto reply = exchange_.registry.answer(request, exchange_.now());
    if (!reply) return;
    if (pending_) answered_ = std::exchange(pending_, std::nullopt);
    ASSERT_TRUE(answered_ && answered_->by != by) << "an answer to nothing was taken";
    side(answered_->by).settle(answered_->sent, reply->sdp, reply->sdp);
    side(by).settle(sent, answered_->relayed, sent);
  }

  void shake(Leg leg, const std::shared_ptr<const dtls::Identity>& identity) {
    Side& one = side(leg);
    const auto role = has(one.offered ? one.got : one.own, "setup:active") == one.offered ? dtls::Role::kPassive
                                                                                          : dtls::Role::kActive;
    one.dtls.emplace(role, identity, exchange_.now().steady);
    testing::shake(exchange_, {{&*one.dtls, port_towards(leg), one.phone.rtp()}});
    if (!one.dtls->is_connected()) one.dtls.emplace(role, identity, exchange_.now().steady);
  }

  void be_silent() {
    for (int i = 0; i < 45; ++i) {
      exchange_.advance(std::chrono::seconds(1));
      exchange_.plane.handle_timeout(exchange_.now().steady);
      exchange_.registry.expire(exchange_.now());
    }
  }

  /// Our port in the SDP that the phone got; 0: it got none.
  [[nodiscard]] std::uint16_t port_towards(Leg leg) const {
    const std::string& got = side(leg).got;
    return got.empty() || is_rejected(got) ? std::uint16_t{0} : port_of(got);
  }

  std::vector<Packet> packets(Leg from) {
    Side& one = side(from);
    const std::uint16_t sequence = ++sequence_;
    const Octets clear = one.phone.clear(sequence);
    Octets forged = clear;
    forged.resize(clear.size() + 10, 0x5a);
    std::vector<Packet> all{{"plain packet", clear, false}, {"forged packet", forged, false}};
    if (one.by_dtls) {
      if (one.dtls && one.dtls->is_connected()) {
        all.push_back({"sealed packet", one.dtls->seal_rtp(one.phone.clear(++sequence_)), true});
        all.push_back({"replayed packet", all.back().octets, true});
      }
      return all;
    }
    const std::uint16_t next = ++sequence_;
    const Octets own = one.phone.packet(next);
    if (own != one.phone.clear(next)) all.push_back({"sealed packet", own, true});
    return all;
  }

  /// Whether the sound of `from`, one octet all along, is to be seen in a packet.
  [[nodiscard]] bool is_readable(const Octets& packet, Leg from) const {
    const Octets clear = side(from).phone.clear(1);
    constexpr std::size_t header = 12;
    return packet.size() >= 2 * header &&
           std::equal(clear.begin() + header, clear.begin() + 2 * header, packet.begin() + header);
  }

  protocol::OsrtpOptions options_;
  Exchange exchange_;
  std::array<Side, 2> sides_;
  std::optional<Pending> pending_;
  std::optional<Pending> answered_;  // the offer of the last exchange that is complete
  std::uint16_t sequence_ = 0;
};

class NoPathToPlaintext : public ::testing::TestWithParam<std::tuple<Policy, Policy>> {};

TEST_P(NoPathToPlaintext, InAnyStateThatACallCanComeTo) {
  const auto [caller, callee] = GetParam();
  std::set<std::string> seen;
  std::deque<std::vector<Step>> open{{}};
  std::size_t transitions = 0;
  std::size_t probes = 0;
  while (!open.empty()) {
    const std::vector<Step> path = open.front();
    open.pop_front();
    Call before(caller, callee);
    for (const Step& step : path) before.apply(step);
    for (const Step& step : before.next()) {
      std::vector<Step> longer = path;
      longer.push_back(step);
      Call call(caller, callee);
      for (const Step& one : longer) call.apply(one);
      ASSERT_EQ(call.probe(), "") << text_of(longer) << "\n" << call.state();
      ++transitions;
      probes += call.probes;
      if (seen.insert(call.state()).second && longer.size() <= deepest()) open.push_back(std::move(longer));
    }
  }
  std::cout << name(caller) << "/" << name(callee) << ": " << seen.size() << " states, " << transitions
            << " transitions, " << probes << " packets\n";
  EXPECT_GE(seen.size(), 25U);
  EXPECT_GE(probes, 2 * transitions);
}

constexpr std::array kPolicies{Policy::kOff, Policy::kOpportunistic, Policy::kPrefer, Policy::kRequire};
INSTANTIATE_TEST_SUITE_P(Policies, NoPathToPlaintext,
                         ::testing::Combine(::testing::ValuesIn(kPolicies), ::testing::ValuesIn(kPolicies)),
                         [](const auto& row) {
                           return std::string(name(std::get<0>(row.param))) + "_" +
                                  std::string(name(std::get<1>(row.param)));
                         });

TEST(NoPathToPlaintextJudge, SeesWhatMustNotBe) {
  EXPECT_NE(violation({.authenticates = false, .relayed = true}, true, false), "");
  EXPECT_NE(violation({.authenticates = true, .relayed = true, .readable = true}, true, true), "");
  EXPECT_NE(violation({.authenticates = false, .relayed = true, .readable = true}, false, true), "");
  EXPECT_EQ(violation({.authenticates = false, .relayed = true, .readable = true}, false, false), "");
  EXPECT_EQ(violation({.authenticates = false, .relayed = false}, true, true), "");
}

}  // namespace
}  // namespace osrtp::testing
