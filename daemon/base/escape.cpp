#include "base/escape.hpp"

namespace osrtp {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kMaxName = 200;

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

std::string printable(std::string_view name) {
  std::string safe;
  for (const char c : name.substr(0, kMaxName)) safe += c > ' ' && c < 127 && c != '"' ? c : '?';
  return safe;
}

}  // namespace osrtp
