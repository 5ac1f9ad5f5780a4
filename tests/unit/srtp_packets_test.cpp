// What one packet goes through, for every suite.
#include "support/srtp.hpp"
#include "support/wire_oracle.hpp"

namespace osrtp::testing {
namespace {

using srtp::Direction;
using srtp::Error;

class EverySuite : public ::testing::TestWithParam<Suite> {
 protected:
  [[nodiscard]] static const SuiteFacts& suite() { return facts(GetParam()); }
  [[nodiscard]] static srtp::Key key(std::uint8_t first = 1) { return test_key(GetParam(), first); }
  [[nodiscard]] static srtp::Key key_with_mki() {
    srtp::Key k = key();
    k.mki = {0, 0, 0, 7};
    return k;
  }
};

INSTANTIATE_TEST_SUITE_P(Of, EverySuite,
                         ::testing::Values(Suite::kAeadAes256Gcm, Suite::kAeadAes128Gcm, Suite::kAes256CmHmacSha1_80,
                                           Suite::kAes192CmHmacSha1_80, Suite::kAesCm128HmacSha1_80,
                                           Suite::kAes256CmHmacSha1_32, Suite::kAes192CmHmacSha1_32,
                                           Suite::kAesCm128HmacSha1_32),
                         suite_name<::testing::TestParamInfo<Suite>>);

TEST_P(EverySuite, CarriesRtpOfEverySize) {
  auto out = context(Direction::kOutbound, key());
  auto in = context(Direction::kInbound, key());
  WireOracle oracle(GetParam(), key().master.reveal());
  std::uint16_t sequence = 1;
  for (std::size_t size = 0; size <= 1400; size += size < 40 ? 1 : 97) {
    const Octets plain = rtp_packet(sequence++, 7, size);
    const auto wire = protect_rtp(out, plain);
    ASSERT_TRUE(wire);
    EXPECT_EQ(wire->size(), plain.size() + suite().rtp_tag_size);
    ASSERT_EQ(oracle.see(*wire), Verdict::kProtected);
    const auto opened = unprotect_rtp(in, *wire);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, plain);
  }
}

TEST_P(EverySuite, CarriesRtcpOfEverySize) {
  auto out = context(Direction::kOutbound, key());
  auto in = context(Direction::kInbound, key());
  WireOracle oracle(GetParam(), key().master.reveal());
  for (std::size_t size = 8; size <= 1400; size += size < 40 ? 4 : 100) {
    Octets plain = from_hex("80c9 0001 00000007");
    plain.resize(size, 0x5a);
    const auto wire = protect_rtcp(out, plain);
    ASSERT_TRUE(wire);
    EXPECT_EQ(wire->size(), plain.size() + 4 + suite().rtcp_tag_size);
    ASSERT_EQ(oracle.see(*wire), Verdict::kProtected);
    const auto opened = unprotect_rtcp(in, *wire);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, plain);
  }
}

TEST_P(EverySuite, LeavesContributorsExtensionAndPaddingAsTheyAre) {
  auto out = context(Direction::kOutbound, key());
  auto in = context(Direction::kInbound, key());
  // Two CSRCs, a two-word extension, marker, payload "ab" and two octets of padding.
  const Octets plain = from_hex("b2e0 0001 00000001 00000007 00000011 00000012 bede0002 10aa0000 00000000 61620002");
  const auto wire = protect_rtp(out, plain);
  ASSERT_TRUE(wire);
  EXPECT_EQ(to_hex(ByteView(*wire).first(32)), to_hex(ByteView(plain).first(32)));
  EXPECT_NE(to_hex(ByteView(*wire).subspan(32, 4)), to_hex(ByteView(plain).subspan(32, 4)));
  const auto opened = unprotect_rtp(in, *wire);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, plain);
}

