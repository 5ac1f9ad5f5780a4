#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

/// The small change of SDP's grammar. All of these borrow what they are given.
namespace osrtp::sdp {

/// Cuts the next word off the front of `rest`, together with the separators before it.
/// Empty when there is none left.
[[nodiscard]] inline std::string_view next_word(std::string_view& rest, std::string_view separators) noexcept {
  const auto start = rest.find_first_not_of(separators);
  if (start == std::string_view::npos) return rest = {};
  rest.remove_prefix(start);
  const std::string_view word = rest.substr(0, rest.find_first_of(separators));
  rest.remove_prefix(word.size());
  return word;
}

/// Without the `blanks` at both ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text, std::string_view blanks) noexcept {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Cuts off what stands before the next `separator`, and the separator. Nothing once all
/// is cut; fields may be empty.
[[nodiscard]] inline std::optional<std::string_view> next_field(std::optional<std::string_view>& rest,
                                                                char separator) noexcept {
  if (!rest) return std::nullopt;
  const std::string_view all = *rest;
  const auto end = all.find(separator);
  rest = end == std::string_view::npos ? std::nullopt : std::optional(all.substr(end + 1));
  return all.substr(0, end);
}

/// 1*DIGIT that fits; no sign, no blanks.
template <std::unsigned_integral T>
[[nodiscard]] std::optional<T> number(std::string_view text) noexcept {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The same without leading zeros, and not zero.
template <std::unsigned_integral T>
[[nodiscard]] std::optional<T> positive(std::string_view text) noexcept {
  return text.starts_with('0') ? std::nullopt : number<T>(text);
}

[[nodiscard]] inline bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Equal but for the case of ASCII letters.
[[nodiscard]] inline bool same_word(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace osrtp::sdp
