#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/fingerprint.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

struct x509_st;
struct evp_pkey_st;
struct ssl_ctx_st;

namespace osrtp::dtls {

/// A certificate and its private key, and what sessions with them have in common. Immutable, for any thread; whoever
/// runs a handshake with it holds it, so that renewing the daemon's identity touches no running call.
class Identity {
 public:
  /// Self-signed, ECDSA P-256, valid for 30 days around `now` (RFC 8827 §6.5 suggests self-signed ones).
  /// OpenSSL draws the key. @return or what failed, for people.
  [[nodiscard]] static Result<std::shared_ptr<const Identity>, std::string> generate(WallTime now);
  /// PEM text of a certificate and of its key, RSA of 2048 bits or more, or EC.
  [[nodiscard]] static Result<std::shared_ptr<const Identity>, std::string> from_pem(std::string_view certificate,
                                                                                     std::string_view key);
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;
  ~Identity();

  [[nodiscard]] Fingerprint fingerprint(HashFunction hash) const;

  [[nodiscard]] x509_st* certificate() const noexcept { return certificate_.get(); }
  [[nodiscard]] evp_pkey_st* key() const noexcept { return key_.get(); }
  /// For SSL_new(), which counts its users; nothing of it may be changed.
  [[nodiscard]] ssl_ctx_st* context() const noexcept { return context_.get(); }

 private:
  struct Free {
    void operator()(x509_st* certificate) const noexcept;
    void operator()(evp_pkey_st* key) const noexcept;
    void operator()(ssl_ctx_st* context) const noexcept;
  };
  using Made = Result<std::shared_ptr<const Identity>, std::string>;
  Identity() = default;
  /// The last thing that an identity gets.
  [[nodiscard]] static Made with_context(std::shared_ptr<Identity> identity);

  std::unique_ptr<x509_st, Free> certificate_;
  std::unique_ptr<evp_pkey_st, Free> key_;
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace osrtp::dtls