TEST_P(EverySuite, CarriesTheMkiBehindEveryPacket) {
  auto out = context(Direction::kOutbound, key_with_mki());
  auto in = context(Direction::kInbound, key_with_mki());
  WireOracle oracle(GetParam(), key().master.reveal(), 4);
  const std::size_t tag_behind = suite().salt_size == 12 ? 0 : suite().rtp_tag_size;
  const auto rtp = protect_rtp(out, rtp_packet(1));
  ASSERT_TRUE(rtp);
  EXPECT_EQ(to_hex(ByteView(*rtp).subspan(rtp->size() - tag_behind - 4, 4)), "00000007");
  EXPECT_EQ(oracle.see(*rtp), Verdict::kProtected);
  const auto opened = unprotect_rtp(in, *rtp);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, rtp_packet(1));

  const std::size_t rtcp_tag_behind = suite().salt_size == 12 ? 0 : suite().rtcp_tag_size;
  const auto rtcp = protect_rtcp(out, rtcp_packet());
  ASSERT_TRUE(rtcp);
  EXPECT_EQ(to_hex(ByteView(*rtcp).subspan(rtcp->size() - rtcp_tag_behind - 4, 4)), "00000007");
  EXPECT_EQ(oracle.see(*rtcp), Verdict::kProtected);
  const auto opened_rtcp = unprotect_rtcp(in, *rtcp);
  ASSERT_TRUE(opened_rtcp);
  EXPECT_EQ(*opened_rtcp, rtcp_packet());
}

// Every single octet counts, refusal leaves the packet alone, and afterwards the
// true packet still passes: nothing was learnt from the forgeries.
TEST_P(EverySuite, RefusesRtpWithAnyOctetChangedAndForgetsIt) {
  auto out = context(Direction::kOutbound, key_with_mki());
  auto in = context(Direction::kInbound, key_with_mki());
  const Octets wire = *protect_rtp(out, rtp_packet(100, 7, 20));
  for (std::size_t at = 0; at < wire.size(); ++at) {
    Octets forged = wire;
    forged[at] ^= 0x01U;
    Buffer b(forged);
    ASSERT_FALSE(in.unprotect_rtp(b.packet())) << "octet " << at;
    ASSERT_EQ(octets_of(b.packet()), forged) << "octet " << at;
  }
  EXPECT_TRUE(in.progress().empty());
  EXPECT_TRUE(unprotect_rtp(in, wire));
}

TEST_P(EverySuite, RefusesRtcpWithAnyOctetChangedAndForgetsIt) {
  auto out = context(Direction::kOutbound, key_with_mki());
  auto in = context(Direction::kInbound, key_with_mki());
  const Octets wire = *protect_rtcp(out, rtcp_packet());
  for (std::size_t at = 0; at < wire.size(); ++at) {
    Octets forged = wire;
    forged[at] ^= 0x01U;
    Buffer b(forged);
    ASSERT_FALSE(in.unprotect_rtcp(b.packet())) << "octet " << at;
    ASSERT_EQ(octets_of(b.packet()), forged) << "octet " << at;
  }
  EXPECT_TRUE(unprotect_rtcp(in, wire));
}

TEST_P(EverySuite, RefusesEveryCutOfAPacket) {
  auto out = context(Direction::kOutbound, key());
  auto in = context(Direction::kInbound, key());
  const Octets rtp = *protect_rtp(out, rtp_packet(1, 7, 20));
  const Octets rtcp = *protect_rtcp(out, rtcp_packet());
  for (std::size_t size = 0; size < rtp.size(); ++size) {
    EXPECT_FALSE(unprotect_rtp(in, ByteView(rtp).first(size))) << size;
  }
  for (std::size_t size = 0; size < rtcp.size(); ++size) {
    EXPECT_FALSE(unprotect_rtcp(in, ByteView(rtcp).first(size))) << size;
  }
}

// The smallest there can be, and one octet less; RTCP with the E flag 0 and 1. In an
// allocation of exactly that size, so that a sanitizer sees any octet read beyond.
TEST_P(EverySuite, CallsAnythingBelowTheSmallestPacketTooShort) {
  auto in = context(Direction::kInbound, key_with_mki());
  const std::size_t least_rtp = 12 + suite().rtp_tag_size + 4;
  const std::size_t least_rtcp = 8 + 4 + suite().rtcp_tag_size + 4;
  for (const std::uint8_t filling : {std::uint8_t{0x00}, std::uint8_t{0x80}, std::uint8_t{0xff}}) {
    for (std::size_t size = 0; size <= least_rtcp; ++size) {
      Octets packet(size, filling);
      if (size > 0) packet[0] = 0x80;
      if (size > 1) packet[1] = 0xc9;
      const auto rtp = in.unprotect_rtp(packet);
      ASSERT_FALSE(rtp);
      EXPECT_EQ(rtp.error() == Error::kTooShort, size < least_rtp) << size;
      const auto rtcp = in.unprotect_rtcp(packet);
      ASSERT_FALSE(rtcp);
      EXPECT_EQ(rtcp.error() == Error::kTooShort, size < least_rtcp) << size;
    }
  }
}

