#pragma once

#include <map>
#include <string>
#include <vector>

#include "sdp/text.hpp"

namespace osrtp::sdp {

/// Changes to a Text, kept beside it. What nobody edits leaves byte for byte as it
/// came. Lines given here are whole ("a=rtcp-mux"), without their end; they get the Text's.
class Edits {
 public:
  /// Replaces the line. The last of several replacements of one line holds.
  void replace(std::size_t line, std::string text);
  void remove(std::size_t line);
  /// Puts a line behind `line` (behind its replacement, or in its place if it is
  /// removed), in the order of the calls.
  void insert_after(std::size_t line, std::string text);

  [[nodiscard]] bool empty() const noexcept { return changes_.empty(); }
  [[nodiscard]] std::string apply(const Text& text) const;

 private:
  struct Change {
    enum class Fate : std::uint8_t { kKept, kReplaced, kRemoved } fate = Fate::kKept;
    std::string text;
    std::vector<std::string> after;
  };
  std::map<std::size_t, Change> changes_;
};

}  // namespace osrtp::sdp
