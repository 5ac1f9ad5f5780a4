#include "base/escape.hpp"

namespace osrtp {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

std::string escaped(std::string_view text) {
  const auto clean = [](char c) { return c >= ' ' && c < 127 && c != '\\'; };
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (clean(c)) {
      safe += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    safe += "\\x";
    safe += kDigits[octet >> 4U];
    safe += kDigits[octet & 15U];
  }
  return safe;
}

}  // namespace osrtp