TEST_P(EverySuite, RefusesTheWrongMki) {
  auto out = context(Direction::kOutbound, key_with_mki());
  srtp::Key other = key();
  other.mki = {0, 0, 0, 8};
  auto in = context(Direction::kInbound, other);
  const auto rtp = unprotect_rtp(in, *protect_rtp(out, rtp_packet(1)));
  ASSERT_FALSE(rtp);
  EXPECT_EQ(rtp.error(), Error::kAuthentication);
  const auto rtcp = unprotect_rtcp(in, *protect_rtcp(out, rtcp_packet()));
  ASSERT_FALSE(rtcp);
}

TEST_P(EverySuite, RefusesAPacketOfAnotherKey) {
  auto out = context(Direction::kOutbound, key(1));
  auto in = context(Direction::kInbound, key(2));
  const auto rtp = unprotect_rtp(in, *protect_rtp(out, rtp_packet(1)));
  ASSERT_FALSE(rtp);
  EXPECT_EQ(rtp.error(), Error::kAuthentication);
  const auto rtcp = unprotect_rtcp(in, *protect_rtcp(out, rtcp_packet()));
  ASSERT_FALSE(rtcp);
  EXPECT_EQ(rtcp.error(), Error::kAuthentication);
}

TEST_P(EverySuite, RefusesClearPackets) {
  auto in = context(Direction::kInbound, key());
  EXPECT_FALSE(unprotect_rtp(in, rtp_packet(1)));
  EXPECT_FALSE(unprotect_rtcp(in, rtcp_packet()));
  EXPECT_FALSE(unprotect_rtcp(in, from_hex("80cc0003 cafebabe 6f737274 00000000")));  // clear APP, 16 octets
}

TEST_P(EverySuite, NeedsRoomForItsTrailerAndNoMore) {
  auto out = context(Direction::kOutbound, key_with_mki());
  const std::size_t rtp_trailer = suite().rtp_tag_size + 4;
  const std::size_t rtcp_trailer = suite().rtcp_tag_size + 8;
  EXPECT_EQ(out.trailer_size(), rtcp_trailer);

  Octets rtp = rtp_packet(1, 7, 20);
  rtp.resize(32 + rtp_trailer - 1);
  const auto tight = out.protect_rtp(rtp, 32);
  ASSERT_FALSE(tight);
  EXPECT_EQ(tight.error(), Error::kBufferTooSmall);
  rtp.resize(32 + rtp_trailer);
  EXPECT_TRUE(out.protect_rtp(rtp, 32));

  Octets rtcp = rtcp_packet();
  rtcp.resize(28 + rtcp_trailer - 1);
  EXPECT_FALSE(out.protect_rtcp(rtcp, 28));
  rtcp.resize(28 + rtcp_trailer);
  EXPECT_TRUE(out.protect_rtcp(rtcp, 28));
}

TEST_P(EverySuite, AcceptsTheLongestMkiWithinTheTailRoom) {
  srtp::Key k = key();
  k.mki = counting(srtp::kMaxMkiSize);
  auto out = context(Direction::kOutbound, k);
  auto in = context(Direction::kInbound, k);
  EXPECT_LE(out.trailer_size(), kTailRoom);
  EXPECT_EQ(*unprotect_rtp(in, *protect_rtp(out, rtp_packet(1))), rtp_packet(1));
  EXPECT_EQ(*unprotect_rtcp(in, *protect_rtcp(out, rtcp_packet())), rtcp_packet());
}

