#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace osrtp {

/// The hash functions of certificate fingerprints that we verify. MD5 and MD2 are not values: what cannot be
/// named cannot be accepted (RFC 8122 §5).
enum class HashFunction : std::uint8_t { kSha1, kSha256, kSha384, kSha512 };

struct HashFacts {
  HashFunction hash;
  std::string_view name;  // RFC 8122 §5, lower case; any case is accepted
  std::size_t size;       // octets of a digest
};

/// Weakest first.
inline constexpr std::array<HashFacts, 4> kHashFunctions{{
    {HashFunction::kSha1, "sha-1", 20},
    {HashFunction::kSha256, "sha-256", 32},
    {HashFunction::kSha384, "sha-384", 48},
    {HashFunction::kSha512, "sha-512", 64},
}};

[[nodiscard]] constexpr const HashFacts& facts(HashFunction hash) noexcept {
  return kHashFunctions[static_cast<std::size_t>(hash)];
}

/// The hash of a certificate in DER (RFC 8122 §5). No secret: it stands in SDP.
struct Fingerprint {
  HashFunction hash = HashFunction::kSha256;
  std::vector<std::uint8_t> digest;  // facts(hash).size octets

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

}  // namespace osrtp
