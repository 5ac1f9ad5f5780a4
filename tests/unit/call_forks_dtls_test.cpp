// Forks further down whose keys come by DTLS: each has a handshake of its own on the port that they share.
#include <gtest/gtest.h>

#include "support/dtls_call.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::SecurityState;

class DtlsForks : public DtlsCall {
 protected:
  DtlsForks() : offered(offer(a.sdp("RTP/AVP"))) {}

  void answered_by(const std::string& tag, const Phone& phone, const Lines& lines, int code = 183) {
    auto request = exchange.answer(phone.sdp("RTP/AVP", lines));
    request.to_tag = tag;
    request.sip_code = code;
    EXPECT_TRUE(exchange.registry.answer(request, exchange.now()));
  }
  /// Whether what the fork says reaches the caller.
  bool heard(DtlsPhone& fork, const Phone& phone, std::uint16_t sequence) {
    exchange.advance(relay::kEarlySilence);  // whoever answered after it has not begun
    const auto sent = receive(port_of(offered), phone.rtp(), fork.seal_rtp(phone.clear(sequence)));
    return sent && sent->packet == phone.clear(sequence);
  }
  bool hears(DtlsPhone& fork, const Phone& phone, std::uint16_t sequence) {
    const auto sent = receive(kCallersPort, a.rtp(), a.clear(sequence));
    return sent && sent->to == phone.rtp() && fork.open_rtp(sent->packet) == a.clear(sequence);
  }
  static constexpr std::uint16_t kCallersPort = 30000;

  std::string offered;
  Phone c{3};
  DtlsPhone of_b{dtls::Role::kActive, phone_identity(), exchange.now().steady};
  DtlsPhone of_c{dtls::Role::kActive, foreign_identity(), exchange.now().steady};
};

TEST_F(DtlsForks, EachHasItsOwnHandshakeAndWhoeverPicksUpIsHeard) {
  answered_by("B1", b, dtls_lines("active"));
  answered_by("B2", c, dtls_lines("active", HashFunction::kSha256, *foreign_identity()));
  shake(of_b, port_of(offered), b.rtp());
  shake(of_c, port_of(offered), c.rtp());
  ASSERT_TRUE(of_b.is_connected());
  ASSERT_TRUE(of_c.is_connected());
  EXPECT_TRUE(heard(of_b, b, 1));
  answered_by("B2", c, dtls_lines("active", HashFunction::kSha256, *foreign_identity()), 200);
  EXPECT_TRUE(heard(of_c, c, 1));
  EXPECT_TRUE(hears(of_c, c, 1));
  EXPECT_FALSE(heard(of_b, b, 2));
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
}

TEST_F(DtlsForks, TheCertificateOfOneIsNotGoodForAnother) {
  answered_by("B1", b, dtls_lines("active"));
  answered_by("B2", c, dtls_lines("active"));  // names the certificate of the first, and shows another
  shake(of_c, port_of(offered), c.rtp());
  EXPECT_EQ(stands(Leg::kCallee).reason, protocol::Reason::kFingerprintMismatch);
  shake(of_b, port_of(offered), b.rtp());
  EXPECT_TRUE(of_b.is_connected());
  EXPECT_TRUE(heard(of_b, b, 1));
}

TEST_F(DtlsForks, WhomWeCallDoNotMix) {
  answered_by("B1", b, dtls_lines("passive"));
  answered_by("B2", c, dtls_lines("passive", HashFunction::kSha256, *foreign_identity()));
  DtlsPhone server_b(dtls::Role::kPassive, phone_identity(), exchange.now().steady);
  DtlsPhone server_c(dtls::Role::kPassive, foreign_identity(), exchange.now().steady);
  testing::shake(exchange, {{&server_b, port_of(offered), b.rtp()}, {&server_c, port_of(offered), c.rtp()}});
  ASSERT_TRUE(server_b.is_connected());
  ASSERT_TRUE(server_c.is_connected());
  answered_by("B1", b, dtls_lines("passive"), 200);
  EXPECT_TRUE(heard(server_b, b, 1));
  EXPECT_TRUE(hears(server_b, b, 1));
}

TEST_F(DtlsForks, OneByDtlsAndOneInClear) {
  answered_by("B1", b, dtls_lines("active"));
  answered_by("B2", c, {});
  shake(of_b, port_of(offered), b.rtp());
  ASSERT_TRUE(of_b.is_connected());
  EXPECT_TRUE(heard(of_b, b, 1));
  answered_by("B2", c, {}, 200);
  const auto sent = receive(port_of(offered), c.rtp(), c.clear(1));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->packet, c.clear(1));
  EXPECT_FALSE(heard(of_b, b, 2));
}

TEST_F(DtlsForks, OneBehindANatIsTheLatestThatStillWaits) {
  const Endpoint nat = *Endpoint::parse("203.0.113.7:7000");
  answered_by("B1", b, dtls_lines("active"));
  shake(of_b, port_of(offered), b.rtp());
  ASSERT_TRUE(of_b.is_connected());
  answered_by("B2", c, dtls_lines("active", HashFunction::kSha256, *foreign_identity()));
  shake(of_c, port_of(offered), nat);
  EXPECT_TRUE(of_c.is_connected());
}

}  // namespace
}  // namespace osrtp::testing
