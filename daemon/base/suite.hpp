#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace osrtp {

/// The SRTP crypto suites that we run. NULL, F8 and the non-IANA ones are not
/// values: what cannot be named cannot be chosen.
enum class Suite : std::uint8_t {
  kAeadAes256Gcm,        // RFC 7714
  kAeadAes128Gcm,        // RFC 7714
  kAes256CmHmacSha1_80,  // RFC 6188
  kAes192CmHmacSha1_80,  // RFC 6188
  kAesCm128HmacSha1_80,  // RFC 4568 §6.2.1
  kAes256CmHmacSha1_32,  // RFC 6188
  kAes192CmHmacSha1_32,  // RFC 6188
  kAesCm128HmacSha1_32,  // RFC 4568 §6.2.2
};

/// What a suite prescribes. Sizes in octets.
struct SuiteFacts {
  Suite suite;
  std::string_view name;   // as registered with IANA for SDP security descriptions
  std::string_view alias;  // another spelling seen in the field, or empty
  std::size_t key_size;
  std::size_t salt_size;
  std::size_t rtp_tag_size;
  std::size_t rtcp_tag_size;

  [[nodiscard]] constexpr std::size_t master_size() const noexcept { return key_size + salt_size; }
};

/// Strongest first.
inline constexpr std::array<SuiteFacts, 8> kSuites{{
    {Suite::kAeadAes256Gcm, "AEAD_AES_256_GCM", "", 32, 12, 16, 16},
    {Suite::kAeadAes128Gcm, "AEAD_AES_128_GCM", "", 16, 12, 16, 16},
    {Suite::kAes256CmHmacSha1_80, "AES_256_CM_HMAC_SHA1_80", "AES_CM_256_HMAC_SHA1_80", 32, 14, 10, 10},
    {Suite::kAes192CmHmacSha1_80, "AES_192_CM_HMAC_SHA1_80", "AES_CM_192_HMAC_SHA1_80", 24, 14, 10, 10},
    {Suite::kAesCm128HmacSha1_80, "AES_CM_128_HMAC_SHA1_80", "", 16, 14, 10, 10},
    {Suite::kAes256CmHmacSha1_32, "AES_256_CM_HMAC_SHA1_32", "AES_CM_256_HMAC_SHA1_32", 32, 14, 4, 10},
    {Suite::kAes192CmHmacSha1_32, "AES_192_CM_HMAC_SHA1_32", "AES_CM_192_HMAC_SHA1_32", 24, 14, 4, 10},
    {Suite::kAesCm128HmacSha1_32, "AES_CM_128_HMAC_SHA1_32", "", 16, 14, 4, 10},
}};

[[nodiscard]] constexpr const SuiteFacts& facts(Suite suite) noexcept {
  return kSuites[static_cast<std::size_t>(suite)];
}

/// By registered name or alias, in any case (RFC 4568 §9.1: suite names are case-insensitive).
[[nodiscard]] constexpr std::optional<Suite> suite_named(std::string_view name) noexcept {
  const auto same = [](std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (upper(a[i]) != upper(b[i])) return false;
    }
    return true;
  };
  for (const SuiteFacts& f : kSuites) {
    if (same(name, f.name) || (!f.alias.empty() && same(name, f.alias))) return f.suite;
  }
  return std::nullopt;
}

/// Offered when nobody says otherwise, most preferred first.
inline constexpr std::array<Suite, 4> kDefaultSuites{Suite::kAeadAes256Gcm, Suite::kAeadAes128Gcm,
                                                     Suite::kAes256CmHmacSha1_80, Suite::kAesCm128HmacSha1_80};

}  // namespace osrtp
