#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"

/// The part of STUN (RFC 8489) that an ICE-lite agent needs: Binding requests in, responses out.
namespace osrtp::ice {

enum class Class : std::uint8_t { kRequest, kIndication, kSuccess, kError };
inline constexpr std::uint16_t kBinding = 0x001;

using TransactionId = std::array<std::uint8_t, 12>;

/// A message that has the shape of STUN. Views borrow its octets. Of an attribute that stands there twice the
/// first counts (RFC 8489 §14).
struct Message {
  Class message_class = Class::kRequest;
  std::uint16_t method = 0;
  TransactionId transaction{};
  std::optional<std::string_view> username{};      // RFC 8489 §14.3
  std::optional<std::uint32_t> priority{};         // RFC 8445 §16.1
  bool use_candidate = false;                      // RFC 8445 §16.1
  std::optional<std::uint64_t> ice_controlled{};   // tie-breaker
  std::optional<std::uint64_t> ice_controlling{};  // tie-breaker
  std::optional<Endpoint> mapped{};                // XOR-MAPPED-ADDRESS
  std::optional<std::uint16_t> error_code{};       // 300..699
  std::vector<std::uint16_t> unknown_required{};   // comprehension-required attributes that we do not know, each once
  std::optional<std::size_t> integrity_offset{};   // of the MESSAGE-INTEGRITY attribute's header
  bool fingerprint = false;                        // there and right; a wrong one is no STUN message at all

  /// Nothing unless `datagram` is one whole STUN message: cookie, length, attributes inside it and of their right
  /// sizes, FINGERPRINT last and right where there is one. Attributes behind MESSAGE-INTEGRITY other than
  /// FINGERPRINT are ignored (RFC 8489 §14.5).
  [[nodiscard]] static std::optional<Message> parse(ByteView datagram);
};

/// RFC 8489 §14.5, short-term credentials: HMAC-SHA1 under `password`, compared in constant time. `message` is
/// what parse() made of `datagram`. An empty password verifies nothing.
[[nodiscard]] bool verify_integrity(ByteView datagram, const Message& message, ByteView password);

/// A success response to a Binding request: XOR-MAPPED-ADDRESS, and with `password` MESSAGE-INTEGRITY and
/// FINGERPRINT. 32 or 44 octets without, 64 or 76 with. Empty if OpenSSL computes no HMAC; so are the others.
[[nodiscard]] std::vector<std::uint8_t> binding_success(const TransactionId& transaction, const Endpoint& mapped,
                                                        std::optional<ByteView> password);
/// An error response without a reason phrase; `unknown` for 420. Integrity and fingerprint as above.
[[nodiscard]] std::vector<std::uint8_t> binding_error(const TransactionId& transaction, std::uint16_t code,
                                                      const std::vector<std::uint16_t>& unknown,
                                                      std::optional<ByteView> password);
/// The one unauthenticated request by which a passive side opens its peer's NAT (RFC 5763 §6.7.1): 20 octets.
[[nodiscard]] std::vector<std::uint8_t> binding_request(const TransactionId& transaction);

}  // namespace osrtp::ice
