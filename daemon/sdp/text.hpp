#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace osrtp::sdp {

enum class ParseError : std::uint8_t {
  kTooBig,        // over Text::kMaxOctets
  kTooManyLines,  // over Text::kMaxLines
  kTooManyMedia,  // over Text::kMaxMedia
  kNul,           // a NUL octet
  kNotALine,      // something that is not "<letter>=..."
  kNoVersion,     // v= is not first, or not alone
  kNoMedia,       // no m= line
};

[[nodiscard]] std::string_view describe(ParseError error) noexcept;

/// One line of a Text. Both views borrow the Text.
struct Line {
  char type;               // the letter before '='
  std::string_view value;  // what follows '=', without the line's end

  /// For a= lines: the part before ':' and the part behind it (empty where there is none).
  /// Blanks around the name are no part of it, so that "a=crypto :1" is a crypto line to everybody.
  [[nodiscard]] std::string_view attribute() const noexcept;
  [[nodiscard]] std::string_view attribute_value() const noexcept;
};

/// An SDP body as its sender wrote it. Checks only what every edit relies on: at
/// most kMaxOctets, every line "<letter>=...", no NUL, one v= line and first, an m= line.
/// Line ends are CRLF or bare LF, the last one may be missing; blank lines behind the
/// last line are kept. Grammar inside a line is its reader's business. Lines are
/// numbered through the whole body.
class Text {
 public:
  static constexpr std::size_t kMaxOctets = 64UL * 1024;
  static constexpr std::size_t kMaxLines = 4096;
  static constexpr std::size_t kMaxMedia = 128;

  [[nodiscard]] static Result<Text, ParseError> parse(std::string_view body);

  [[nodiscard]] std::size_t line_count() const noexcept { return spans_.size(); }
  [[nodiscard]] Line line(std::size_t number) const noexcept;
  /// The line as it stood, its end included.
  [[nodiscard]] std::string_view raw(std::size_t number) const noexcept;

  [[nodiscard]] std::size_t media_count() const noexcept { return starts_.size() - 1; }
  /// First line and one-past-last line of the session part.
  [[nodiscard]] std::pair<std::size_t, std::size_t> session() const noexcept { return {0, starts_[0]}; }
  /// The same for the nth section, its m= line first.
  [[nodiscard]] std::pair<std::size_t, std::size_t> media(std::size_t n) const noexcept {
    return {starts_[n], starts_[n + 1]};
  }
  /// "\r\n" or "\n": how the body's first line ends, and so every line we add.
  [[nodiscard]] std::string_view line_end() const noexcept;
  /// Blank lines behind the last line, as they stood.
  [[nodiscard]] std::string_view tail() const noexcept { return std::string_view(body_).substr(tail_); }
  [[nodiscard]] const std::string& to_string() const noexcept { return body_; }

 private:
  Text() = default;
  [[nodiscard]] std::optional<ParseError> split();
  [[nodiscard]] std::optional<ParseError> find_sections();

  struct Span {
    std::uint32_t offset;
    std::uint32_t size;  // without the line's end
    std::uint32_t raw_size;
  };
  std::string body_;
  std::size_t tail_ = 0;
  std::vector<Span> spans_;
  std::vector<std::size_t> starts_;  // first line of each m-section, then line_count()
};

}  // namespace osrtp::sdp
