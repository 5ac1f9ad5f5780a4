// RFC 7714 §16: SRTP with AES-GCM. The RFC's values are session keys, so the cipher
// is asked directly, with the header as additional data as libsrtp passes it.
#include <gtest/gtest.h>

#include "vectors/srtp_vectors.hpp"

namespace osrtp::testing {
namespace {

const Octets kSalt = from_hex("517569642070726f2071756f");
const Octets kIv = from_hex("51753c6580c2726f20718414");
const Octets kHeader = from_hex("8040f17b8041f8d35501a0b2");
const Octets kText = octets_of(bytes_of("Gallia est omnis divisa in partes tres"));

Octets joined(Octets a, const Octets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Suite128 : ::testing::Test {
  ProviderCipher cipher{srtp::kAesGcm128, joined(counting(16, 0), kSalt), 16};
};
struct Suite256 : ::testing::Test {
  ProviderCipher cipher{srtp::kAesGcm256, joined(counting(32, 0), kSalt), 16};
};
using Rfc7714Srtp128 = Suite128;
using Rfc7714Srtp256 = Suite256;

constexpr const char* kSealed128 =
    "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce";
constexpr const char* kSealed256 =
    "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13";

TEST_F(Rfc7714Srtp128, EncryptsAndTagsAsIn16_1_1) { EXPECT_EQ(to_hex(cipher.seal(kIv, {kHeader}, kText)), kSealed128); }
TEST_F(Rfc7714Srtp256, EncryptsAndTagsAsIn16_2_1) { EXPECT_EQ(to_hex(cipher.seal(kIv, {kHeader}, kText)), kSealed256); }

TEST_F(Rfc7714Srtp128, DecryptsAsIn16_1_2) {
  Octets packet = from_hex(kSealed128);
  ASSERT_EQ(cipher.open(kIv, {kHeader}, packet), srtp_err_status_ok);
  EXPECT_EQ(packet, kText);
}
TEST_F(Rfc7714Srtp256, DecryptsAsIn16_2_2) {
  Octets packet = from_hex(kSealed256);
  ASSERT_EQ(cipher.open(kIv, {kHeader}, packet), srtp_err_status_ok);
  EXPECT_EQ(packet, kText);
}

TEST_F(Rfc7714Srtp128, TagsWithoutEncryptingAsIn16_1_3) {
  EXPECT_EQ(to_hex(cipher.seal(kIv, {joined(kHeader, kText)}, {})), "22493f82d2bce397e9d79e3b19aa4216");
}
TEST_F(Rfc7714Srtp256, TagsWithoutEncryptingAsIn16_2_3) {
  EXPECT_EQ(to_hex(cipher.seal(kIv, {joined(kHeader, kText)}, {})), "a866d5910f887463067ceefec45215d4");
}

TEST_F(Rfc7714Srtp128, AFailedDecryptionLeavesTheCiphertext) {
  for (std::size_t at = 0; at < from_hex(kSealed128).size(); ++at) {
    Octets packet = from_hex(kSealed128);
    packet[at] ^= 1U;
    const Octets before = packet;
    EXPECT_EQ(cipher.open(kIv, {kHeader}, packet), srtp_err_status_auth_fail);
    EXPECT_EQ(packet, before);
  }
}

}  // namespace
}  // namespace osrtp::testing
