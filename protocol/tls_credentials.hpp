#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct ssl_ctx_st;

namespace osrtp::protocol {

enum class TlsEnd : std::uint8_t { kServer, kClient };

/// PEM text.
struct TlsPem {
  std::string_view certificate;  // of this end, and those between it and its authority behind it
  std::string_view key;          // of this end; RSA of 2048 bits or more, EC or Ed25519
  std::string_view authorities;  // that the other end's certificate is verified against, and no others
};

/// Who this end of a control connection is, and whom it trusts: TLS 1.3 (RFC 8446) and nothing older, a certificate
/// asked of the other end and verified, no resumption and no early data, so that nothing can be replayed. Immutable;
/// sessions hold it.
class TlsCredentials {
 public:
  using Shared = std::shared_ptr<const TlsCredentials>;
  /// @return or which text cannot be used, for people
  [[nodiscard]] static Result<Shared, std::string> make(TlsEnd end, const TlsPem& pem);

  [[nodiscard]] TlsEnd end() const noexcept { return end_; }
  /// For SSL_new(); nothing of it may be changed.
  [[nodiscard]] ssl_ctx_st* context() const noexcept { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const noexcept;
  };
  explicit TlsCredentials(TlsEnd end);

  TlsEnd end_;
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace osrtp::protocol
