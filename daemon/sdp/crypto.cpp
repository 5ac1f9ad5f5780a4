#include "sdp/crypto.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <set>

#include "base/base64.hpp"
#include "sdp/mki.hpp"
#include "sdp/words.hpp"

namespace osrtp::sdp {
namespace {

/// Tabs are not in the grammar, and phones send them (SDES-1).
constexpr std::string_view kBlanks = " \t";
/// SRTP's maximum; a higher one would let a counter wrap (RFC 3711 §9.2, SDES-4).
constexpr std::uint64_t kMaxLifetime = std::uint64_t{1} << 48U;
/// RFC 4568 §6.3.6.
constexpr std::uint32_t kMinWindowSizeHint = 64;

std::optional<std::uint32_t> parse_tag(std::string_view text) noexcept {
  if (text.size() > 9) return std::nullopt;
  // Some phones count from zero.
  return text == "0" ? std::optional<std::uint32_t>(0) : positive<std::uint32_t>(text);
}

/// What we repeat to the peer instead of the registered name: an alias that it knows. The
/// registered name in another case is no other name.
std::string spelling_of(std::string_view name, Suite suite) {
  return same_word(name, facts(suite).name) ? std::string{} : std::string(name);
}

std::optional<std::uint64_t> parse_lifetime(std::string_view text) noexcept {
  std::optional<std::uint64_t> packets;
  if (text.starts_with("2^")) {
    const std::string_view exponent = text.substr(2);
    const auto n = exponent == "0" ? std::optional<unsigned>(0) : positive<unsigned>(exponent);
    if (n && *n <= 48) packets = std::uint64_t{1} << *n;
  } else {
    packets = positive<std::uint64_t>(text);
  }
  return packets && *packets <= kMaxLifetime ? packets : std::nullopt;
}

/// "1:4": value, then size in octets.
std::optional<std::vector<std::uint8_t>> parse_mki(std::string_view text) {
  const auto colon = text.find(':');
  const auto size = positive<std::size_t>(text.substr(colon + 1));
  if (!size || *size > kMaxMkiSize) return std::nullopt;
  return mki_from_decimal(text.substr(0, colon), *size);
}

Result<Secret, CryptoError> parse_key_salt(std::string_view text, Suite suite) {
  std::array<std::uint8_t, Secret::kCapacity> octets{};
  const auto size = decode_base64_into(text, octets);
  auto secret = size ? Secret::from(ByteView(octets).first(*size)) : std::nullopt;
  explicit_bzero(octets.data(), octets.size());
  if (!size) return fail(size.error() == Base64Error::kTooLong ? CryptoError::kBadKeyLength : CryptoError::kBadBase64);
  if (secret->size() != facts(suite).master_size()) return fail(CryptoError::kBadKeyLength);
  return *std::move(secret);
}

/// "inline:" key-salt ["|" lifetime] ["|" MKI ":" length] (RFC 4568 §9.2).
Result<InlineKey, CryptoError> parse_key(std::string_view text, Suite suite) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return fail(CryptoError::kSyntax);
  if (!same_word(text.substr(0, colon), "inline")) return fail(CryptoError::kBadKeyMethod);
  std::optional<std::string_view> rest = text.substr(colon + 1);
  InlineKey key;
  auto secret = parse_key_salt(*next_field(rest, '|'), suite);
  if (!secret) return fail(secret.error());
  key.key_salt = *std::move(secret);
  auto field = next_field(rest, '|');
  if (field && field->find(':') == std::string_view::npos) {
    key.lifetime = parse_lifetime(*field);
    if (!key.lifetime) return fail(CryptoError::kBadLifetime);
    field = next_field(rest, '|');
  }
  if (field) {
    auto mki = field->find(':') == std::string_view::npos ? std::nullopt : parse_mki(*field);
    if (!mki) return fail(CryptoError::kBadMki);
    key.mki = *std::move(mki);
  }
  if (rest) return fail(CryptoError::kSyntax);
  return key;
}

/// Several keys in a line are told apart by their MKIs alone (SDES-5).
bool mkis_select(const std::vector<InlineKey>& keys) {
  if (keys.size() == 1) return true;
  std::set<std::vector<std::uint8_t>> seen;
  for (const InlineKey& key : keys) {
    if (key.mki.empty() || key.mki.size() != keys[0].mki.size() || !seen.insert(key.mki).second) return false;
  }
  return true;
}

Result<std::vector<InlineKey>, CryptoError> parse_keys(std::string_view text, Suite suite) {
  std::vector<InlineKey> keys;
  std::optional<std::string_view> rest = text;
  while (const auto field = next_field(rest, ';')) {
    auto key = parse_key(*field, suite);
    if (!key) return fail(key.error());
    keys.push_back(*std::move(key));
  }
  if (!mkis_select(keys)) return fail(CryptoError::kBadMki);
  return keys;
}

/// One session parameter (RFC 4568 §6.3).
std::optional<CryptoError> read_parameter(std::string_view word, CryptoAttribute& attribute) {
  // Its sender allows whoever does not know it to pass over it (RFC 4568 §6.3.7).
  if (word.starts_with('-')) return std::nullopt;
  const auto equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
  if (same_word(name, "WSH")) {
    attribute.window_size_hint = number<std::uint32_t>(value);
    if (attribute.window_size_hint.value_or(0) < kMinWindowSizeHint) return CryptoError::kSyntax;
    return std::nullopt;
  }
  // Zero as in SRTP's key_derivation_rate: keys are derived once, as we do (RFC 3711 §4.3.1).
  if (same_word(name, "KDR")) return value == "0" ? std::nullopt : std::optional(CryptoError::kRefusedParameter);
  if (same_word(name, "FEC_ORDER")) {
    return same_word(value, "FEC_SRTP") ? std::nullopt : std::optional(CryptoError::kRefusedParameter);
  }
  for (const auto refused : {"UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP", "FEC_KEY"}) {
    if (same_word(name, refused)) return CryptoError::kRefusedParameter;
  }
  return CryptoError::kUnknownParameter;
}

std::string format_lifetime(std::uint64_t packets) {
  if (std::has_single_bit(packets)) return "2^" + std::to_string(std::countr_zero(packets));
  return std::to_string(packets);
}

std::string format_key(const InlineKey& key) {
  std::string text = "inline:" + encode_base64(key.key_salt.reveal());
  if (key.lifetime) text += "|" + format_lifetime(*key.lifetime);
  if (!key.mki.empty()) text += "|" + mki_to_decimal(key.mki) + ":" + std::to_string(key.mki.size());
  return text;
}

}  // namespace

