#include "negotiate/origin.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "sdp/edits.hpp"
#include "sdp/text.hpp"
#include "sdp/words.hpp"

namespace osrtp::negotiate {
namespace {

/// Two hashes of unlike construction, since one of 64 bits may repeat itself by chance: FNV-1a, and one that
/// multiplies first and by another number.
constexpr std::uint64_t kBasis = 0xcbf29ce484222325U;
constexpr std::uint64_t kPrime = 0x100000001b3U;
constexpr std::uint64_t kOtherFactor = 0x9e3779b97f4a7c15U;

void add(ContentDigest& digest, std::string_view octets) {
  digest.octets += octets.size();
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    digest.one = (digest.one ^ octet) * kPrime;
    digest.other = std::rotl(digest.other * kOtherFactor, 29) + octet;
  }
}

ContentDigest digest_of(const sdp::Text& text) {
  ContentDigest digest{0, kBasis, kBasis};
  for (std::size_t i = 0; i < text.line_count(); ++i) {
    if (text.line(i).type != 'o') add(digest, text.raw(i));
  }
  add(digest, text.tail());
  return digest;
}

bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Where in the value of an o= line its version stands. User names with blanks are seen, and lines that end early; what
/// all have is the number in front of the network type.
std::optional<std::string_view> version_in(std::string_view origin) {
  std::optional<std::string_view> found;
  std::string_view last;
  std::string_view rest = origin;
  for (auto word = sdp::next_word(rest, " \t"); !word.empty(); word = sdp::next_word(rest, " \t")) {
    if (sdp::same_word(word, "IN") && is_number(last)) found = last;
    last = word;
  }
  return found;
}

/// Nothing: it has no version to count.
std::optional<std::string> counted_on(const std::string& origin) {
  const auto version = version_in(origin);
  if (!version) return std::nullopt;
  const auto at = static_cast<std::size_t>(version->data() - origin.data());
  return origin.substr(0, at) + next_version(*version) + origin.substr(at + version->size());
}

std::vector<std::size_t> origin_lines(const sdp::Text& text) {
  std::vector<std::size_t> lines;
  const auto [first, last] = text.session();
  for (std::size_t i = first; i < last; ++i) {
    if (text.line(i).type == 'o') lines.push_back(i);
  }
  return lines;
}

std::string with_origin(const sdp::Text& text, const std::vector<std::size_t>& lines, const std::string& origin) {
  sdp::Edits edits;
  for (const std::size_t line : lines) edits.replace(line, "o=" + origin);
  if (lines.empty()) edits.insert_after(0, "o=" + origin);  // behind v= (RFC 8866 §5)
  return edits.apply(text);
}

}  // namespace

std::string next_version(std::string_view version) {
  std::string next(version);
  for (std::size_t i = next.size(); i-- > 0;) {
    if (next[i] != '9') {
      ++next[i];
      return next;
    }
    next[i] = '0';
  }
  return "1" + next;
}

Telling tell(std::string sdp, const std::optional<Told>& before) {
  const auto text = sdp::Text::parse(sdp);
  if (!text) return {std::move(sdp), before.value_or(Told{})};
  const auto lines = origin_lines(*text);
  Told told{lines.empty() ? std::string() : std::string(text->line(lines[0]).value), digest_of(*text)};
  if (!before || !version_in(before->origin)) return {std::move(sdp), std::move(told)};
  const bool same = before->content == told.content;
  told.origin = same ? before->origin : counted_on(before->origin).value_or(before->origin);
  return {with_origin(*text, lines, told.origin), std::move(told)};
}

}  // namespace osrtp::negotiate
