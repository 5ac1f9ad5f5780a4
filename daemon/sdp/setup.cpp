#include "sdp/setup.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "sdp/words.hpp"

namespace osrtp::sdp {
namespace {

constexpr std::array<std::string_view, 4> kNames{"actpass", "active", "passive", "holdconn"};

constexpr std::size_t kLeastTlsId = 20;
constexpr std::size_t kMostTlsId = 255;

}  // namespace

std::string_view name(SetupRole role) noexcept { return kNames[static_cast<std::size_t>(role)]; }

std::optional<SetupRole> parse_setup(std::string_view value) noexcept {
  std::string_view rest = value;
  const std::string_view word = next_word(rest, " \t");
  if (!next_word(rest, " \t").empty()) return std::nullopt;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (same_word(kNames[i], word)) return static_cast<SetupRole>(i);
  }
  return std::nullopt;
}

std::optional<std::string_view> parse_tls_id(std::string_view value) noexcept {
  const auto is_allowed = [](char c) { return is_letter_or_digit(c) || c == '+' || c == '/' || c == '-' || c == '_'; };
  const bool fits = value.size() >= kLeastTlsId && value.size() <= kMostTlsId;
  return fits && std::all_of(value.begin(), value.end(), is_allowed) ? std::optional(value) : std::nullopt;
}

}  // namespace osrtp::sdp
