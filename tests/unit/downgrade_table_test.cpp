// What becomes of a leg that comes without keys: every cell of the table in docs/negotiation.md, on either leg, and
// what it does to packets.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "support/dialog.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::SecurityState;
using protocol::Signalling;

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
const std::string kFirstOffer = "the first offer";
const std::string kFirstAnswer = "the answer to it";

struct Cell {
  std::string message;
  Signalling signalling;
  Policy policy;
  Leg leg;
  std::string outcome;
};

std::vector<std::string> fields(const std::string& row) {
  std::vector<std::string> found;
  for (std::size_t at = 1; at < row.size();) {
    const auto end = row.find('|', at);
    if (end == std::string::npos) break;
    const auto first = row.find_first_not_of(' ', at);
    found.push_back(row.substr(first, row.find_last_not_of(' ', end - 1) + 1 - first));
    at = end + 1;
  }
  return found;
}

std::vector<Signalling> signallings(const std::string& text) {
  if (text == "encrypted") return {Signalling::kEncrypted};
  if (text == "unknown, clear") return {Signalling::kUnknown, Signalling::kClear};
  return {Signalling::kEncrypted, Signalling::kUnknown, Signalling::kClear};
}

std::vector<Cell> cells() {
  std::ifstream document("docs/negotiation.md");
  std::vector<Cell> all;
  bool in_section = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("#")) in_section = line == "### A leg that comes without keys";
    if (!in_section || !line.starts_with("| ") || line.starts_with("| what")) continue;
    const auto columns = fields(line);
    for (const Signalling signalling : signallings(columns.at(1))) {
      for (const Policy policy : {Policy::kOff, Policy::kOpportunistic, Policy::kPrefer, Policy::kRequire}) {
        for (const Leg leg : {Leg::kCaller, Leg::kCallee}) {
          all.push_back({columns[0], signalling, policy, leg, columns.at(2 + static_cast<std::size_t>(policy))});
        }
      }
    }
  }
  return all;
}

std::string test_name(const ::testing::TestParamInfo<Cell>& row) {
  std::string text = row.param.message + "_" + std::string(name(row.param.policy)) + "_" +
                     std::string(name(row.param.signalling)) + "_" + std::string(name(row.param.leg));
  std::erase_if(text, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != ' '; });
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

/// The leg in question is that of one phone, under a policy; the other leg is plain, and nobody minds.
class OneLeg : public Dialog {
 protected:
  explicit OneLeg(Leg which) : Dialog({}, relay_identity()), leg_(which) {}

