#include "module/option_tags.hpp"

#include <algorithm>

namespace osrtp::module {
namespace {

/// A field may be folded (RFC 3261 section 7.3.1).
constexpr std::string_view kBlanks = " \t\r\n";

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view word) noexcept {
  word.remove_prefix(std::min(word.find_first_not_of(kBlanks), word.size()));
  return word.substr(0, word.find_last_not_of(kBlanks) + 1);
}

}  // namespace

bool lists_option_tag(std::string_view list, std::string_view tag) noexcept {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (same(trimmed(list.substr(0, comma)), tag)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace osrtp::module
