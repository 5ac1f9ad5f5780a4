#include "dtls/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>

namespace osrtp::dtls {
namespace {

constexpr int kSecurityBits = 112;

const EVP_MD* digest_of(HashFunction hash) noexcept {
  switch (hash) {
    case HashFunction::kSha1:
      return EVP_sha1();
    case HashFunction::kSha256:
      return EVP_sha256();
    case HashFunction::kSha384:
      return EVP_sha384();
    case HashFunction::kSha512:
      return EVP_sha512();
  }
  return nullptr;
}

}  // namespace

std::optional<Fingerprint> fingerprint_of(const x509_st& certificate, HashFunction hash) {
  Fingerprint made{.hash = hash, .digest = std::vector<std::uint8_t>(facts(hash).size)};
  unsigned size = 0;
  if (X509_digest(&certificate, digest_of(hash), made.digest.data(), &size) != 1) return std::nullopt;
  return made;
}

bool matches(const x509_st& certificate, std::span<const Fingerprint> expected) {
  const auto strongest =
      std::max_element(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return a.hash < b.hash; });
  if (strongest == expected.end()) return false;
  const auto actual = fingerprint_of(certificate, strongest->hash);
  return actual && std::find(expected.begin(), expected.end(), *actual) != expected.end();
}

bool has_strong_key(x509_st& certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(&certificate);
  return key != nullptr && EVP_PKEY_get_security_bits(key) >= kSecurityBits;
}

}  // namespace osrtp::dtls
