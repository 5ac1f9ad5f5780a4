#include "app/suggestion.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

namespace osrtp::app {
namespace {

/// What other daemons, and the RFCs, call it.
constexpr auto kSynonyms = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"dscp", "tos"},
    {"traffic-class", "tos"},
    {"listen", "control"},
    {"public", "advertised"},
    {"external", "advertised"},
    {"nat", "advertised"},
    {"ip", "address"},
    {"port-min", "ports"},
    {"port-max", "ports"},
    {"port-range", "ports"},
});

/// Longer words are no slip of anything that we know.
constexpr std::size_t kMaxWord = 64;

/// As a hand means it: an underscore for a hyphen and a capital letter are no other word.
std::string plain(std::string_view word) {
  std::string result(word);
  for (char& c : result) {
    if (c == '_' || c == ' ') c = '-';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// How many letters have to go, come or change.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j < row.size(); ++j) {
      const std::size_t changed = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string_view nearest(const std::string& word, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t least = word.size() / 3 + 2;  // as many slips are too many
  for (const std::string_view candidate : known) {
    const std::size_t slips = distance(word, candidate);
    if (slips < least && slips < candidate.size()) std::tie(best, least) = std::pair(candidate, slips);
  }
  return best;
}

}  // namespace

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > kMaxWord) return {};
  const std::string meant = plain(word);
  const auto synonym =
      std::find_if(kSynonyms.begin(), kSynonyms.end(), [&](const auto& pair) { return pair.first == meant; });
  std::string_view best = synonym == kSynonyms.end() ? std::string_view() : synonym->second;
  if (std::find(known.begin(), known.end(), best) == known.end()) best = nearest(meant, known);
  return best.empty() ? std::string() : "; did you mean '" + std::string(best) + "'?";
}

}  // namespace osrtp::app
