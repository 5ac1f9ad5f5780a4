#include "dtls/identity.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <chrono>

#include "dtls/certificate.hpp"
#include "dtls/context.hpp"

namespace osrtp::dtls {
namespace {

constexpr std::chrono::hours kHalfLife{15 * 24};
constexpr int kSerialBits = 64;
// Names nobody: what stands here can be seen by everybody on the way.
constexpr std::string_view kCommonName = "osrtp";

struct FreeBignum {
  void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using BioHandle = std::unique_ptr<BIO, FreeBio>;

bool set_serial(X509* certificate) {
  const std::unique_ptr<BIGNUM, FreeBignum> number(BN_new());
  return number != nullptr && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_validity(X509* certificate, WallTime now) {
  const auto set = [](ASN1_TIME* field, WallTime at) {
    return ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(at)) != nullptr;
  };
  return set(X509_getm_notBefore(certificate), now - kHalfLife) &&
         set(X509_getm_notAfter(certificate), now + kHalfLife);
}

bool set_names(X509* certificate) {
  X509_NAME* name = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>(kCommonName.data()),
                                    static_cast<int>(kCommonName.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

bool fill(X509* certificate, EVP_PKEY* key, WallTime now) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         set_validity(certificate, now) && set_names(certificate) && X509_set_pubkey(certificate, key) == 1 &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

BioHandle reader(std::string_view pem) { return BioHandle(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

// An encrypted key is refused: OpenSSL would ask for its password at the terminal.
int no_password(char* /*out*/, int /*capacity*/, int /*writing*/, void* /*pointer*/) { return -1; }

}  // namespace

void Identity::Free::operator()(x509_st* certificate) const noexcept { X509_free(certificate); }
void Identity::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }
void Identity::Free::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }
Identity::~Identity() = default;

Identity::Made Identity::with_context(std::shared_ptr<Identity> identity) {
  identity->context_.reset(new_context(*identity->certificate_, *identity->key_).release());
  if (!identity->context_) return fail(std::string("DTLS cannot use the certificate and the key"));
  return std::shared_ptr<const Identity>(std::move(identity));
}

Result<std::shared_ptr<const Identity>, std::string> Identity::generate(WallTime now) {
  std::shared_ptr<Identity> identity(new Identity);
  identity->key_.reset(EVP_EC_gen("P-256"));
  if (!identity->key_) return fail(std::string("an ECDSA P-256 key cannot be generated"));
  identity->certificate_.reset(X509_new());
  if (!identity->certificate_ || !fill(identity->certificate_.get(), identity->key_.get(), now)) {
    return fail(std::string("a certificate cannot be made"));
  }
  return with_context(std::move(identity));
}

Result<std::shared_ptr<const Identity>, std::string> Identity::from_pem(std::string_view certificate,
                                                                        std::string_view key) {
  std::shared_ptr<Identity> identity(new Identity);
  const BioHandle certificate_reader = reader(certificate);
  const BioHandle key_reader = reader(key);
  if (!certificate_reader || !key_reader) return fail(std::string("out of memory"));
  identity->certificate_.reset(PEM_read_bio_X509(certificate_reader.get(), nullptr, no_password, nullptr));
  if (!identity->certificate_) return fail(std::string("the certificate is not PEM"));
  identity->key_.reset(PEM_read_bio_PrivateKey(key_reader.get(), nullptr, no_password, nullptr));
  if (!identity->key_) return fail(std::string("the key is not PEM, or it is encrypted"));
  if (X509_check_private_key(identity->certificate_.get(), identity->key_.get()) != 1) {
    return fail(std::string("the key is not the certificate's"));
  }
  const int kind = EVP_PKEY_get_base_id(identity->key_.get());
  if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_EC) return fail(std::string("the key is neither RSA nor EC"));
  if (!has_strong_key(*identity->certificate_)) return fail(std::string("the key is weaker than RSA of 2048 bits"));
  return with_context(std::move(identity));
}

Fingerprint Identity::fingerprint(HashFunction hash) const {
  return fingerprint_of(*certificate_, hash).value_or(Fingerprint{.hash = hash, .digest = {}});
}

}  // namespace osrtp::dtls
