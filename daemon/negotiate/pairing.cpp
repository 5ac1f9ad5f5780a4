#include "negotiate/pairing.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "protocol/policy.hpp"
#include "sdp/words.hpp"

namespace osrtp::negotiate {
namespace {

using protocol::Profile;

bool is_plain_profile(Profile profile) { return protocol::is_rtp(profile) && !protocol::is_secure(profile); }

bool has_keys(const sdp::Media& media) { return media.has_crypto() || media.has_fingerprint(); }

bool has_format(std::string_view formats, std::string_view wanted) {
  while (!formats.empty()) {
    if (sdp::next_word(formats, " ") == wanted) return true;
  }
  return false;
}

bool are_all_among(std::string_view some, std::string_view all) {
  while (!some.empty()) {
    const std::string_view format = sdp::next_word(some, " ");
    if (!format.empty() && !has_format(all, format)) return false;
  }
  return true;
}

std::string_view value_of(const sdp::Text& text, std::size_t n, std::string_view attribute) {
  const auto [first, last] = text.media(n);
  for (std::size_t i = first; i < last; ++i) {
    const sdp::Line line = text.line(i);
    if (line.type == 'a' && line.attribute() == attribute) return line.attribute_value();
  }
  return {};
}

/// Attributes by which an SDP tells one stream from another (RFC 4574, RFC 5888, RFC 4796).
constexpr auto kDistinguishing = std::to_array<std::string_view>({"mid", "label", "content"});

/// Which m-lines of an offer are one stream.
class Matching {
 public:
  Matching(const sdp::Text& text, const std::vector<sdp::Media>& media, const Layout& before)
      : text_(text), media_(media), lines_(media.size()), mates_(media.size()) {
    // Who leaves out lines that it had (RFC 3264 §8 forbids that) has said nothing of the others' places either.
    if (media.size() >= before.lines.size()) remember(before);
    find_pairs();
    number();
  }

  [[nodiscard]] Pairing pairing() const {
    Pairing pairing{{}, mates_};
    for (std::size_t n = 0; n < lines_.size(); ++n) {
      const std::string_view media = text_.line(text_.media(n).first).value;
      pairing.layout.lines.push_back({*lines_[n].stream, lines_[n].part, lines_[n].active, std::string(media)});
    }
    return pairing;
  }

 private:
  struct Line {
    std::optional<std::size_t> stream;
    Part part = Part::kWhole;
    bool active = true;
  };

  void remember(const Layout& before) {
    streams_ = before.streams();
    for (std::size_t n = 0; n < before.lines.size(); ++n) {
      const LayoutLine& line = before.lines[n];
      lines_[n] = {line.stream, line.part, line.active};
    }
    for (std::size_t n = 0; n < before.lines.size(); ++n) {
      if (before.lines[n].part != Part::kPlain) continue;
      if (const auto secure = line_of(before, before.lines[n].stream, Part::kSecure)) join(*secure, n);
    }
  }

  /// Two lines that were one stream go on as one, or part for good.
  void join(std::size_t secure, std::size_t plain) {
    const sdp::Media& one = media_[secure];
    const sdp::Media& other = media_[plain];
    const bool part = !sdp::same_word(one.kind, other.kind) || (has_keys(one) && has_keys(other));
    // A fax in the place of the one beside nothing in the place of the other is one stream still.
    if (one.port && other.port && part) {
      const std::size_t leaver = lines_[secure].active ? plain : secure;
      lines_[secure].part = lines_[plain].part = Part::kWhole;
      lines_[secure].active = lines_[plain].active = true;
      lines_[leaver].stream.reset();
      return;
    }
    // Some write them in another order the next time.
    const bool swapped = is_plain_profile(one.profile) && protocol::is_sdes(other.profile);
    pair(swapped ? plain : secure, swapped ? secure : plain);
  }

  void pair(std::size_t secure, std::size_t plain) {
    lines_[secure].part = Part::kSecure;
    lines_[plain].part = Part::kPlain;
    mates_[secure] = plain;
    mates_[plain] = secure;
  }

  /// What runs looks for a mate before what does not.
  void find_pairs() {
    for (const bool alive : {true, false}) {
      for (std::size_t n = 0; n < media_.size(); ++n) {
        if (media_[n].port.has_value() == alive) find_mate(n);
      }
    }
  }

  void find_mate(std::size_t secure) {
    std::optional<std::size_t> found;
    for (std::size_t plain = 0; plain < media_.size(); ++plain) {
      if (is_pair(secure, plain) && (!found || nearness(secure, plain) > nearness(secure, *found))) found = plain;
    }
    if (!found) return;
    pair(secure, *found);
    auto& one = lines_[secure].stream;
    auto& other = lines_[*found].stream;
    if (!one) one = other;
    if (!other) other = one;
  }

  int nearness(std::size_t secure, std::size_t plain) const {
    const auto& one = media_[secure].port;
    const auto& other = media_[plain].port;
    if (one == other) return 2;
    return one.has_value() == other.has_value() ? 1 : 0;
  }

  bool is_pair(std::size_t secure, std::size_t plain) const {
    if (lines_[secure].part != Part::kWhole || lines_[plain].part != Part::kWhole) return false;
    // Two that have been streams of their own are so for the other side too.
    if (lines_[secure].stream && lines_[plain].stream) return false;
    const sdp::Media& one = media_[secure];
    const sdp::Media& other = media_[plain];
    if (!protocol::is_sdes(one.profile) || !is_plain_profile(other.profile)) return false;
    if ((one.port && !one.has_crypto()) || has_keys(other)) return false;
    return sdp::same_word(one.kind, other.kind) && !are_told_apart(secure, plain) &&
           (are_all_among(one.formats, other.formats) || are_all_among(other.formats, one.formats));
  }

  bool are_told_apart(std::size_t secure, std::size_t plain) const {
    const sdp::Media& one = media_[secure];
    const sdp::Media& other = media_[plain];
    const auto differs = [&](std::string_view attribute) {
      return value_of(text_, secure, attribute) != value_of(text_, plain, attribute);
    };
    return one.connection != other.connection || one.host != other.host ||
           std::any_of(kDistinguishing.begin(), kDistinguishing.end(), differs);
  }

  /// What is new comes behind what the other side knows.
  void number() {
    for (std::size_t n = 0; n < lines_.size(); ++n) {
      if (lines_[n].stream) continue;
      lines_[n].stream = streams_++;
      if (mates_[n]) lines_[*mates_[n]].stream = lines_[n].stream;
    }
  }

  const sdp::Text& text_;
  const std::vector<sdp::Media>& media_;
  std::vector<Line> lines_;
  std::vector<std::optional<std::size_t>> mates_;
  std::size_t streams_ = 0;
};

}  // namespace

Pairing pair_lines(const sdp::Text& text, const std::vector<sdp::Media>& media, const Layout& before) {
  return Matching(text, media, before).pairing();
}

}  // namespace osrtp::negotiate
