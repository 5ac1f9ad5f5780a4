#include "dtls/context.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstdint>

#include "dtls/session.hpp"

namespace osrtp::dtls {
namespace {

// AES-CBC last, for phones that know nothing else.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL:!eNULL:!PSK:!MD5";
constexpr int kSecurityLevel = 2;  // 112 bits: no SHA-1 signatures, no RSA below 2048 bits
constexpr std::uint64_t kOptions = SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE;

int verify(X509_STORE_CTX* store, void* /*argument*/) {
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const bool whole = certificate != nullptr && ssl != nullptr;
  const int verdict =
      whole ? static_cast<SessionEvents*>(SSL_get_app_data(ssl))->judge(*certificate) : X509_V_ERR_UNSPECIFIED;
  X509_STORE_CTX_set_error(store, verdict);
  return verdict == X509_V_OK ? 1 : 0;
}

// Whoever needs a cookie has had it verified before a session is made.
int accept_cookie(SSL* /*ssl*/, const unsigned char* /*cookie*/, unsigned /*size*/) { return 1; }

bool restrict_protocol(SSL_CTX* context) {
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_options(context, kOptions);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_quiet_shutdown(context, 0);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1;
}

bool identify(SSL_CTX* context, X509& certificate, EVP_PKEY& key) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
  SSL_CTX_set_cookie_verify_cb(context, accept_cookie);
  return SSL_CTX_use_certificate(context, &certificate) == 1 && SSL_CTX_use_PrivateKey(context, &key) == 1;
}

}  // namespace

ContextHandle new_context(X509& certificate, EVP_PKEY& key) {
  ContextHandle context(SSL_CTX_new(DTLS_method()));
  if (context && !(restrict_protocol(context.get()) && identify(context.get(), certificate, key))) context.reset();
  ERR_clear_error();
  return context;
}

}  // namespace osrtp::dtls
