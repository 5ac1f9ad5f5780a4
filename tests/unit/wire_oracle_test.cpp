// The oracle must be able to say no.
#include "support/wire_oracle.hpp"

#include "support/srtp.hpp"

namespace osrtp::testing {
namespace {

using srtp::Direction;

class Oracle : public ::testing::TestWithParam<Suite> {
 protected:
  [[nodiscard]] static srtp::Key key(std::uint8_t first = 1) { return test_key(GetParam(), first); }
  srtp::Context out = context(Direction::kOutbound, key());
  WireOracle oracle{GetParam(), key().master.reveal()};
};

INSTANTIATE_TEST_SUITE_P(Of, Oracle,
                         ::testing::Values(Suite::kAeadAes256Gcm, Suite::kAesCm128HmacSha1_80,
                                           Suite::kAesCm128HmacSha1_32),
                         suite_name<::testing::TestParamInfo<Suite>>);

TEST_P(Oracle, SeesAClearPacket) {
  EXPECT_EQ(oracle.see(rtp_packet(1)), Verdict::kUnprotected);
  EXPECT_EQ(oracle.see(rtcp_packet()), Verdict::kUnprotected);
}

TEST_P(Oracle, SeesAPacketUnderAWrongKey) {
  auto other = context(Direction::kOutbound, key(2));
  EXPECT_EQ(oracle.see(*protect_rtp(other, rtp_packet(1))), Verdict::kUnprotected);
  EXPECT_EQ(oracle.see(*protect_rtcp(other, rtcp_packet())), Verdict::kUnprotected);
}

TEST_P(Oracle, SeesAReusedIndex) {
  auto again = context(Direction::kOutbound, key());  // the mistake that must never be made
  EXPECT_EQ(oracle.see(*protect_rtp(out, rtp_packet(1, 7, 160, 0x11))), Verdict::kProtected);
  EXPECT_EQ(oracle.see(*protect_rtp(again, rtp_packet(1, 7, 160, 0x22))), Verdict::kReused);
  Octets other = rtcp_packet();
  other[27] = 1;
  EXPECT_EQ(oracle.see(*protect_rtcp(out, rtcp_packet())), Verdict::kProtected);
  EXPECT_EQ(oracle.see(*protect_rtcp(again, other)), Verdict::kReused);
}

TEST_P(Oracle, AllowsTheVerySamePacketAgain) {
  const Octets wire = *protect_rtp(out, rtp_packet(1));
  EXPECT_EQ(oracle.see(wire), Verdict::kProtected);
  EXPECT_EQ(oracle.see(wire), Verdict::kRepeated);
}

TEST_P(Oracle, SeesAChangedOctet) {
  Octets wire = *protect_rtp(out, rtp_packet(1));
  wire[14] ^= 1U;
  EXPECT_EQ(oracle.see(wire), Verdict::kUnprotected);
}

TEST_P(Oracle, SeesAMissingMki) {
  WireOracle expecting(GetParam(), key().master.reveal(), 4);
  EXPECT_EQ(expecting.see(*protect_rtp(out, rtp_packet(1))), Verdict::kUnprotected);
}

TEST_P(Oracle, TellsEverythingElseApart) {
  EXPECT_EQ(oracle.see({}), Verdict::kMalformed);
  EXPECT_EQ(oracle.see(from_hex("80000001 00000000 0000")), Verdict::kMalformed);
  EXPECT_EQ(oracle.see(from_hex("000100002112a442000000000000000000000000")), Verdict::kMalformed);
}

TEST_P(Oracle, ShowsWhatWasInside) {
  ASSERT_EQ(oracle.see(*protect_rtp(out, rtp_packet(9))), Verdict::kProtected);
  EXPECT_EQ(octets_of(oracle.plain()), rtp_packet(9));
  EXPECT_EQ(oracle.index(), 9U);
}

}  // namespace
}  // namespace osrtp::testing
