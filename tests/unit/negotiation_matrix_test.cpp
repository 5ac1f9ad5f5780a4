// Every case of the negotiation, whole: SDP in, SDP out, handshakes, state, and one packet each way. The relay has both
// key managements; where an offer has a profile that holds one alone, the case runs with either.
#include <gtest/gtest.h>

#include <map>

#include "support/dtls_call.hpp"
#include "support/matrix.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::SecurityState;

using Row = MatrixRow;

enum class Method { kNone, kPlain, kSdes, kDtls };
enum class Strictness { kLenient, kStrict };
/// Which key managements the callee's leg may use.
enum class Keying { kBoth, kDtlsAlone };

struct Case {
  const Row& row;
  Keying keying;
  Strictness strictness;

  [[nodiscard]] bool has_choice() const { return has(row.offer_to_b, " | "); }
  [[nodiscard]] bool no_keys() const { return has(row.offer_to_b, "no keying"); }
  [[nodiscard]] bool offers_sdes() const { return !no_keys() && keying == Keying::kBoth; }
  [[nodiscard]] bool offers_dtls() const { return !no_keys() && (!has_choice() || keying == Keying::kDtlsAlone); }
  /// The profile of our offer.
  [[nodiscard]] std::string profile() const {
    const std::string& said = row.offer_to_b;
    const std::string stated = has_choice() && !offers_sdes() ? said.substr(said.find(" | ") + 3) : said;
    return stated.substr(0, stated.find(' '));
  }
  [[nodiscard]] bool is_passed_zrtp() const {
    return has(row.offer_to_b, "zrtp-hash") && row.b_answer.starts_with("plain") && row.b_result == "RTP";
  }
  /// An SDP of either phone. Sound from UDP/TLS/RTP/SAVPF goes on without feedback, which the table does not know.
  [[nodiscard]] std::string of_kind(std::string sdp) const {
    if (has(row.a_offer, "UDP/TLS/RTP/SAVPF")) sdp.replace(sdp.find("m=audio"), 7, "m=video");
    return sdp;
  }
  /// B's side of a handshake, now this and now that.
  [[nodiscard]] std::string setup_of_b() const { return row.line % 2 == 0 ? "active" : "passive"; }
};

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";
constexpr std::uint16_t kOfferersPort = 30000;
const std::string kMux = "a=rtcp-mux";  // one handshake per leg
const std::string kZrtp = "a=zrtp-hash:1.10 fe30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46df";

Method method_of_a(const Row& row) {
  const std::string& to_a = row.answer_to_a;
  if (has(to_a, "exactly one method")) return has(row.a_offer, "fingerprint") ? Method::kDtls : Method::kSdes;
  if (has(to_a, "ONE a=crypto")) return Method::kSdes;
  if (has(to_a, "a=fingerprint")) return Method::kDtls;
  return to_a.starts_with("RTP/AVP") ? Method::kPlain : Method::kNone;
}

Method method_of_b(const Case& it) {
  if (it.row.b_result == "RTP") return Method::kPlain;
  if (!has(it.row.b_result, "SRTP")) return Method::kNone;
  const bool both = has(it.row.b_answer, "AND fingerprint");
  const bool crypto = (both || has(it.row.b_answer, "crypto")) && it.offers_sdes();
  const bool fingerprint = (both || has(it.row.b_answer, "fingerprint")) && it.offers_dtls();
  if (crypto && fingerprint && it.strictness == Strictness::kStrict) return Method::kNone;
  if (fingerprint) return Method::kDtls;
  if (crypto) return Method::kSdes;
  // The other one was accepted: in a secure profile no way to go on, in RTP/AVP the keys are ignored.
  const bool secure = has(it.profile(), "SAVP") || it.row.b_answer.starts_with("SAVP");
  return secure ? Method::kNone : Method::kPlain;
}

/// A phone, what it and we have agreed on, and where we listen for it.
struct End {
  Phone phone;
  DtlsPhone dtls;
  Phone unpicked;  // knows the keys of its own SDP, agreed on or not
  Method method = Method::kNone;
  std::uint16_t port = 0;