  void set(Policy policy, Signalling signalling) {
    options = Exchange::options(Policy::kOff, Policy::kOff);
    (leg_ == Leg::kCaller ? options.caller : options.callee) = policy;
    (leg_ == Leg::kCaller ? options.caller_signalling : options.callee_signalling) = signalling;
    by_dtls_ = signalling == Signalling::kClear;  // there are no keys in the SDP over such a hop
  }
  Phone& phone() { return leg_ == Leg::kCaller ? a : b; }
  Phone& other_phone() { return leg_ == Leg::kCaller ? b : a; }
  Leg other() const { return protocol::other(leg_); }
  std::uint16_t port() const { return leg_ == Leg::kCaller ? kCallersPort : kCalleesPort; }
  std::uint16_t other_port() const { return leg_ == Leg::kCaller ? kCalleesPort : kCallersPort; }
  std::string plain() { return phone().sdp("RTP/AVP", {"a=rtcp-mux"}); }
  std::string other_plain() { return other_phone().sdp("RTP/AVP", {"a=rtcp-mux"}); }
  std::string keyed(const std::string& proto) {
    const Lines keys = by_dtls_ ? testing::dtls_lines("active") : Lines{phone().crypto(1, kSuite)};
    return phone().sdp(proto, keys + Lines{"a=rtcp-mux"});
  }
  static std::string proto_in(const std::string& sdp) {
    for (const char* proto : {"UDP/TLS/RTP/SAVP", "RTP/SAVP"}) {
      if (sdp.find(std::string(" ") + proto + " ") != std::string::npos) return proto;
    }
    return "RTP/AVP";
  }
  /// The first exchange, with keys on this leg and SRTP at the end.
  void encrypt() {
    std::string said;
    std::string got;
    if (leg_ == Leg::kCaller) {
      said = keyed("RTP/AVP");
      offer(leg_, said);
      got = answer(other(), other_plain());
    } else {
      got = offer(other(), other_plain());
      said = keyed(proto_in(got));
      answer(leg_, said);
    }
    if (by_dtls_) {
      shake(exchange, {{&dtls_, port(), phone().rtp()}});
    } else {
      phone().key(said, got, said);
    }
    ASSERT_TRUE(runs());
  }
  void start_plain() {
    offer(Leg::kCaller, a.sdp("RTP/AVP", {"a=rtcp-mux"}));
    answer(Leg::kCallee, b.sdp("RTP/AVP", {"a=rtcp-mux"}));
  }
  /// SRTP on this leg, both ways.
  ::testing::AssertionResult runs() {
    ++sequence_;
    const bool dtls = by_dtls_ && dtls_.is_connected();
    const auto out = receive(other_port(), other_phone().rtp(), other_phone().clear(sequence_));
    if (!out) return ::testing::AssertionFailure() << "to it: " << name(out.error());
    if (out->packet == other_phone().clear(sequence_)) return ::testing::AssertionFailure() << "to it, in clear";
    const auto read = dtls ? dtls_.open_rtp(out->packet) : phone().open(out->packet);
    if (read != other_phone().clear(sequence_)) return ::testing::AssertionFailure() << "it cannot read it";
    const Octets sealed = dtls ? dtls_.seal_rtp(phone().clear(sequence_)) : phone().packet(sequence_);
    const auto in = receive(port(), phone().rtp(), sealed);
    if (!in) return ::testing::AssertionFailure() << "from it: " << name(in.error());
    return in->packet == phone().clear(sequence_) ? ::testing::AssertionSuccess() : ::testing::AssertionFailure();
  }
  /// What it sends in clear gets through, and what it gets is in clear.
  bool is_open() {
    ++sequence_;
    const auto in = receive(port(), phone().rtp(), phone().clear(sequence_));
    const auto out = receive(other_port(), other_phone().rtp(), other_phone().clear(sequence_));
    return in && out && out->packet == other_phone().clear(sequence_);
  }
  /// Nothing gets through either way.
  bool is_mute() {
    ++sequence_;
    const bool in = receive(port(), phone().rtp(), phone().clear(sequence_)).has_value();
    const bool sealed = !by_dtls_ && receive(port(), phone().rtp(), phone().packet(sequence_)).has_value();
    const bool out = receive(other_port(), other_phone().rtp(), other_phone().clear(sequence_)).has_value();
    return !in && !sealed && !out;
  }
  /// "plain `reason`" of the leg as it stands, "refused `reason`" of a request that it was.
  std::string outcome(const Reply& reply) {
    const auto with = [](const char* what, const std::optional<protocol::Reason>& why) {
      return what + (" `" + (why ? std::string(name(*why)) : "none") + "`");
    };
    if (!reply) {
      EXPECT_EQ(reply.error().code, protocol::ErrorCode::kPolicyRefused);
      return with("refused", testing::leg(reply.error().security, leg_).reason);
    }
    const auto stands_now = stands(leg_);
    if (stands_now.state == SecurityState::kPlain) return with("plain", stands_now.reason);
    if (stands_now.state == SecurityState::kFailed) return with("failed", stands_now.reason);
    return with(std::string(name(stands_now.state)).c_str(), stands_now.reason);
  }
  /// @param code of the reply that has the answer; 0: it is an ACK
  Reply offered_by_this(int code) {
    auto reply = try_offer(leg_, plain());
    return reply ? try_answer(other(), other_plain(), code) : std::move(reply);
  }
  Reply answered_by_this(const std::string& sdp, int code) {
    auto reply = try_offer(other(), other_plain());
    return reply ? try_answer(leg_, sdp, code) : std::move(reply);
  }

  const Leg leg_;

 private:
  bool by_dtls_ = false;
  std::uint16_t sequence_ = 0;
  DtlsPhone dtls_{dtls::Role::kActive, phone_identity(), exchange.now().steady};
};

class Downgrade : public OneLeg, public ::testing::WithParamInterface<Cell> {
 protected:
  Downgrade() : OneLeg(GetParam().leg) {}

