#include "sdp/text.hpp"

namespace osrtp::sdp {
namespace {

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view describe(ParseError error) noexcept {
  switch (error) {
    case ParseError::kTooBig:
      return "SDP is larger than 64 KiB";
    case ParseError::kTooManyLines:
      return "SDP has too many lines";
    case ParseError::kTooManyMedia:
      return "SDP has too many m= lines";
    case ParseError::kNul:
      return "SDP contains a NUL octet";
    case ParseError::kNotALine:
      return "SDP contains a line that is not <letter>=<value>";
    case ParseError::kNoVersion:
      return "SDP does not begin with its only v= line";
    case ParseError::kNoMedia:
      return "SDP has no m= line";
  }
  return {};
}

std::string_view Line::attribute() const noexcept { return trimmed(value.substr(0, value.find(':'))); }

std::string_view Line::attribute_value() const noexcept {
  const auto colon = value.find(':');
  return colon == std::string_view::npos ? std::string_view{} : value.substr(colon + 1);
}

Result<Text, ParseError> Text::parse(std::string_view body) {
  if (body.size() > kMaxOctets) return fail(ParseError::kTooBig);
  if (body.find('\0') != std::string_view::npos) return fail(ParseError::kNul);
  Text text;
  text.body_ = body;
  if (const auto error = text.split()) return fail(*error);
  if (const auto error = text.find_sections()) return fail(*error);
  return text;
}

std::optional<ParseError> Text::split() {
  const std::string_view body = body_;
  const auto last = body.find_last_not_of("\r\n");
  // The tail begins behind the last line's own end.
  const auto newline = last == std::string_view::npos ? last : body.find('\n', last);
  tail_ = newline == std::string_view::npos ? body.size() : newline + 1;
  for (std::size_t at = 0; at < tail_;) {
    if (spans_.size() == kMaxLines) return ParseError::kTooManyLines;
    const auto end = body.find('\n', at);
    const std::size_t next = end == std::string_view::npos ? tail_ : end + 1;
    std::size_t size = (end == std::string_view::npos ? next : end) - at;
    // One CR belongs to the line's end, also where a cut-off body lacks the LF.
    if (size > 0 && body[at + size - 1] == '\r') --size;
    if (size < 2 || !is_letter(body[at]) || body[at + 1] != '=') return ParseError::kNotALine;
    spans_.push_back(
        {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(next - at)});
    at = next;
  }
  return std::nullopt;
}

std::optional<ParseError> Text::find_sections() {
  if (spans_.empty() || line(0).type != 'v') return ParseError::kNoVersion;
  for (std::size_t i = 1; i < spans_.size(); ++i) {
    if (line(i).type == 'v') return ParseError::kNoVersion;
    if (line(i).type != 'm') continue;
    if (starts_.size() == kMaxMedia) return ParseError::kTooManyMedia;
    starts_.push_back(i);
  }
  if (starts_.empty()) return ParseError::kNoMedia;
  starts_.push_back(spans_.size());
  return std::nullopt;
}

Line Text::line(std::size_t number) const noexcept {
  const Span& span = spans_[number];
  return {body_[span.offset], std::string_view(body_).substr(span.offset + 2, span.size - 2)};
}

std::string_view Text::raw(std::size_t number) const noexcept {
  const Span& span = spans_[number];
  return std::string_view(body_).substr(span.offset, span.raw_size);
}

std::string_view Text::line_end() const noexcept { return raw(0).ends_with("\r\n") ? "\r\n" : "\n"; }

}  // namespace osrtp::sdp
