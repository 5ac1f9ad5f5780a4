#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/suite.hpp"
#include "sdp/stream_position.hpp"

namespace osrtp::sdp {

/// Why a crypto line cannot be used. An unusable line is as if it were not there
/// (RFC 4568 §5.1.1), but the reason is worth telling.
enum class CryptoError : std::uint8_t {
  kSyntax,
  kBadTag,        // not 1*9DIGIT, or with a leading zero (0 itself is tolerated)
  kUnknownSuite,  // not one of ours: NULL, F8 and non-IANA suites included
  kBadKeyMethod,  // not "inline"
  kBadKeyLength,  // decoded key and salt are not exactly the suite's
  kBadBase64,
  kBadLifetime,       // zero, leading zero or above the maximum
  kBadMki,            // missing where there are several keys, too long, or lengths differ
  kUnknownParameter,  // mandatory session parameter that we do not know (RFC 4568 §6.3.7)
  kRefusedParameter,  // known, and never accepted: UNENCRYPTED_*, UNAUTHENTICATED_*, KDR, FEC_*
};

[[nodiscard]] std::string_view describe(CryptoError error) noexcept;

/// One master key of a crypto line (RFC 4568 §6.1).
struct InlineKey {
  Secret key_salt;                        // master key, then master salt
  std::optional<std::uint64_t> lifetime;  // packets
  std::vector<std::uint8_t> mki;          // as on the wire, big-endian; empty: none

  [[nodiscard]] InlineKey clone() const { return {key_salt.clone(), lifetime, mki}; }
};

/// A usable a=crypto line (RFC 4568 §4, §9).
struct CryptoAttribute {
  std::uint32_t tag = 0;
  Suite suite{};
  std::string suite_spelling;                     // as the peer writes it; empty: the registered name
  std::vector<InlineKey> keys;                    // at least one; several have MKIs of one length
  std::optional<std::uint32_t> window_size_hint;  // WSH, 64 or more
  std::vector<StreamPosition> streams{};          // what a=srtpctx beside it says; never written

  [[nodiscard]] CryptoAttribute clone() const;
};

/// Reads what follows "a=crypto:". Accepts padded and unpadded base64 and any case in
/// suite, method and parameter names.
[[nodiscard]] Result<CryptoAttribute, CryptoError> parse_crypto(std::string_view value);

/// The whole line, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:...", base64 always
/// padded, exactly one space between fields, no session parameters. Contains the key:
/// never log it.
[[nodiscard]] std::string format_crypto(const CryptoAttribute& attribute);

}  // namespace osrtp::sdp