  End(int host, dtls::Role role, TimePoint now) : phone(host), dtls(role, phone_identity(), now), unpicked(host) {}
  void key(const std::string& sent, const std::string& got, const std::string& answer) {
    if (method == Method::kSdes) phone.key(sent, got, answer);
    unpicked.key(sent, sent, sent);
  }
  [[nodiscard]] Octets packet(std::uint16_t sequence) {
    return method == Method::kDtls ? dtls.seal_rtp(phone.clear(sequence)) : phone.packet(sequence);
  }
  [[nodiscard]] std::optional<Octets> open(const Octets& packet) {
    return method == Method::kDtls ? dtls.open_rtp(packet) : phone.open(packet);
  }
};

class MatrixCall {
 public:
  explicit MatrixCall(const Case& it)
      : it_(it),
        exchange_(settings(it), relay_identity()),
        a_(1, dtls::Role::kPassive, exchange_.now().steady),
        b_(2, it.setup_of_b() == "active" ? dtls::Role::kActive : dtls::Role::kPassive, exchange_.now().steady) {}

  void run();

 private:
  static call::Settings settings(const Case& it) {
    call::Settings settings;
    settings.lenient_answers = it.strictness == Strictness::kLenient;
    return settings;
  }
  [[nodiscard]] std::string offer_of_a() const;
  [[nodiscard]] std::string answer_of_b(const std::string& offered) const;
  void check_offer(const std::string& sdp) const;
  void check_answer(const std::string& sdp) const;
  void check_states(SecurityState by_dtls) const;
  void answer(const std::string& offered, const std::string& said);
  void shake_hands();
  void check_silence();
  void check_packet(End& from, End& to);
  void check_unpicked(End& from);
  void hang_up();

  Case it_;
  Exchange exchange_;
  End a_;
  End b_;
};

std::string MatrixCall::offer_of_a() const {
  const Row& row = it_.row;
  std::string proto = has(row.a_offer, "SAVP") ? "RTP/SAVP" : "RTP/AVP";
  if (has(row.a_offer, "UDP/TLS")) proto = "UDP/TLS/RTP/SAVP";
  Lines lines{kMux};
  if (has(row.a_offer, "+crypto")) lines.push_back(a_.phone.crypto(3, kSuite));
  if (has(row.a_offer, "+fingerprint")) lines = lines + dtls_lines("actpass");
  if (has(row.a_offer, "zrtp")) lines.push_back(kZrtp);
  return a_.phone.sdp(proto + (has(row.a_offer, "AVPF") ? "F" : ""), lines);
}

std::string MatrixCall::answer_of_b(const std::string& offered) const {
  const auto text = sdp::Text::parse(offered);
  const auto media = first_media(*text);
  const std::string f = media.proto.ends_with("F") ? "F" : "";
  const std::string echoed(media.proto);
  std::uint32_t tag = 1;
  for (const auto& line : media.crypto) tag = line.suite == Suite::kAesCm128HmacSha1_80 ? line.tag : tag;
  const Lines crypto{b_.phone.crypto(tag, kSuite)};
  const Lines mux{kMux};
  const Lines dtls = dtls_lines(it_.setup_of_b());
  const std::string& said = it_.row.b_answer;
  if (said.starts_with("plain")) return b_.phone.sdp("RTP/AVP" + f, it_.is_passed_zrtp() ? mux + Lines{kZrtp} : mux);
  if (said == "crypto accepted") return b_.phone.sdp(echoed, mux + crypto);
  if (said == "fingerprint accepted") return b_.phone.sdp(echoed, mux + dtls);
  if (said.starts_with("crypto AND fingerprint")) return b_.phone.sdp(echoed, mux + crypto + dtls);
  if (said.starts_with("SAVP[F]+crypto")) return b_.phone.sdp("RTP/SAVP" + f, mux + crypto);
  if (said.starts_with("SAVP[F] answer without")) return b_.phone.sdp("RTP/SAVP" + f, mux);
  EXPECT_EQ(said, "m-line port 0");
  return b_.phone.sdp(echoed, {}, 0);
}

