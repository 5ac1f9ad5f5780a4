// Every case of the negotiation, DTLS and ZRTP included, as the pure functions see it: what is planned towards the
// caller and the callee, and what the answer makes of it. Each case runs with both key managements and with either
// alone.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "negotiate/answerer.hpp"
#include "negotiate/offerer.hpp"
#include "support/matrix.hpp"

namespace osrtp::testing {
namespace {

using namespace negotiate;
using protocol::Policy;
using protocol::Reason;

const std::string kCrypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:yxGqNXTVzex+XzHLoboG10yHQnASvew4x6WlQTKE\n";
const std::string kDtls =
    "a=fingerprint:sha-256 4F:D1:8A:93:EA:DB:8F:C0:A3:C8:69:21:09:36:5E:B9:45:63:0F:FB:BF:E7:75:13:6B:F8:CA:9F:4B:4E:"
    "EB:BA\n";

/// What a leg may use.
struct Keying {
  bool sdes;
  bool dtls;
};
constexpr std::array<Keying, 3> kKeyings{{{true, true}, {true, false}, {false, true}}};

Terms terms(const std::string& policy, Keying keying) {
  Terms terms;
  terms.policy = *protocol::policy_named(policy);
  terms.signalling = protocol::Signalling::kEncrypted;
  terms.sdes = keying.sdes;
  terms.dtls = keying.dtls;
  terms.offered = terms.accepted = {Suite::kAesCm128HmacSha1_80};
  return terms;
}

/// Keeps the Text that a Media borrows.
struct Said {
  sdp::Text text;
  sdp::Media media;
};

Said said(const std::string& proto, const std::string& lines, int port = 4000) {
  auto text =
      *sdp::Text::parse("v=0\nc=IN IP4 192.0.2.1\nm=audio " + std::to_string(port) + " " + proto + " 0\n" + lines);
  auto media = *sdp::read_media(text, 0);
  return {std::move(text), std::move(media)};
}

Said offer_of_a(const MatrixRow& row) {
  const std::string f = has(row.a_offer, "AVPF") ? "F" : "";
  std::string proto = "RTP/AVP";
  if (has(row.a_offer, "SAVP")) proto = "RTP/SAVP";
  if (has(row.a_offer, "UDP/TLS")) proto = "UDP/TLS/RTP/SAVP";
  std::string lines;
  if (has(row.a_offer, "+crypto")) lines += kCrypto;
  if (has(row.a_offer, "+fingerprint")) lines += kDtls + "a=setup:actpass\n";
  if (has(row.a_offer, "zrtp-hash")) lines += "a=zrtp-hash:1.10 00\n";
  return said(proto + f, lines);
}

/// What the row says that A gets, or nothing where that depends on B.
void check_answer_to_a(const MatrixRow& row, Keying keying, const AnswerPlan& plan) {
  const std::string& to_a = row.answer_to_a;
  const bool refused = to_a.starts_with("488 (policy A") || to_a.starts_with("reject m-line");
  const bool fingerprint = has(row.a_offer, "fingerprint") && keying.dtls;
  const bool crypto = has(row.a_offer, "crypto") && keying.sdes;
  EXPECT_EQ(std::holds_alternative<Refuse>(plan), refused || row.offer_to_b == "(not sent)");
  if (has(to_a, "exactly one method")) {
    EXPECT_EQ(std::holds_alternative<AnswerDtls>(plan), fingerprint);
    EXPECT_EQ(std::holds_alternative<AnswerSdes>(plan), !fingerprint && crypto);
  } else if (has(to_a, "ONE a=crypto")) {
    EXPECT_TRUE(std::holds_alternative<AnswerSdes>(plan));
  } else if (has(to_a, "a=fingerprint")) {
    EXPECT_EQ(plan, AnswerPlan(AnswerDtls{DtlsRole::kActive}));
  } else if (to_a.starts_with("RTP/AVP")) {
    EXPECT_TRUE(std::holds_alternative<AnswerPlain>(plan));
  }
}

/// Whether A could come to what the row has with these methods; the rows are written for a relay that does both.
bool fits(const MatrixRow& row, Keying keying) {
  const bool sdes = has(row.a_offer, "crypto");
  const bool dtls = has(row.a_offer, "fingerprint");
  return (!sdes && !dtls) || (sdes && keying.sdes) || (dtls && keying.dtls);
}

void check_offer_to_b(const MatrixRow& row, Keying keying, const OfferPlan& plan) {
  const bool no_keys = has(row.offer_to_b, "no keying");
  const bool choice = has(row.offer_to_b, " | ");  // one profile, and so one method
  EXPECT_EQ(plan.sdes, !no_keys && keying.sdes);
  EXPECT_EQ(plan.dtls, !no_keys && keying.dtls && !(choice && keying.sdes));
  EXPECT_EQ(plan.keyless_because.has_value(), no_keys);
  std::string stated = row.offer_to_b;
  if (choice && !keying.sdes) stated = stated.substr(stated.find(" | ") + 3);
  EXPECT_EQ(name(plan.profile), stated.substr(0, stated.find(' ')));
}

Said answer_of_b(const MatrixRow& row, const OfferPlan& plan) {
  const std::string f = protocol::has_feedback(plan.profile) ? "F" : "";
  const std::string echoed(name(plan.profile));
  const std::string dtls = kDtls + "a=setup:active\n";
  if (row.b_answer.starts_with("plain")) return said("RTP/AVP" + f, "");
  if (row.b_answer == "crypto accepted") return said(echoed, kCrypto);
  if (row.b_answer == "fingerprint accepted") return said(echoed, dtls);
  if (row.b_answer.starts_with("crypto AND fingerprint")) return said(echoed, kCrypto + dtls);
  if (row.b_answer.starts_with("SAVP[F]+crypto")) return said("RTP/SAVP" + f, kCrypto);
  if (row.b_answer.starts_with("SAVP[F] answer without")) return said("RTP/SAVP" + f, "");
  EXPECT_EQ(row.b_answer, "m-line port 0");
  return said(echoed, "", 0);
}

enum class Strictness { kLenient, kStrict };

/// How many cases ended how: a test that never saw an outcome has not tested it.
using Tally = std::map<std::string, std::size_t>;

/// SRTP by a method that we had offered. By another one it never is: what was secure fails, what was not stays plain.
void check_srtp(const OfferPlan& plan, const Said& answer, const Settled& settled, Strictness strictness,
                Tally& tally) {
  const bool crypto = !answer.media.crypto.empty();
  const bool fingerprint = answer.media.has_fingerprint();
  if (crypto && fingerprint && plan.sdes && plan.dtls) {
    if (strictness == Strictness::kStrict) {
      ++tally["ambiguous"];
      EXPECT_EQ(std::get<SettledFailed>(settled.outcome).reason, Reason::kAmbiguousAnswer);
      return;
    }
    EXPECT_EQ(settled.remark, Remark::kAmbiguousAnswer);
  } else if (crypto && fingerprint) {
    EXPECT_EQ(settled.remark, Remark::kSecondMethodIgnored);
  }
  if (fingerprint && plan.dtls) {
    ++tally["dtls"];
    EXPECT_EQ(std::get<SettledDtls>(settled.outcome).role, DtlsRole::kPassive);
  } else if (crypto && plan.sdes) {
    ++tally["sdes"];
    EXPECT_EQ(std::get<SettledSdes>(settled.outcome), (SettledSdes{0, 0}));
  } else if (protocol::is_secure(plan.profile) || protocol::is_secure(answer.media.profile)) {
    ++tally["not offered"];
    EXPECT_EQ(std::get<SettledFailed>(settled.outcome).reason, Reason::kUnsolicitedKeys);
  } else {
    ++tally["unsolicited"];
    EXPECT_EQ(std::get<SettledPlain>(settled.outcome).reason, Reason::kUnsolicitedKeys);
    EXPECT_EQ(settled.remark, Remark::kUnsolicitedKeys);
  }
}

void check_result(const MatrixRow& row, const OfferPlan& plan, const Said& answer, const Settled& settled,
                  Strictness strictness, Tally& tally) {
  if (row.b_answer == "m-line port 0") {
    ++tally["rejected"];
    EXPECT_TRUE(std::holds_alternative<SettledRejected>(settled.outcome));
  } else if (row.b_result == "RTP") {
    ++tally["plain"];
    EXPECT_TRUE(std::holds_alternative<SettledPlain>(settled.outcome));
    EXPECT_EQ(settled.remark == Remark::kUnsolicitedKeys, !row.b_answer.starts_with("plain"));
  } else if (row.b_result == "fail") {
    ++tally["failed"];
    EXPECT_TRUE(std::holds_alternative<SettledFailed>(settled.outcome));
  } else {
    EXPECT_TRUE(row.b_result == "SRTP" || row.b_result == "SRTP(lenient)/fail(strict)");
    check_srtp(plan, answer, settled, strictness, tally);
  }
}

void run(const MatrixRow& row, Keying keying, Tally& tally) {
  const Said offer = offer_of_a(row);
  if (fits(row, keying)) {
    check_answer_to_a(row, keying, plan_answer(terms(row.policy_a, keying), offer.media, History::kNew));
  }
  if (row.offer_to_b == "(not sent)") return void(++tally["not sent"]);
  const auto offered = plan_offer(terms(row.policy_b, keying), protocol::has_feedback(offer.media.profile));
  const auto& plan = std::get<OfferPlan>(offered);
  check_offer_to_b(row, keying, plan);
  if (row.b_answer == "488 to INVITE") return void(++tally["488"]);  // no SDP to settle
  const Said answer = answer_of_b(row, plan);
  const std::array<OwnLine, 1> own{OwnLine{1, Suite::kAesCm128HmacSha1_80}};
  for (const auto strictness : {Strictness::kLenient, Strictness::kStrict}) {
    Terms b = terms(row.policy_b, keying);
    b.lenient_answers = strictness == Strictness::kLenient;
    check_result(row, plan, answer, settle(b, plan, own, answer.media, History::kNew), strictness, tally);
  }
}

TEST(NegotiationMatrix, EveryCaseIsPlannedAndSettledAsTabled) {
  const auto rows = matrix_rows();
  ASSERT_EQ(rows.size(), 1484U);
  Tally tally;
  for (const MatrixRow& row : rows) {
    for (const Keying keying : kKeyings) {
      SCOPED_TRACE(row.to_string() + (keying.sdes ? " sdes" : "") + (keying.dtls ? " dtls" : ""));
      run(row, keying, tally);
      if (::testing::Test::HasFailure()) return;  // the first case tells
    }
  }
  EXPECT_EQ(tally.size(), 10U);
}

}  // namespace
}  // namespace osrtp::testing
