#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <span>

#include "dtls/association.hpp"
#include "dtls/datagram_bio.hpp"

namespace osrtp::dtls {

struct FreeSsl {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using SslHandle = std::unique_ptr<SSL, FreeSsl>;

/// What OpenSSL asks while it works.
class SessionEvents {
 public:
  /// Whether a certificate may take part: X509_V_OK, or the error whose alert goes to the peer.
  [[nodiscard]] virtual int judge(X509& certificate) = 0;
  /// A flight begins (`previous` is 0) or is about to be repeated; its records follow.
  /// @return when to repeat it, microseconds
  [[nodiscard]] virtual unsigned flight_timer(unsigned previous) = 0;

 protected:
  ~SessionEvents() = default;
};

/// A session with the context of `setup.identity`, whose `events` judge the peer's certificate; that it has none is a
/// verdict for later. `pipe` and `events` outlive it. Nothing: out of memory, or no identity or profile to use.
[[nodiscard]] SslHandle new_session(const Association::Setup& setup, DatagramPipe& pipe, SessionEvents& events);

/// What use_srtp has agreed on (RFC 5764 §4.1.1). Nothing: no profile in common.
[[nodiscard]] std::optional<Suite> agreed_profile(SSL& ssl);
/// The exporter's keys (RFC 5764 §4.2) of a handshake that is done.
[[nodiscard]] std::optional<Keys> export_keys(SSL& ssl, Role role, Suite suite);

}  // namespace osrtp::dtls