std::string_view describe(CryptoError error) noexcept {
  switch (error) {
    case CryptoError::kSyntax:
      return "not a crypto line";
    case CryptoError::kBadTag:
      return "invalid or repeated tag";
    case CryptoError::kUnknownSuite:
      return "unsupported crypto suite";
    case CryptoError::kBadKeyMethod:
      return "key method is not inline";
    case CryptoError::kBadKeyLength:
      return "key length is not the suite's";
    case CryptoError::kBadBase64:
      return "key is not base64";
    case CryptoError::kBadLifetime:
      return "invalid key lifetime";
    case CryptoError::kBadMki:
      return "invalid or missing MKI";
    case CryptoError::kUnknownParameter:
      return "unknown mandatory session parameter";
    case CryptoError::kRefusedParameter:
      return "session parameter that is not accepted";
  }
  return {};
}

CryptoAttribute CryptoAttribute::clone() const {
  CryptoAttribute copy{tag, suite, suite_spelling, {}, window_size_hint, streams};
  copy.keys.reserve(keys.size());
  for (const InlineKey& key : keys) copy.keys.push_back(key.clone());
  return copy;
}

Result<CryptoAttribute, CryptoError> parse_crypto(std::string_view value) {
  const std::string_view tag_word = next_word(value, kBlanks);
  const std::string_view suite_word = next_word(value, kBlanks);
  const std::string_view keys_word = next_word(value, kBlanks);
  if (keys_word.empty()) return fail(CryptoError::kSyntax);
  const auto tag = parse_tag(tag_word);
  if (!tag) return fail(CryptoError::kBadTag);
  const auto suite = suite_named(suite_word);
  if (!suite) return fail(CryptoError::kUnknownSuite);
  auto keys = parse_keys(keys_word, *suite);
  if (!keys) return fail(keys.error());
  CryptoAttribute attribute{*tag, *suite, spelling_of(suite_word, *suite), *std::move(keys), std::nullopt};
  for (auto word = next_word(value, kBlanks); !word.empty(); word = next_word(value, kBlanks)) {
    if (const auto error = read_parameter(word, attribute)) return fail(*error);
  }
  return attribute;
}

std::string format_crypto(const CryptoAttribute& attribute) {
  const auto& spelling = attribute.suite_spelling;
  std::string line = "a=crypto:" + std::to_string(attribute.tag) + " ";
  line += spelling.empty() ? facts(attribute.suite).name : std::string_view(spelling);
  char separator = ' ';
  for (const InlineKey& key : attribute.keys) {
    line += separator;
    line += format_key(key);
    separator = ';';
  }
  return line;
}

}  // namespace osrtp::sdp
