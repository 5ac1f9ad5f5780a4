// RFC 7714 §17: SRTCP with AES-GCM, session keys as in §16. The additional data are
// the header and the E flag with the index, or the whole packet where E is 0.
#include <gtest/gtest.h>

#include "vectors/srtp_vectors.hpp"

namespace osrtp::testing {
namespace {

const Octets kSalt = from_hex("517569642070726f2071756f");
const Octets kIv = from_hex("517524055203726f207170bb");
const Octets kHeader = from_hex("81c8000d4d617273");
const Octets kBody =
    from_hex("4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef");
const Octets kEncryptedIndex = from_hex("800005d4");
const Octets kClearIndex = from_hex("000005d4");

Octets joined(Octets a, const Octets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Rfc7714Srtcp : ::testing::Test {
  ProviderCipher cipher128{srtp::kAesGcm128, joined(counting(16, 0), kSalt), 16};
  ProviderCipher cipher256{srtp::kAesGcm256, joined(counting(32, 0), kSalt), 16};
};

TEST_F(Rfc7714Srtcp, EncryptsAndTagsAsIn17_1) {
  EXPECT_EQ(
      to_hex(cipher128.seal(kIv, {kHeader, kEncryptedIndex}, kBody)),
      "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5a"
      "bf87245d9eade");
}

TEST_F(Rfc7714Srtcp, EncryptsAndTagsAsIn17_2) {
  EXPECT_EQ(
      to_hex(cipher256.seal(kIv, {kHeader, kEncryptedIndex}, kBody)),
      "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad1d1eb30c4446839f57f"
      "f6f6cb26ac3be");
}

TEST_F(Rfc7714Srtcp, TagsWithoutEncryptingAsIn17_3) {
  EXPECT_EQ(to_hex(cipher128.seal(kIv, {joined(kHeader, kBody), kClearIndex}, {})), "841dd9683dd78ec92ae58790125f62b3");
}

TEST_F(Rfc7714Srtcp, TagsWithoutEncryptingAsIn17_4) {
  EXPECT_EQ(to_hex(cipher256.seal(kIv, {joined(kHeader, kBody), kClearIndex}, {})), "91db4afbfeee5a978fab4393ed2615fe");
}

}  // namespace
}  // namespace osrtp::testing
