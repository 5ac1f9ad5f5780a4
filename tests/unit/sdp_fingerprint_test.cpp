#include "sdp/fingerprint.hpp"

#include <gtest/gtest.h>

namespace osrtp::sdp {
namespace {

std::string digest(std::size_t octets) {
  std::string text;
  for (std::size_t i = 0; i < octets; ++i) text += i == 0 ? "4a" : ":AD";
  return text;
}

struct Good {
  const char* name;
  std::string value;
  HashFunction hash;
};
class SdpFingerprint : public testing::TestWithParam<Good> {};

TEST_P(SdpFingerprint, IsReadInAnySpelling) {
  const auto fingerprint = parse_fingerprint(GetParam().value);
  ASSERT_TRUE(fingerprint) << describe(fingerprint.error());
  EXPECT_EQ(fingerprint->hash, GetParam().hash);
  ASSERT_EQ(fingerprint->digest.size(), facts(GetParam().hash).size);
  EXPECT_EQ(fingerprint->digest[0], 0x4A);
  EXPECT_EQ(fingerprint->digest.back(), 0xAD);
}

INSTANTIATE_TEST_SUITE_P(Values, SdpFingerprint,
                         testing::Values(Good{"Sha1", "sha-1 " + digest(20), HashFunction::kSha1},
                                         Good{"Sha256", "sha-256 " + digest(32), HashFunction::kSha256},
                                         Good{"Sha384", "sha-384 " + digest(48), HashFunction::kSha384},
                                         Good{"Sha512", "sha-512 " + digest(64), HashFunction::kSha512},
                                         Good{"Capitals", "SHA-256 " + digest(32), HashFunction::kSha256},
                                         Good{"Blanks", " sha-256  " + digest(32) + " ", HashFunction::kSha256},
                                         Good{"Tab", "sha-256\t" + digest(32), HashFunction::kSha256}),
                         [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  std::string value;
  FingerprintError error;
};
class SdpFingerprintRefuses : public testing::TestWithParam<Bad> {};

TEST_P(SdpFingerprintRefuses, WithItsReason) {
  const auto fingerprint = parse_fingerprint(GetParam().value);
  ASSERT_FALSE(fingerprint);
  EXPECT_EQ(describe(fingerprint.error()), describe(GetParam().error));
  EXPECT_FALSE(describe(fingerprint.error()).empty());
}

INSTANTIATE_TEST_SUITE_P(Values, SdpFingerprintRefuses,
                         testing::Values(Bad{"Nothing", "", FingerprintError::kSyntax},
                                         Bad{"NoDigest", "sha-256", FingerprintError::kSyntax},
                                         Bad{"Trailing", "sha-256 " + digest(32) + " x", FingerprintError::kSyntax},
                                         Bad{"NoColons", "sha-256 " + std::string(64, 'A'), FingerprintError::kSyntax},
                                         Bad{"OneDigit", "sha-256 4:" + digest(31), FingerprintError::kSyntax},
                                         Bad{"ThreeDigits", "sha-256 4AA:" + digest(31), FingerprintError::kSyntax},
                                         Bad{"NoHex", "sha-256 4G:" + digest(31), FingerprintError::kSyntax},
                                         Bad{"ColonBefore", "sha-256 :" + digest(32), FingerprintError::kSyntax},
                                         Bad{"ColonBehind", "sha-256 " + digest(32) + ":", FingerprintError::kSyntax},
                                         Bad{"Md5", "md5 " + digest(16), FingerprintError::kUnknownHash},
                                         Bad{"Md2", "MD2 " + digest(16), FingerprintError::kUnknownHash},
                                         Bad{"Sha224", "sha-224 " + digest(28), FingerprintError::kUnknownHash},
                                         Bad{"NoHyphen", "sha256 " + digest(32), FingerprintError::kUnknownHash},
                                         Bad{"Short", "sha-256 " + digest(31), FingerprintError::kBadLength},
                                         Bad{"Long", "sha-1 " + digest(32), FingerprintError::kBadLength}),
                         [](const auto& row) { return row.param.name; });

TEST(SdpFingerprint, IsWrittenInCapitals) {
  const std::string tail = digest(18).substr(2);  // without its lower-case octet
  EXPECT_EQ(format_fingerprint(*parse_fingerprint("SHA-1 00:0a:ff" + tail)), "a=fingerprint:sha-1 00:0A:FF" + tail);
}

}  // namespace
}  // namespace osrtp::sdp