void MatrixCall::check_offer(const std::string& sdp) const {
  const auto text = sdp::Text::parse(sdp);
  ASSERT_TRUE(text);
  const auto media = first_media(*text);
  EXPECT_EQ(media.proto, it_.profile());
  EXPECT_EQ(!media.crypto.empty(), it_.offers_sdes());
  EXPECT_EQ(media.has_fingerprint(), it_.offers_dtls());
  EXPECT_EQ(media.setup == sdp::SetupRole::kActpass, it_.offers_dtls());
  EXPECT_EQ(media.tls_id.has_value(), it_.offers_dtls());
  EXPECT_EQ(media.zrtp_hash, has(it_.row.offer_to_b, "zrtp-hash"));
}

void MatrixCall::check_answer(const std::string& sdp) const {
  const auto text = sdp::Text::parse(sdp);
  ASSERT_TRUE(text);
  const auto media = first_media(*text);
  EXPECT_EQ(media.proto, it_.row.answer_to_a.substr(0, it_.row.answer_to_a.find(' ')));
  EXPECT_EQ(media.crypto.size(), a_.method == Method::kSdes ? 1U : 0U);
  EXPECT_EQ(media.has_fingerprint(), a_.method == Method::kDtls);
  EXPECT_EQ(media.setup == sdp::SetupRole::kActive, a_.method == Method::kDtls);
  EXPECT_FALSE(media.tls_id);  // none was offered
  EXPECT_EQ(media.zrtp_hash, it_.is_passed_zrtp());
}

/// @param by_dtls how far a leg that is keyed by handshake has come
void MatrixCall::check_states(SecurityState by_dtls) const {
  const auto expected = [&](Method method) {
    switch (method) {
      case Method::kNone:
        return SecurityState::kFailed;
      case Method::kPlain:
        return it_.is_passed_zrtp() ? SecurityState::kZrtpPassthrough : SecurityState::kPlain;
      case Method::kSdes:
        return SecurityState::kSrtpSdes;
      case Method::kDtls:
        break;
    }
    return by_dtls;
  };
  protocol::Query query;
  query.call_id = "call-1";
  const auto reply = exchange_.registry.query(query, exchange_.now());
  ASSERT_TRUE(reply);
  const auto& callee = leg(reply->call.security, Leg::kCallee);
  EXPECT_EQ(leg(reply->call.security, Leg::kCaller).state, expected(a_.method));
  EXPECT_EQ(callee.state, expected(b_.method));
  EXPECT_EQ(callee.reason.has_value(), b_.method == Method::kNone || b_.method == Method::kPlain);
}

/// Both phones try, whatever was agreed: who is not keyed by DTLS gets no word of it.
void MatrixCall::shake_hands() {
  const auto strays = shake(exchange_, {{&a_.dtls, a_.port, a_.phone.rtp()}, {&b_.dtls, b_.port, b_.phone.rtp()}});
  EXPECT_EQ(strays, 0U);
  EXPECT_EQ(a_.dtls.is_connected(), a_.method == Method::kDtls);
  EXPECT_EQ(b_.dtls.is_connected(), b_.method == Method::kDtls);
}

/// Nothing of either phone comes out at the other, be it under no keys or under those of its SDP.
void MatrixCall::check_silence() {
  for (End* from : {&a_, &b_}) {
    const auto now = exchange_.now().steady;
    EXPECT_FALSE(exchange_.plane.receive(from->port, from->phone.rtp(), from->phone.clear(1), now));
    EXPECT_FALSE(exchange_.plane.receive(from->port, from->phone.rtp(), from->unpicked.packet(2), now));
  }
}

void MatrixCall::check_packet(End& from, End& to) {
  const auto sent = exchange_.plane.receive(from.port, from.phone.rtp(), from.packet(7), exchange_.now().steady);
  ASSERT_TRUE(sent) << name(sent.error());
  EXPECT_EQ(sent->to, to.phone.rtp());
  EXPECT_EQ(sent->from_port, to.port);
  EXPECT_EQ(sent->packet == from.phone.clear(7), to.method == Method::kPlain);
  EXPECT_EQ(to.open(sent->packet), from.phone.clear(7));
}

