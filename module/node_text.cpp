#include "module/node_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace osrtp::module {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string quoted(std::string_view word) { return "'" + std::string(word) + "'"; }

/// @return nothing: it is none, or more than `most`
std::optional<int> number(std::string_view text, int most) {
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value < 0 || value > most) return std::nullopt;
  return value;
}

std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

Result<Node, std::string> parse_node(std::string_view word, int set) {
  const std::size_t equals = word.rfind('=');
  unsigned int weight = 1;
  if (equals != std::string_view::npos) {
    const auto given = number(word.substr(equals + 1), Node::kMostWeight);
    if (!given || *given == 0) return fail(quoted(word) + ": a weight is 1 to " + std::to_string(Node::kMostWeight));
    weight = static_cast<unsigned int>(*given);
  }
  auto address = RelayAddress::parse(word.substr(0, equals));
  if (!address) return fail(address.error());
  return Node{*std::move(address), set, weight, false};
}

/// Takes "SET ==" off the front. @return nothing: there is no such number
std::optional<int> take_set(std::string_view& text) {
  const std::size_t equals = text.find("==");
  if (equals == std::string_view::npos) return 0;
  std::string_view front = text.substr(0, equals);
  const std::string_view word = next_word(front);
  if (!next_word(front).empty()) return std::nullopt;
  text.remove_prefix(equals + 2);
  return number(word, Node::kMostSet);
}

}  // namespace

Result<std::vector<Node>, std::string> parse_nodes(std::string_view text) {
  const auto set = take_set(text);
  if (!set) return fail("before '==' comes the number of a set, 0 to " + std::to_string(Node::kMostSet));
  std::vector<Node> nodes;
  for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
    auto node = parse_node(word, *set);
    if (!node) return fail(node.error());
    nodes.push_back(*std::move(node));
  }
  if (nodes.empty()) return fail(std::string("names no node"));
  return nodes;
}

std::string to_string(const Node& node) {
  return std::to_string(node.set) + " == " + node.address.to_string() + "=" + std::to_string(node.weight);
}

}  // namespace osrtp::module
