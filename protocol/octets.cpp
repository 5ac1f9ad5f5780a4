#include "protocol/octets.hpp"

#include <algorithm>
#include <cstdint>

namespace osrtp::protocol {

namespace {

constexpr std::uint8_t octet(char c) noexcept { return static_cast<std::uint8_t>(c); }

/// How many octets the lead octet announces (RFC 3629 §4); 0: it leads nothing.
constexpr std::size_t announced(std::uint8_t lead) noexcept {
  if (lead == 0) return 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/// Neither overlong, nor a surrogate, nor beyond U+10FFFF: all three show in the second octet.
constexpr bool fits(std::uint8_t lead, std::uint8_t second) noexcept {
  if ((second & 0xc0U) != 0x80) return false;
  if (lead == 0xe0) return second >= 0xa0;
  if (lead == 0xed) return second < 0xa0;
  if (lead == 0xf0) return second >= 0x90;
  return lead != 0xf4 || second < 0x90;
}

}  // namespace

std::size_t character_size(std::string_view octets) noexcept {
  const std::uint8_t lead = octet(octets[0]);
  const std::size_t size = announced(lead);
  if (size == 1) return 1;
  if (size > octets.size()) return 0;
  if (size > 1 && !fits(lead, octet(octets[1]))) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if ((octet(octets[i]) & 0xc0U) != 0x80) return 0;
  }
  return size;
}

bool is_text(std::string_view octets) noexcept {
  // Most of what is asked about is ASCII, and all of it.
  const auto is_other = [](char c) { return octet(c) >= 0x80 || c == '\0'; };
  octets.remove_prefix(static_cast<std::size_t>(std::find_if(octets.begin(), octets.end(), is_other) - octets.begin()));
  while (!octets.empty()) {
    const std::size_t size = character_size(octets);
    if (size == 0) return false;
    octets.remove_prefix(size);
  }
  return true;
}

std::string as_text(std::string_view octets) {
  std::string text;
  text.reserve(octets.size());
  while (!octets.empty()) {
    const std::size_t size = character_size(octets);
    text.append(size == 0 ? std::string_view("\xef\xbf\xbd") : octets.substr(0, size));
    octets.remove_prefix(size == 0 ? 1 : size);
  }
  return text;
}

}  // namespace osrtp::protocol
