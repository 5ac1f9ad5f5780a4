#include "base/redact.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace osrtp {

namespace {

constexpr std::string_view kInstead = "***";
constexpr std::array<std::string_view, 5> kMarks{"inline:", "ice-pwd:", "k=clear:", "k=base64:", "k=uri:"};

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool begins_with(std::string_view text, std::string_view mark) noexcept {
  if (text.size() < mark.size()) return false;
  return std::equal(mark.begin(), mark.end(), text.begin(), [](char m, char c) { return m == lower(c); });
}

/// How long the mark is with which `text` begins; 0: with none.
std::size_t mark_size(std::string_view text) noexcept {
  const auto* const mark =
      std::find_if(kMarks.begin(), kMarks.end(), [text](std::string_view m) { return begins_with(text, m); });
  return mark == kMarks.end() ? 0 : mark->size();
}

/// How much of `text` is a secret that it begins with, the blanks before it included; 0: there is none.
std::size_t secret_size(std::string_view text) noexcept {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  std::size_t end = begin;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    const bool is_end = (c >= 0 && c <= ' ') || c == 127 || c == '"';
    if (is_end || (c == '\\' && text.substr(end + 1, 1) != "/")) break;
  }
  return end == begin ? 0 : end;
}

/// "inline:inline: KEY": what follows is a secret of its own.
bool ends_with_mark(std::string_view secret) noexcept {
  return std::any_of(kMarks.begin(), kMarks.end(), [secret](std::string_view mark) {
    return secret.size() >= mark.size() && begins_with(secret.substr(secret.size() - mark.size()), mark);
  });
}

}  // namespace

std::string redacted(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const std::size_t mark = mark_size(text);
    const std::size_t kept = std::max<std::size_t>(mark, 1);
    safe += text.substr(0, kept);
    text.remove_prefix(kept);
    std::size_t secret = mark == 0 ? 0 : secret_size(text);
    if (secret > 0) safe += kInstead;
    while (secret > 0) {
      const bool goes_on = ends_with_mark(text.substr(0, secret));
      text.remove_prefix(secret);
      secret = goes_on ? secret_size(text) : 0;
    }
  }
  return safe;
}

}  // namespace osrtp