TEST_P(EverySuite, RefusesAKeyOfTheWrongSize) {
  ASSERT_TRUE(srtp::initialize());
  for (const std::size_t size : {std::size_t{0}, suite().master_size() - 1, std::size_t{29}}) {
    const srtp::Key bad{.suite = GetParam(), .master = *Secret::from(counting(size))};
    const auto made = srtp::Context::create(Direction::kInbound, bad);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error(), Error::kBadKey);
  }
}

TEST(SrtpContext, RefusesImpossibleParameters) {
  ASSERT_TRUE(srtp::initialize());
  const auto refused = [](srtp::Key k, std::uint32_t window) {
    const auto made = srtp::Context::create(Direction::kInbound, k, window);
    return !made && made.error() == Error::kBadKey;
  };
  srtp::Key long_mki = test_key(Suite::kAeadAes128Gcm);
  long_mki.mki.resize(srtp::kMaxMkiSize + 1);
  srtp::Key expired = test_key(Suite::kAeadAes128Gcm);
  expired.lifetime = 0;
  srtp::Key eternal = test_key(Suite::kAeadAes128Gcm);
  eternal.lifetime = srtp::kMaxRtpLifetime + 1;
  EXPECT_TRUE(refused(std::move(long_mki), 128));
  EXPECT_TRUE(refused(std::move(expired), 128));
  EXPECT_TRUE(refused(std::move(eternal), 128));
  EXPECT_TRUE(refused(test_key(Suite::kAeadAes128Gcm), srtp::kMinReplayWindow - 1));
  EXPECT_TRUE(refused(test_key(Suite::kAeadAes128Gcm), srtp::kMaxReplayWindow + 1));
}

struct Shape {
  const char* name;
  const char* packet;
  Error error;
};
void PrintTo(const Shape& s, std::ostream* out) { *out << s.name; }

class BadRtp : public ::testing::TestWithParam<Shape> {};

TEST_P(BadRtp, IsNotProtected) {
  auto out = context(Direction::kOutbound, test_key(Suite::kAesCm128HmacSha1_80));
  const auto made = protect_rtp(out, from_hex(GetParam().packet));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), GetParam().error);
  EXPECT_TRUE(out.progress().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, BadRtp,
    ::testing::Values(Shape{"Empty", "", Error::kTooShort},
                      Shape{"ElevenOctets", "8000 0001 00000001 000000", Error::kTooShort},
                      Shape{"Version1", "4000 0001 00000001 00000007", Error::kMalformed},
                      Shape{"ContributorsMissing", "8f00 0001 00000001 00000007 0000", Error::kMalformed},
                      Shape{"ExtensionHeaderMissing", "9000 0001 00000001 00000007", Error::kMalformed},
                      Shape{"ExtensionTooLong", "9000 0001 00000001 00000007 bede0002 00000000", Error::kMalformed}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SrtpContext, DoesOneDirectionOnly) {
  auto in = context(Direction::kInbound, test_key(Suite::kAeadAes128Gcm));
  auto out = context(Direction::kOutbound, test_key(Suite::kAeadAes128Gcm));
  EXPECT_FALSE(protect_rtp(in, rtp_packet(1)));
  EXPECT_FALSE(protect_rtcp(in, rtcp_packet()));
  EXPECT_FALSE(unprotect_rtp(out, rtp_packet(1)));
  EXPECT_FALSE(unprotect_rtcp(out, rtcp_packet()));
}

TEST(SrtpContext, WorksAtAnyAlignment) {
  for (std::size_t offset = 0; offset < 4; ++offset) {
    auto out = context(Direction::kOutbound, test_key(Suite::kAesCm128HmacSha1_80));
    auto in = context(Direction::kInbound, test_key(Suite::kAesCm128HmacSha1_80));
    const Octets plain = rtp_packet(1);
    Octets buffer(offset + plain.size() + kTailRoom);
    std::copy(plain.begin(), plain.end(), buffer.begin() + static_cast<std::ptrdiff_t>(offset));
    const auto wire = out.protect_rtp(ByteSpan(buffer).subspan(offset), plain.size());
    ASSERT_TRUE(wire);
    const auto opened = in.unprotect_rtp(*wire);
    ASSERT_TRUE(opened);
    EXPECT_EQ(octets_of(*opened), plain);
  }
}

}  // namespace
}  // namespace osrtp::testing
