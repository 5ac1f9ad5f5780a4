#include <gtest/gtest.h>

#include <openssl/x509.h>

#include "dtls/certificate.hpp"
#include "support/dtls.hpp"

namespace osrtp::dtls {
namespace {

using namespace osrtp::testing;

TEST(DtlsIdentity, AGeneratedOneIsNobodysAndUnlikeEveryOther) {
  EXPECT_NE(alice()->fingerprint(HashFunction::kSha256), bob()->fingerprint(HashFunction::kSha256));
  EXPECT_NE(
      ASN1_INTEGER_cmp(X509_get0_serialNumber(alice()->certificate()), X509_get0_serialNumber(bob()->certificate())),
      0);
  EXPECT_EQ(EVP_PKEY_get_bits(alice()->key()), 256);
}

TEST(DtlsIdentity, AGeneratedOneIsValidFor15DaysBeforeAndAfter) {
  const auto at = [](int days) {
    std::time_t time = std::chrono::system_clock::to_time_t(kToday + std::chrono::hours(24 * days));
    return std::pair(X509_cmp_time(X509_get0_notBefore(alice()->certificate()), &time),
                     X509_cmp_time(X509_get0_notAfter(alice()->certificate()), &time));
  };
  EXPECT_EQ(at(-16), std::pair(1, 1));
  EXPECT_EQ(at(-14), std::pair(-1, 1));
  EXPECT_EQ(at(14), std::pair(-1, 1));
  EXPECT_EQ(at(16), std::pair(-1, -1));
}

TEST(DtlsIdentity, FingerprintsHaveTheSizeOfTheirHash) {
  for (const HashFacts& hash : kHashFunctions) EXPECT_EQ(alice()->fingerprint(hash.hash).digest.size(), hash.size);
}

TEST(DtlsIdentity, RsaOf2048BitsIsTakenAndLessIsNot) {
  const Pem strong = rsa_identity(2048);
  EXPECT_TRUE(Identity::from_pem(strong.certificate, strong.key));
  const Pem weak = rsa_identity(1024);
  const auto refused = Identity::from_pem(weak.certificate, weak.key);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), "the key is weaker than RSA of 2048 bits");
}

TEST(DtlsIdentity, WhatIsNoPairOfCertificateAndKeyIsRefusedByName) {
  const Pem one = rsa_identity(2048);
  const Pem other = rsa_identity(2048);
  const auto error = [](std::string_view certificate, std::string_view key) {
    const auto made = Identity::from_pem(certificate, key);
    return made ? std::string() : made.error();
  };
  EXPECT_EQ(error(one.certificate, other.key), "the key is not the certificate's");
  EXPECT_EQ(error("", one.key), "the certificate is not PEM");
  EXPECT_EQ(error(one.certificate, ""), "the key is not PEM, or it is encrypted");
  EXPECT_EQ(error(one.key, one.certificate), "the certificate is not PEM");
}

}  // namespace
}  // namespace osrtp::dtls
