#include "sdp/fingerprint.hpp"

#include <optional>

#include "sdp/words.hpp"

namespace osrtp::sdp {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

/// Nothing: MD5, MD2 and SHA-224, which RFC 8122 §5 names and we do not verify, and whatever else there may be.
std::optional<HashFunction> hash_named(std::string_view name) noexcept {
  for (const HashFacts& f : kHashFunctions) {
    if (same_word(f.name, name)) return f.hash;
  }
  return std::nullopt;
}

std::optional<std::uint8_t> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

/// "4A:AD:B9"
std::optional<std::vector<std::uint8_t>> octets(std::string_view text) {
  std::vector<std::uint8_t> found;
  std::optional<std::string_view> rest = text;
  while (const auto pair = next_field(rest, ':')) {
    if (pair->size() != 2) return std::nullopt;
    const auto high = hex_digit((*pair)[0]);
    const auto low = hex_digit((*pair)[1]);
    if (!high || !low) return std::nullopt;
    found.push_back(static_cast<std::uint8_t>(*high << 4U | *low));
  }
  return found;
}

}  // namespace

std::string_view describe(FingerprintError error) noexcept {
  switch (error) {
    case FingerprintError::kSyntax:
      return "malformed fingerprint";
    case FingerprintError::kUnknownHash:
      return "hash function of the fingerprint is not accepted";
    case FingerprintError::kBadLength:
      return "fingerprint has not the length of its hash";
  }
  return {};
}

Result<Fingerprint, FingerprintError> parse_fingerprint(std::string_view value) {
  std::string_view rest = value;
  const std::string_view name = next_word(rest, " \t");
  const std::string_view digest = next_word(rest, " \t");
  if (digest.empty() || !next_word(rest, " \t").empty()) return fail(FingerprintError::kSyntax);
  auto found = octets(digest);
  if (!found) return fail(FingerprintError::kSyntax);
  const auto hash = hash_named(name);
  if (!hash) return fail(FingerprintError::kUnknownHash);
  if (found->size() != facts(*hash).size) return fail(FingerprintError::kBadLength);
  return Fingerprint{*hash, *std::move(found)};
}

std::string format_fingerprint(const Fingerprint& fingerprint) {
  std::string line = "a=fingerprint:" + std::string(facts(fingerprint.hash).name);
  char separator = ' ';
  for (const std::uint8_t octet : fingerprint.digest) {
    line += separator;
    line += kDigits[octet >> 4U];
    line += kDigits[octet & 0xFU];
    separator = ':';
  }
  return line;
}

}  // namespace osrtp::sdp