/// What is not under the method of its leg goes nowhere. A plain leg has nothing to tell by.
void MatrixCall::check_unpicked(End& from) {
  const auto now = exchange_.now().steady;
  if (from.method == Method::kPlain) return;
  EXPECT_FALSE(exchange_.plane.receive(from.port, from.phone.rtp(), from.phone.clear(8), now));
  if (from.method == Method::kSdes) return;
  EXPECT_FALSE(exchange_.plane.receive(from.port, from.phone.rtp(), from.unpicked.packet(9), now));
}

void MatrixCall::hang_up() {
  protocol::Delete request;
  request.call_id = "call-1";
  EXPECT_TRUE(exchange_.registry.remove(request, exchange_.now()).call);
  EXPECT_EQ(exchange_.plane.open_port_pairs(), 0U);
}

void MatrixCall::answer(const std::string& offered, const std::string& said) {
  const std::string answer = it_.of_kind(answer_of_b(offered));
  const auto answered = exchange_.registry.answer(exchange_.answer(answer), exchange_.now());
  ASSERT_TRUE(answered);
  b_.method = method_of_b(it_);
  a_.method = b_.method == Method::kNone ? Method::kNone : method_of_a(it_.row);
  a_.key(said, answered->sdp, answered->sdp);
  b_.key(answer, offered, answer);
  check_states(SecurityState::kPending);
  const auto text = sdp::Text::parse(answered->sdp);
  EXPECT_EQ(first_media(*text).port.has_value(), b_.method != Method::kNone);
  if (b_.method != Method::kNone) check_answer(answered->sdp);
}

void MatrixCall::run() {
  const std::string said = it_.of_kind(offer_of_a());
  auto request = exchange_.offer(said);
  request.osrtp =
      Exchange::options(*protocol::policy_named(it_.row.policy_a), *protocol::policy_named(it_.row.policy_b));
  if (it_.keying == Keying::kDtlsAlone) request.osrtp->callee_keying = {"dtls"};
  const auto offered = exchange_.registry.offer(request, exchange_.now());
  ASSERT_EQ(offered.has_value(), it_.row.offer_to_b != "(not sent)");
  if (!offered) {
    EXPECT_EQ(offered.error().code, protocol::ErrorCode::kPolicyRefused);
    EXPECT_EQ(exchange_.plane.open_port_pairs(), 0U);
    return;
  }
  check_offer(offered->sdp);
  // Fixed by FakePlane: the offerer's pair is opened first.
  a_.port = kOfferersPort;
  b_.port = port_of(offered->sdp);
  check_silence();
  if (it_.row.b_answer == "488 to INVITE") return hang_up();
  answer(offered->sdp, said);
  const auto silent = [](Method method) { return method == Method::kNone || method == Method::kDtls; };
  if (silent(a_.method) || silent(b_.method)) check_silence();
  shake_hands();
  check_states(SecurityState::kSrtpDtls);
  if (b_.method == Method::kNone) {
    check_silence();
  } else if (!::testing::Test::HasFailure()) {
    check_unpicked(a_);
    check_unpicked(b_);
    check_packet(a_, b_);
    check_packet(b_, a_);
  }
  hang_up();
}

std::vector<Case> cases_of(const Row& row) {
  std::vector<Case> all{{row, Keying::kBoth, Strictness::kLenient}};
  if (has(row.offer_to_b, " | ")) all.push_back({row, Keying::kDtlsAlone, Strictness::kLenient});
  if (has(row.b_result, "strict")) all.push_back({row, Keying::kBoth, Strictness::kStrict});
  return all;
}

TEST(NegotiationMatrix, EveryCaseComesOutAsTabledDownToThePackets) {
  const auto rows = matrix_rows();
  ASSERT_EQ(rows.size(), 1484U);
  std::map<Method, std::size_t> ended;
  for (const Row& row : rows) {
    for (const Case& it : cases_of(row)) {
      SCOPED_TRACE(row.to_string() + (it.keying == Keying::kBoth ? "" : " dtls alone") +
                   (it.strictness == Strictness::kLenient ? "" : " strict"));
      MatrixCall(it).run();
      ++ended[row.offer_to_b == "(not sent)" ? Method::kNone : method_of_b(it)];
      if (::testing::Test::HasFailure()) return;  // the first case tells
    }
  }
  EXPECT_EQ(ended.size(), 4U);
}

}  // namespace
}  // namespace osrtp::testing
