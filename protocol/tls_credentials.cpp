#include "protocol/tls_credentials.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace osrtp::protocol {

namespace {

constexpr int kSecurityLevel = 2;        // 112 bits: RSA of 2048, EC of 224
constexpr int kMostIntermediates = 4;    // between a certificate and its authority
constexpr long kMostOctets = 32 * 1024;  // of the other end's chain

using Bio = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509* certificate) { X509_free(certificate); })>;
using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;

// An encrypted key is refused: OpenSSL would ask for its password at the terminal.
int no_password(char* /*out*/, int /*capacity*/, int /*writing*/, void* /*pointer*/) { return -1; }

Bio reader(std::string_view pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

Certificate next_certificate(BIO* pem) { return Certificate(PEM_read_bio_X509(pem, nullptr, no_password, nullptr)); }

std::string use_certificate(SSL_CTX* context, std::string_view pem) {
  const Bio text = reader(pem);
  const Certificate own = next_certificate(text.get());
  if (!own) return "the certificate is not PEM";
  if (SSL_CTX_use_certificate(context, own.get()) != 1) return "the certificate's key is too weak";
  while (const Certificate between = next_certificate(text.get())) {
    if (SSL_CTX_add1_chain_cert(context, between.get()) != 1) return "a certificate of the chain cannot be used";
  }
  return {};
}

std::string use_key(SSL_CTX* context, std::string_view pem) {
  const Bio text = reader(pem);
  const Key key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr));
  if (!key) return "the key is not PEM, or it is encrypted";
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return "the key is not the certificate's";
  return {};
}

std::string trust(SSL_CTX* context, std::string_view pem) {
  const Bio text = reader(pem);
  int count = 0;
  for (; const Certificate authority = next_certificate(text.get()); ++count) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1) return "a CA cannot be used";
  }
  return count == 0 ? "the CA is not PEM" : "";
}

void be_strict(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_verify_depth(context, kMostIntermediates);
  SSL_CTX_set_max_cert_list(context, kMostOctets);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

void TlsCredentials::Free::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

TlsCredentials::TlsCredentials(TlsEnd end)
    : end_(end), context_(SSL_CTX_new(end == TlsEnd::kServer ? TLS_server_method() : TLS_client_method())) {}

Result<TlsCredentials::Shared, std::string> TlsCredentials::make(TlsEnd end, const TlsPem& pem) {
  // Inside another program that has OpenSSL of its own, nothing of it may go when that program's processes end.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr);
  std::shared_ptr<TlsCredentials> made(new TlsCredentials(end));
  SSL_CTX* context = made->context();
  if (context == nullptr) return fail(std::string("TLS cannot be used"));
  be_strict(context);
  std::string wrong = use_certificate(context, pem.certificate);
  if (wrong.empty()) wrong = use_key(context, pem.key);
  if (wrong.empty()) wrong = trust(context, pem.authorities);
  ERR_clear_error();  // what ended a list of certificates
  if (!wrong.empty()) return fail(std::move(wrong));
  return Shared(std::move(made));
}

}  // namespace osrtp::protocol
