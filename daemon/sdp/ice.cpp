#include "sdp/ice.hpp"

#include <algorithm>
#include <array>

#include "sdp/words.hpp"

namespace osrtp::sdp {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::array<std::string_view, 4> kKinds{"host", "srflx", "prflx", "relay"};

constexpr std::size_t kMostIceChars = 256;
constexpr std::size_t kLeastUfrag = 4;
constexpr std::size_t kLeastPassword = 22;
constexpr std::size_t kMostFoundation = 32;
constexpr std::uint16_t kMostComponents = 256;
constexpr std::uint32_t kHighestPriority = 0x7FFFFFFF;

bool are_ice_chars(std::string_view text, std::size_t least, std::size_t most) noexcept {
  const auto is_one = [](char c) { return is_letter_or_digit(c) || c == '+' || c == '/'; };
  return text.size() >= least && text.size() <= most && std::all_of(text.begin(), text.end(), is_one);
}

std::optional<CandidateKind> kind_named(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (same_word(kKinds[i], text)) return static_cast<CandidateKind>(i);
  }
  return std::nullopt;
}

std::optional<Endpoint> endpoint(std::string_view address_text, std::string_view port_text) {
  const auto address = IpAddress::parse(address_text);
  const auto number_of_port = number<std::uint16_t>(port_text);
  const auto port = number_of_port ? Port::from(*number_of_port) : std::nullopt;
  if (!address || address->is_unspecified() || !port) return std::nullopt;
  return Endpoint{*address, *port};
}

}  // namespace

bool is_ufrag(std::string_view text) noexcept { return are_ice_chars(text, kLeastUfrag, kMostIceChars); }

bool is_ice_password(std::string_view text) noexcept { return are_ice_chars(text, kLeastPassword, kMostIceChars); }

std::optional<Candidate> parse_candidate(std::string_view value) {
  std::string_view rest = value;
  const auto word = [&] { return next_word(rest, kBlanks); };
  if (!are_ice_chars(word(), 1, kMostFoundation)) return std::nullopt;
  const auto component = positive<std::uint16_t>(word());
  const bool udp = same_word(word(), "UDP");
  const auto priority = positive<std::uint32_t>(word());
  const std::string_view address = word();
  const auto where = endpoint(address, word());
  const bool typed = same_word(word(), "typ");
  const auto kind = kind_named(word());
  if (!component || *component > kMostComponents || !udp || !priority || *priority > kHighestPriority) {
    return std::nullopt;
  }
  if (!where || !typed || !kind) return std::nullopt;
  return Candidate{*component, *priority, *where, *kind};
}

std::string format_candidate(const Candidate& candidate, std::string_view foundation) {
  std::string line = "a=candidate:" + std::string(foundation) + " " + std::to_string(candidate.component) + " UDP ";
  line += std::to_string(candidate.priority) + " " + candidate.endpoint.address.to_string() + " ";
  line += std::to_string(candidate.endpoint.port.number()) + " typ ";
  line += kKinds[static_cast<std::size_t>(candidate.kind)];
  return line;
}

}  // namespace osrtp::sdp
