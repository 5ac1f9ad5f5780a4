#include "protocol/json_text.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "protocol/octets.hpp"

namespace osrtp::protocol::json {

namespace {

constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

/// Goes out as it is, and is a character of its own.
constexpr bool is_bare(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return octet >= 0x20 && octet < 0x80 && c != '"' && c != '\\';
}

constexpr std::array<bool, 256> kBare = [] {
  std::array<bool, 256> bare{};
  for (std::size_t i = 0; i < bare.size(); ++i) bare[i] = is_bare(static_cast<char>(i));
  return bare;
}();

void escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view lettered = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  const std::size_t at = lettered.find(c);
  if (at != std::string_view::npos) {
    out.append(1, '\\').append(1, letters[at]);
    return;
  }
  const auto octet = static_cast<unsigned char>(c);
  out.append("\\u00").append(1, digits[octet >> 4U]).append(1, digits[octet & 0x0fU]);
}

void write_text(std::string& out, std::string_view octets) {
  out.append(1, '"');
  while (!octets.empty()) {
    const auto is_special = [](char c) { return !kBare[static_cast<unsigned char>(c)]; };
    const auto special = std::find_if(octets.begin(), octets.end(), is_special);
    const auto bare = static_cast<std::size_t>(special - octets.begin());
    out.append(octets.substr(0, bare));
    octets.remove_prefix(bare);
    if (octets.empty()) break;
    const std::size_t size = character_size(octets);
    if (size == 1) {
      escape(out, octets[0]);
    } else {
      out.append(size == 0 ? kReplacement : octets.substr(0, size));
    }
    octets.remove_prefix(std::max<std::size_t>(size, 1));
  }
  out.append(1, '"');
}

/// Behind what opens a list.
void separate(std::string& list) {
  if (list.size() > 1) list.append(1, ',');
}

}  // namespace

Value text(std::string_view octets) {
  Value value;
  value.text.reserve(octets.size() + octets.size() / 16 + 2);
  write_text(value.text, octets);
  return value;
}

Value number(std::uint64_t value) { return {std::to_string(std::min(value, kMost))}; }

Value number(std::int64_t value) { return {std::to_string(value)}; }

Array& Array::add(const Value& value) {
  separate(text_);
  text_ += value.text;
  return *this;
}

Object& Object::set(std::string_view key, const Value& value) {
  separate(text_);
  write_text(text_, key);
  text_.append(1, ':').append(value.text);
  return *this;
}

}  // namespace osrtp::protocol::json
