// Whole packets of public test suites and, where marked, of our own computation with
// an independent implementation. Through contexts, so from the master key on: key
// derivation (RFC 3711 §4.3, RFC 6188 §3, RFC 7714 §11), cipher and tag together.
#include "support/srtp.hpp"
#include "support/wire_oracle.hpp"
#include "vectors/srtp_vectors.hpp"

namespace osrtp::testing {
namespace {

using srtp::Direction;

constexpr const char* kMaster128 = "E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6";
constexpr const char* kMaster192 = "73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1 c8522f3acd4ce86d5add78edbb11";
constexpr const char* kMaster256 =
    "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2";
constexpr const char* kMasterGcm128 = "000102030405060708090a0b0c0d0e0f a0a1a2a3a4a5a6a7a8a9aaab";
constexpr const char* kMasterGcm256 =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f a0a1a2a3a4a5a6a7a8a9aaab";
constexpr const char* kPlainRtp = "800f1234decafbadcafebabe abababababababababababababababab";
constexpr const char* kPlainRtcp = "81c8000bcafebabe abababababababababababababababab";

enum class Part : std::uint8_t { kRtp, kRtcp };

struct Row {
  const char* name;
  Suite suite;
  const char* master;
  Part part;
  const char* wire;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class WholePacket : public ::testing::TestWithParam<Row> {
 protected:
  [[nodiscard]] static srtp::Key key() {
    return {.suite = GetParam().suite, .master = *Secret::from(from_hex(GetParam().master))};
  }
  [[nodiscard]] static Octets plain() { return from_hex(GetParam().part == Part::kRtp ? kPlainRtp : kPlainRtcp); }
};

TEST_P(WholePacket, LeavesAsThese) {
  auto out = context(Direction::kOutbound, key());
  const auto wire = GetParam().part == Part::kRtp ? protect_rtp(out, plain()) : protect_rtcp(out, plain());
  ASSERT_TRUE(wire);
  EXPECT_EQ(to_hex(*wire), GetParam().wire);
}

TEST_P(WholePacket, ComesIn) {
  auto in = context(Direction::kInbound, key());
  const Octets wire = from_hex(GetParam().wire);
  const auto opened = GetParam().part == Part::kRtp ? unprotect_rtp(in, wire) : unprotect_rtcp(in, wire);
  ASSERT_TRUE(opened);
  EXPECT_EQ(to_hex(*opened), to_hex(plain()));
}

TEST_P(WholePacket, ConvincesTheOracle) {
  WireOracle oracle(GetParam().suite, from_hex(GetParam().master));
  ASSERT_EQ(oracle.see(from_hex(GetParam().wire)), Verdict::kProtected);
  EXPECT_EQ(to_hex(oracle.plain()), to_hex(plain()));
}

INSTANTIATE_TEST_SUITE_P(
    References, WholePacket,
    ::testing::Values(Row{"AesCm128Tag80", Suite::kAesCm128HmacSha1_80, kMaster128, Part::kRtp,
                          "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"},
                      Row{"AesCm128Tag32", Suite::kAesCm128HmacSha1_32, kMaster128, Part::kRtp,
                          "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc"},
                      Row{"AesCm128Rtcp", Suite::kAesCm128HmacSha1_80, kMaster128, Part::kRtcp,
                          "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798"},
                      Row{"AesCm128Tag32KeepsTheLongTagOnRtcp", Suite::kAesCm128HmacSha1_32, kMaster128, Part::kRtcp,
                          "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798"},
                      Row{"AesCm256Tag80", Suite::kAes256CmHmacSha1_80, kMaster256, Part::kRtp,
                          "800f1234decafbadcafebabef1d9de17ff251ff1aa007774b0b4b40da08d9d9a5b3a55d8873b"},
                      Row{"Gcm128", Suite::kAeadAes128Gcm, kMasterGcm128, Part::kRtp,
                          "800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392"},
                      Row{"Gcm128Rtcp", Suite::kAeadAes128Gcm, kMasterGcm128, Part::kRtcp,
                          "81c8000bcafebabec98b8b5df0392a55852b6c21ac8e7025c52c6fbea2b3b446ea31123ba88ce61e80000001"},
                      Row{"Gcm256Computed", Suite::kAeadAes256Gcm, kMasterGcm256, Part::kRtp,
                          "800f1234decafbadcafebabe0af7f21e8a90bdad7a425c9c31ed4bb1d90238917e7390a2793500e1681acaea"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(WholePacketAfterARollover, LeavesWithTheCounterInItsTag) {
  const srtp::Key key{.suite = Suite::kAesCm128HmacSha1_80, .master = *Secret::from(from_hex(kMaster128))};
  const srtp::Progress before{.ssrc = Ssrc(0xcafebabe), .index = 1U << 16U | 0x1233U};
  auto out = context(Direction::kOutbound, key, srtp::kDefaultReplayWindow, {&before, 1});
  const auto wire = protect_rtp(out, from_hex(kPlainRtp));
  ASSERT_TRUE(wire);  // computed
  EXPECT_EQ(to_hex(*wire), "800f1234decafbadcafebabe179265c8bf303e4c24e7279f739bb5a6f8b3916fd670057bf1dc");
}

// Authenticated, but says that it is not encrypted: nobody negotiated that (RFC 4568 §6.3.2).
TEST(WholePacketOfUnencryptedRtcp, IsRefused) {
  const srtp::Key key{.suite = Suite::kAesCm128HmacSha1_80, .master = *Secret::from(from_hex(kMaster128))};
  auto in = context(Direction::kInbound, key);
  const auto opened = unprotect_rtcp(in, from_hex(std::string(kPlainRtcp) + "00000001 fe88c7fdfd37ebce615d"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), srtp::Error::kMalformed);
}

// RFC 7714 §9.3. libsrtp would take this one, whatever was negotiated.
TEST(WholePacketOfUnencryptedRtcp, IsRefusedUnderGcmToo) {
  const Octets master = from_hex(kMasterGcm128);
  const Octets key = octets_of(ByteView(master).first(16));
  const Octets salt = octets_of(ByteView(master).last(12));
  Octets session = derive_session_key(key, salt, 3, 16);
  const Octets session_salt = derive_session_key(key, salt, 5, 12);
  session.insert(session.end(), session_salt.begin(), session_salt.end());

  Octets iv = from_hex("0000 cafebabe 0000 00000001");
  for (std::size_t i = 0; i < iv.size(); ++i) iv[i] ^= session_salt[i];
  const Octets index = from_hex("00000001");
  const Octets plain = from_hex(kPlainRtcp);
  Octets wire = plain;
  for (const Octets& part : {ProviderCipher(srtp::kAesGcm128, session, 16).seal(iv, {plain, index}, {}), index}) {
    wire.insert(wire.end(), part.begin(), part.end());
  }
  auto in =
      context(Direction::kInbound, {.suite = Suite::kAeadAes128Gcm, .master = *Secret::from(from_hex(kMasterGcm128))});
  const auto opened = unprotect_rtcp(in, wire);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), srtp::Error::kMalformed);
}

// libsrtp 2.5 derives AES-192's session keys with AES-256; RFC 6188 does not.
TEST(WholePacketOfAes192, HasTheKeysOfRfc6188) {
  for (const Suite suite : {Suite::kAes192CmHmacSha1_80, Suite::kAes192CmHmacSha1_32}) {
    const srtp::Key key{.suite = suite, .master = *Secret::from(from_hex(kMaster192))};
    auto out = context(Direction::kOutbound, key);
    WireOracle oracle(suite, from_hex(kMaster192));
    EXPECT_EQ(oracle.see(*protect_rtp(out, from_hex(kPlainRtp))), Verdict::kProtected);
    EXPECT_EQ(to_hex(oracle.plain()), to_hex(from_hex(kPlainRtp)));
    EXPECT_EQ(oracle.see(*protect_rtcp(out, from_hex(kPlainRtcp))), Verdict::kProtected);
  }
}

}  // namespace
}  // namespace osrtp::testing