  /// An INVITE is the caller's: where the callee offers first, it had no SDP.
  Reply play(const std::string& message) {
    if (message == kFirstOffer) return offered_by_this(leg_ == Leg::kCaller ? 200 : 0);
    if (message == kFirstAnswer) return answered_by_this(plain(), leg_ == Leg::kCallee ? 200 : 0);
    if (message == "a re-INVITE" || message == "an UPDATE") return offered_by_this(200);
    if (message == "the offer in a 200 to a re-INVITE without SDP") return offered_by_this(0);
    if (message == "the answer to a re-INVITE" || message == "the answer to an UPDATE") {
      return answered_by_this(plain(), 200);
    }
    EXPECT_EQ(message, "the answer in the ACK of a re-INVITE without SDP");
    return answered_by_this(plain(), 0);
  }
};

TEST_P(Downgrade, IsAsTheTableSays) {
  const Cell& cell = GetParam();
  set(cell.policy, cell.signalling);
  const bool first = cell.message == kFirstOffer || cell.message == kFirstAnswer;
  const bool encrypted = !first && cell.policy != Policy::kOff;
  if (encrypted) encrypt();
  if (!first && !encrypted) start_plain();
  EXPECT_EQ(outcome(play(cell.message)), cell.outcome);
  const auto begins = [&](const char* what) { return cell.outcome.starts_with(what); };
  EXPECT_TRUE(!begins("plain") || is_open());
  EXPECT_TRUE(!begins("failed") || is_mute());
  EXPECT_TRUE(!begins("refused") || !encrypted || runs());
}

INSTANTIATE_TEST_SUITE_P(Table, Downgrade, ::testing::ValuesIn(cells()), test_name);

TEST(DowngradeTable, HasEveryMessageUnderEveryPolicyAndSignalling) {
  std::map<std::string, std::set<std::pair<Signalling, Policy>>> seen;
  for (const Cell& cell : cells()) seen[cell.message].insert({cell.signalling, cell.policy});
  EXPECT_EQ(seen.size(), 8U);
  for (const auto& [message, combinations] : seen) EXPECT_EQ(combinations.size(), 12U) << message;
}

/// Which answer it is that has keys though nobody asked.
struct Unsolicited {
  const char* name;
  Leg leg;
  bool first;
  int code;
};

class UnsolicitedKeys : public OneLeg, public ::testing::WithParamInterface<Unsolicited> {
 protected:
  UnsolicitedKeys() : OneLeg(GetParam().leg) {}
};

TEST_P(UnsolicitedKeys, AreNotUsedAndReported) {
  set(Policy::kOff, Signalling::kEncrypted);
  if (!GetParam().first) start_plain();
  EXPECT_EQ(outcome(answered_by_this(keyed("RTP/AVP"), GetParam().code)), "plain `unsolicited-keys`");
  const auto warnings = exchange.registry.take_warnings();
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(),
                          [](const auto& w) { return w.find("unsolicited-keys") != std::string::npos; }));
  EXPECT_TRUE(is_open());
  EXPECT_EQ(outcome(answered_by_this(plain(), GetParam().code)), "plain `policy-off`");
}

INSTANTIATE_TEST_SUITE_P(In, UnsolicitedKeys,
                         ::testing::Values(Unsolicited{"TheFirstAnswer", Leg::kCallee, true, 200},
                                           Unsolicited{"TheFirstAck", Leg::kCaller, true, 0},
                                           Unsolicited{"AReInvite", Leg::kCallee, false, 200},
                                           Unsolicited{"AReInviteOfTheCallee", Leg::kCaller, false, 200},
                                           Unsolicited{"AnAck", Leg::kCaller, false, 0},
                                           Unsolicited{"AnAckOfTheCallee", Leg::kCallee, false, 0}),
                         [](const auto& row) { return std::string(row.param.name); });

// Where keys may not go over a hop that was encrypted, our offer has none, and an answer without is a downgrade too.
TEST(ALegOverAHopThatTurnsClear, IsNotTakenForPlain) {
  struct Turned : OneLeg {
    Turned() : OneLeg(Leg::kCallee) {}
    void TestBody() override {
      set(Policy::kOpportunistic, Signalling::kEncrypted);
      options.keying = {"sdes"};
      encrypt();
      options.callee_signalling = Signalling::kClear;
      EXPECT_EQ(outcome(answered_by_this(plain(), 200)), "failed `downgrade-refused`");
      EXPECT_TRUE(is_mute());
    }
  } turned;
  turned.TestBody();
}

}  // namespace
}  // namespace osrtp::testing
