// Every case of the negotiation whose offers and answers are SDES or plain, whole: SDP in, SDP out,
// state, and one packet each way.
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/matrix.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::SecurityState;

using Row = MatrixRow;

/// Neither leg names DTLS or ZRTP, and there is an answer.
bool is_sdes_or_plain(const Row& row) {
  const bool offered = !has(row.a_offer, "fingerprint") && !has(row.a_offer, "zrtp");
  return offered && !has(row.b_answer, "fingerprint") && row.b_answer != "488 to INVITE";
}

const std::string kSuite = "AES_CM_128_HMAC_SHA1_80";

std::string offer_of(const Phone& a, const Row& row) {
  const std::string f = has(row.a_offer, "AVPF") ? "F" : "";
  const std::string proto = has(row.a_offer, "SAVP") ? "RTP/SAVP" + f : "RTP/AVP" + f;
  return a.sdp(proto, has(row.a_offer, "crypto") ? std::vector{a.crypto(3, kSuite)} : std::vector<std::string>{});
}

std::string answer_of(const Phone& b, const Row& row, const std::string& offered) {
  const auto text = sdp::Text::parse(offered);
  const auto media = first_media(*text);
  const std::string f = has(row.a_offer, "AVPF") ? "F" : "";
  std::uint32_t tag = 1;
  for (const auto& line : media.crypto) tag = line.suite == Suite::kAesCm128HmacSha1_80 ? line.tag : tag;
  const std::string crypto = b.crypto(tag, kSuite);
  if (row.b_answer.starts_with("plain")) return b.sdp("RTP/AVP" + f);
  if (row.b_answer == "crypto accepted") return b.sdp(std::string(media.proto), {crypto});
  if (row.b_answer.starts_with("SAVP[F]+crypto")) return b.sdp("RTP/SAVP" + f, {crypto});
  if (row.b_answer.starts_with("SAVP[F] answer without")) return b.sdp("RTP/SAVP" + f);
  EXPECT_EQ(row.b_answer, "m-line port 0");
  return b.sdp(std::string(media.proto), {}, 0);
}

SecurityState expected_callee(const Row& row) {
  if (row.b_result == "SRTP") return SecurityState::kSrtpSdes;
  if (row.b_result == "RTP") return SecurityState::kPlain;
  EXPECT_TRUE(has(row.b_result, "fail"));
  return SecurityState::kFailed;
}

void check_sdp(const std::string& sdp, const std::string& said) {
  const auto text = sdp::Text::parse(sdp);
  ASSERT_TRUE(text);
  const auto media = first_media(*text);
  EXPECT_EQ(media.proto, said.substr(0, said.find(' ')));
  if (has(said, "ONE a=crypto")) {
    EXPECT_EQ(media.crypto.size(), 1U);
  } else {
    EXPECT_EQ(!media.crypto.empty(), has(said, "a=crypto list"));
  }
  EXPECT_TRUE(media.bad_crypto.empty());
  EXPECT_FALSE(media.has_fingerprint());
}

void check_packet(Exchange& exchange, Phone& from, std::uint16_t port, Phone& to) {
  const auto sent = exchange.plane.receive(port, from.rtp(), from.packet(7), exchange.now().steady);
  ASSERT_TRUE(sent) << name(sent.error());
  EXPECT_EQ(sent->to, to.rtp());
  const auto heard = to.open(sent->packet);
  ASSERT_TRUE(heard) << "the packet does not authenticate";
  EXPECT_EQ(*heard, from.clear(7));
}

void run(const Row& row) {
  Exchange exchange;
  Phone a(1);
  Phone b(2);
  auto offer = exchange.offer(offer_of(a, row));
  offer.osrtp = Exchange::options(*protocol::policy_named(row.policy_a), *protocol::policy_named(row.policy_b));
  offer.osrtp->keying = {"sdes"};
  const auto offered = exchange.registry.offer(offer, exchange.now());
  if (row.offer_to_b == "(not sent)") {
    ASSERT_FALSE(offered);
    EXPECT_EQ(offered.error().code, protocol::ErrorCode::kPolicyRefused);
    EXPECT_EQ(exchange.plane.open_port_pairs(), 0U);
    return;
  }
  ASSERT_TRUE(offered);
  check_sdp(offered->sdp, row.offer_to_b);

  const std::string answer = answer_of(b, row, offered->sdp);
  const auto answered = exchange.registry.answer(exchange.answer(answer), exchange.now());
  ASSERT_TRUE(answered);
  const auto& callee = leg(answered->security, Leg::kCallee);
  EXPECT_EQ(callee.state, expected_callee(row));
  EXPECT_NE(callee.state == SecurityState::kSrtpSdes, callee.reason.has_value());
  const auto text = sdp::Text::parse(answered->sdp);
  const bool alive = first_media(*text).port.has_value();
  EXPECT_EQ(alive, callee.state != SecurityState::kFailed);
  if (!alive) return;

  check_sdp(answered->sdp, row.answer_to_a);
  EXPECT_EQ(leg(answered->security, Leg::kCaller).state,
            has(row.answer_to_a, "ONE a=crypto") ? SecurityState::kSrtpSdes : SecurityState::kPlain);
  a.key(offer.sdp, answered->sdp, answered->sdp);
  if (callee.state == SecurityState::kSrtpSdes) b.key(answer, offered->sdp, answer);
  check_packet(exchange, a, first_media(*text).port->number(), b);
  const auto offered_text = sdp::Text::parse(offered->sdp);
  check_packet(exchange, b, first_media(*offered_text).port->number(), a);
}

TEST(NegotiationMatrix, EveryCaseOfSdesAndPlainComesOutAsTabled) {
  std::size_t count = 0;
  for (const Row& row : matrix_rows()) {
    if (!is_sdes_or_plain(row)) continue;
    ++count;
    SCOPED_TRACE(row.to_string());
    run(row);
    if (::testing::Test::HasFailure()) break;  // the first case tells
  }
  EXPECT_EQ(count, 432U);
}

}  // namespace
}  // namespace osrtp::testing
