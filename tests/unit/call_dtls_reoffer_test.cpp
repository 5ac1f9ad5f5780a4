// Offers and answers on a leg that DTLS has keyed: which association they mean (RFC 8842), and what runs meanwhile.
#include <gtest/gtest.h>

#include "support/dtls_reoffer.hpp"
#include "support/matrix.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;
using protocol::SecurityState;

TEST_F(DtlsReoffer, OurOfferSaysTheSameAgain) {
  start();
  const std::string again = reoffer_by_a();
  EXPECT_EQ(value(again, "tls-id"), value(offered, "tls-id"));
  EXPECT_EQ(value(again, "fingerprint"), value(offered, "fingerprint"));
  EXPECT_EQ(value(again, "setup"), "actpass");
  EXPECT_TRUE(talk(dtls));
}

TEST_F(DtlsReoffer, AnsweredWithTheSameGoesOnUnderTheSameKeys) {
  start();
  reoffer_by_a();
  answer(b.sdp("RTP/AVP", mux(dtls_lines("active") + kTlsId)));
  EXPECT_FALSE(calls_out());
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
  EXPECT_TRUE(talk(dtls));
}

TEST_F(DtlsReoffer, ByThePeerWithTheSameGoesOnUnderTheSameKeys) {
  start();
  const std::string answered = reoffer_by_b(b.sdp("RTP/AVP", mux(dtls_lines("actpass") + kTlsId)));
  EXPECT_EQ(value(answered, "tls-id"), value(offered, "tls-id"));
  EXPECT_EQ(value(answered, "fingerprint"), value(offered, "fingerprint"));
  EXPECT_EQ(value(answered, "setup"), "passive");  // as it was
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(dtls));
}

TEST_F(DtlsReoffer, SameAddressIsEnoughForAPeerWithoutTlsId) {
  start(dtls_lines("active"));
  reoffer_by_b(b.sdp("RTP/AVP", mux(dtls_lines("actpass"))));
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(dtls));
}

TEST_F(DtlsReoffer, SameTlsIdAtAnotherAddressIsTheSameAssociation) {
  start();
  b = Phone(3);
  reoffer_by_b(b.sdp("RTP/AVP", mux(dtls_lines("actpass") + kTlsId)));
  EXPECT_FALSE(calls_out());
  EXPECT_TRUE(talk(dtls));
  EXPECT_EQ(receive(kCallersPort, a.rtp(), a.packet(99))->to, b.rtp());
}

/// What B's offer says instead, and whose certificate it is then.
struct Change {
  const char* name;
  Lines before;
  Lines after;
  const std::shared_ptr<const dtls::Identity>& (*identity)();
  int host;
};

class DtlsChange : public DtlsReoffer, public ::testing::WithParamInterface<Change> {};

TEST_P(DtlsChange, IsANewAssociationAndTheOldKeysAreGoodUntilItIsDone) {
  const Change& change = GetParam();
  start(change.before);
  b = Phone(change.host);
  const std::string answered = reoffer_by_b(b.sdp("RTP/AVP", mux(change.after)));
  EXPECT_EQ(value(answered, "setup"), "active");
  if (has(change.after.back(), "tls-id")) {
    EXPECT_FALSE(value(answered, "tls-id").empty());
    EXPECT_NE(value(answered, "tls-id"), value(offered, "tls-id"));
  }
  EXPECT_EQ(stands(Leg::kCallee).state, SecurityState::kSrtpDtls);
  EXPECT_TRUE(talk(dtls));
  DtlsPhone next = phone(dtls::Role::kPassive, change.identity());
  EXPECT_EQ(shake(next, kCalleesPort, b.rtp()), 0U);
  ASSERT_TRUE(next.is_connected());
  EXPECT_TRUE(hears(dtls)) << "on its way while the handshake ended";
  EXPECT_TRUE(talk(next));
  EXPECT_FALSE(hears(dtls));
}

INSTANTIATE_TEST_SUITE_P(
    Every, DtlsChange,
    ::testing::Values(
        Change{"TlsId", dtls_lines("active") + kTlsId, dtls_lines("passive") + kOtherTlsId, phone_identity, 2},
        Change{"TlsIdOpen", dtls_lines("passive") + kTlsId, dtls_lines("actpass") + kOtherTlsId, phone_identity, 2},
        Change{"Fingerprint", dtls_lines("passive") + kTlsId,
               dtls_lines("actpass", HashFunction::kSha256, *foreign_identity()) + kTlsId, foreign_identity, 2},
        Change{"Role", dtls_lines("active") + kTlsId, dtls_lines("passive") + kTlsId, phone_identity, 2},
        Change{"FirstTlsId", dtls_lines("passive"), dtls_lines("actpass") + kTlsId, phone_identity, 2},
        Change{"Address", dtls_lines("passive"), dtls_lines("actpass"), phone_identity, 3}),
    [](const auto& named) { return std::string(named.param.name); });

}  // namespace
}  // namespace osrtp::testing
