#include "sdp/stream_position.hpp"

#include <algorithm>
#include <charconv>

#include "sdp/words.hpp"

namespace osrtp::sdp {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kLongestTag = 9;
/// Where none is known: whatever the next packet has is within 2^15 of this one, in the same turn of the counter.
constexpr std::uint16_t kMiddleSequence = 0x8000;

/// One value, as far as it has been said.
struct Field {
  std::string_view name;
  std::size_t digits;  // at most
  bool there = false;
  std::optional<std::uint32_t> value{};  // nothing: not there, or "unknown"
};

/// "0x" 1*HEXDIG; false: neither that nor "unknown", or there twice.
bool read_value(std::string_view text, Field& field) {
  if (field.there) return false;
  field.there = true;
  if (same_word(text, "unknown")) return true;
  if (text.size() < 3 || text.size() > field.digits + 2 || !same_word(text.substr(0, 2), "0x")) return false;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
  field.value = value;
  return error == std::errc{} && end == text.data() + text.size();
}

/// "ssrc=...;roc=...;seq=...". False: malformed.
bool read_stream(std::string_view text, std::vector<StreamPosition>& streams) {
  Field fields[] = {{"ssrc", 8}, {"roc", 8}, {"seq", 4}};
  std::optional<std::string_view> rest = text;
  while (const auto part = next_field(rest, ';')) {
    const std::string_view field = trimmed(*part, kBlanks);
    if (field.empty()) continue;
    const auto equals = field.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    for (Field& known : fields) {
      if (same_word(field.substr(0, equals), known.name) && !read_value(field.substr(equals + 1), known)) return false;
    }
  }
  const auto& [ssrc, roc, sequence] = fields;
  if (!ssrc.value || !roc.value || streams.size() == kMaxStreamPositions) return true;
  const StreamPosition stream{Ssrc(*ssrc.value),
                              std::uint64_t{*roc.value} << 16U | sequence.value.value_or(kMiddleSequence)};
  const auto same = [&](const StreamPosition& other) { return other.ssrc == stream.ssrc; };
  if (std::none_of(streams.begin(), streams.end(), same)) streams.push_back(stream);
  return true;
}

/// "(...), (...)". False: malformed.
bool read_list(std::string_view text, std::vector<StreamPosition>& streams) {
  for (;;) {
    const auto end = text.find(')');
    if (!text.starts_with('(') || end == std::string_view::npos) return false;
    if (!read_stream(text.substr(1, end - 1), streams)) return false;
    text = trimmed(text.substr(end + 1), kBlanks);
    if (text.empty()) return true;
    if (!text.starts_with(',')) return false;
    text = trimmed(text.substr(1), kBlanks);
  }
}

}  // namespace

std::optional<SrtpContextAttribute> parse_srtp_context(std::string_view value) {
  SrtpContextAttribute attribute;
  const std::string_view tag = next_word(value, kBlanks);
  const auto number_of_line = number<std::uint32_t>(tag);
  if (!number_of_line || tag.size() > kLongestTag) return std::nullopt;
  attribute.tag = *number_of_line;
  const std::string_view rest = trimmed(value, kBlanks);
  const bool well = rest.starts_with('(') ? read_list(rest, attribute.streams) : read_stream(rest, attribute.streams);
  return well && !rest.empty() ? std::optional(std::move(attribute)) : std::nullopt;
}

}  // namespace osrtp::sdp
