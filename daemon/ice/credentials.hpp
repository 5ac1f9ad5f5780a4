#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/secret.hpp"

namespace osrtp::ice {

/// One side's user name and password (RFC 8839 §5.4), both of ice-chars: `A-Za-z0-9+/`. The ufrag stands in SDP and
/// in every check; the password stands in SDP only and is a secret.
struct Credentials {
  std::string ufrag;
  Secret password;
};

/// 72 random bits, where RFC 8839 wants 24: so long a user name makes every check longer than its response.
inline constexpr std::size_t kUfragSize = 12;
/// 144 random bits, where RFC 8839 wants 128.
inline constexpr std::size_t kPasswordSize = 24;
/// Random octets for one pair of them; six bits of each are used.
inline constexpr std::size_t kCredentialEntropy = kUfragSize + kPasswordSize;

/// Credentials out of octets fit for keys.
[[nodiscard]] Credentials make_credentials(std::span<const std::uint8_t, kCredentialEntropy> random);

}  // namespace osrtp::ice
