#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace osrtp::dtls {

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using ContextHandle = std::unique_ptr<SSL_CTX, FreeContext>;

/// What all sessions of one identity have in common: DTLS 1.2 with ECDHE and forward secrecy only, without
/// renegotiation, resumption, tickets and compression; the peer is asked for its certificate, which the session's
/// events judge. Making one costs as much as a session, so there is one for each identity, and nobody changes it.
/// Nothing: out of memory, or the certificate and key cannot be used.
[[nodiscard]] ContextHandle new_context(X509& certificate, EVP_PKEY& key);

}  // namespace osrtp::dtls
