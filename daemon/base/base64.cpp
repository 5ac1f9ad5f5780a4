#include "base/base64.hpp"

#include <algorithm>
#include <array>

namespace osrtp {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xff;

constexpr std::array<std::uint8_t, 256> invert() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kValues = invert();

/// Without its padding; nothing if there is some, but not what is due.
std::optional<std::string_view> without_padding(std::string_view text) noexcept {
  const auto padding = text.find('=');
  if (padding == std::string_view::npos) return text;
  const std::string_view due = padding % 4 == 2 ? "==" : "=";
  if (padding % 4 < 2 || text.substr(padding) != due) return std::nullopt;
  return text.substr(0, padding);
}

}  // namespace

std::string encode_base64(ByteView octets) {
  std::string text;
  text.reserve((octets.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const std::size_t here = std::min<std::size_t>(3, octets.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8U | (k < here ? octets[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= here ? kAlphabet[group >> (18U - 6U * k) & 0x3fU] : '=';
  }
  return text;
}

Result<std::size_t, Base64Error> decode_base64_into(std::string_view text, ByteSpan out) noexcept {
  const auto characters = without_padding(text);
  // One character left over is six bits: no octet.
  if (!characters || characters->size() % 4 == 1) return fail(Base64Error::kGarbage);
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t written = 0;
  bool fits = true;
  for (const char c : *characters) {
    const std::uint8_t value = kValues[static_cast<std::uint8_t>(c)];
    if (value == kNone) return fail(Base64Error::kGarbage);
    bits = bits << 6U | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    fits = fits && written < out.size();
    if (fits) out[written++] = static_cast<std::uint8_t>(bits >> held);
  }
  if (!fits) return fail(Base64Error::kTooLong);
  return written;
}

std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text) {
  std::vector<std::uint8_t> octets(text.size() / 4 * 3 + 2);
  const auto size = decode_base64_into(text, octets);
  if (!size) return std::nullopt;
  octets.resize(*size);
  return octets;
}

}  // namespace osrtp
