#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fingerprint.hpp"
#include "base/result.hpp"

namespace osrtp::sdp {

/// Why an a=fingerprint line cannot be used; it is then as if it were not there.
enum class FingerprintError : std::uint8_t {
  kSyntax,       // not "hash SP 2UHEX *(":" 2UHEX)"
  kUnknownHash,  // not one that we verify: MD5 and MD2 included (RFC 8122 §5)
  kBadLength,    // not the number of octets that the hash has
};

[[nodiscard]] std::string_view describe(FingerprintError error) noexcept;

/// Reads what follows "a=fingerprint:" (RFC 8122 §5). Any case in the hash's name and in the digits.
[[nodiscard]] Result<Fingerprint, FingerprintError> parse_fingerprint(std::string_view value);

/// The whole line, "a=fingerprint:sha-256 4A:AD:...", digits in upper case.
[[nodiscard]] std::string format_fingerprint(const Fingerprint& fingerprint);

}  // namespace osrtp::sdp
