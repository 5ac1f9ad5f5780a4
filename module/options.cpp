#include "module/options.hpp"

#include <algorithm>

#include "base/suite.hpp"

namespace osrtp::module {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

using Problem = std::optional<std::string>;

std::string quoted(std::string_view word) { return "'" + std::string(word) + "'"; }

Problem read_policy(std::string_view value, std::optional<protocol::Policy>& policy) {
  policy = protocol::policy_named(value);
  if (policy) return std::nullopt;
  return quoted(value) + " is no policy: off, opportunistic, prefer or require";
}

Problem read_peer(std::string_view value, std::optional<protocol::Peer>& peer) {
  peer = protocol::peer_named(value);
  if (peer) return std::nullopt;
  return quoted(value) + " is no kind of peer: sip or webrtc";
}

Problem read_shape(std::string_view value, protocol::Shape& shape) {
  const auto named = protocol::shape_named(value);
  if (!named) return quoted(value) + " is no shape of an offer: one-line or two-lines";
  shape = *named;
  return std::nullopt;
}

Problem read_mode(std::string_view value, bool& block) {
  block = value == "block";
  if (block) return std::nullopt;
  return quoted(value) + " is no mode: block";
}

Problem read_interface(std::string_view value, std::optional<std::string>& name) {
  if (value.empty()) return "an interface needs a name";
  name = value;
  return std::nullopt;
}

Problem read_name(std::string_view value, std::optional<std::string>& name) {
  if (value.empty()) return "a peer needs a name";
  name = value;
  return std::nullopt;
}

/// Reads words parted by commas; `read_one` puts each into `list` or says what is wrong with it.
template <class ReadOne>
Problem read_list(std::string_view value, std::vector<std::string>& list, ReadOne read_one) {
  list.clear();
  for (;;) {
    const std::size_t comma = value.find(',');
    if (auto problem = read_one(value.substr(0, comma), list)) return problem;
    if (comma == std::string_view::npos) return std::nullopt;
    value.remove_prefix(comma + 1);
  }
}

Problem read_suite(std::string_view name, std::vector<std::string>& suites) {
  const auto suite = suite_named(name);
  if (!suite) return quoted(name) + " is no crypto suite that can be offered";
  suites.emplace_back(facts(*suite).name);
  return std::nullopt;
}

Problem read_keying(std::string_view name, std::vector<std::string>& keying) {
  if (name != "sdes" && name != "dtls") return quoted(name) + " is no key management: sdes or dtls";
  keying.emplace_back(name);
  return std::nullopt;
}

/// Options of one side of the call: `caller`, `caller-peer`, `caller-shape`, `caller-keying`, or the same for the
/// callee.
struct Side {
  std::string_view role;
  std::optional<protocol::Policy>& policy;
  std::optional<protocol::Peer>& peer;
  protocol::Shape& shape;
  std::vector<std::string>& keying;
};

/// @return nothing at all where `key` is not the side's.
std::optional<Problem> read_of_side(std::string_view key, std::string_view value, const Side& side) {
  if (key.substr(0, side.role.size()) != side.role) return std::nullopt;
  const std::string_view rest = key.substr(side.role.size());
  if (rest.empty()) return read_policy(value, side.policy);
  if (rest == "-peer") return read_peer(value, side.peer);
  if (rest == "-shape") return read_shape(value, side.shape);
  if (rest == "-keying") return read_list(value, side.keying, read_keying);
  return std::nullopt;
}

Problem read_word(std::string_view word, Options& options) {
  if (word == "allow-sdes-over-clear") {
    options.allow_sdes_over_clear = true;
    return std::nullopt;
  }
  const std::size_t equals = word.find('=');
  const std::string_view key = word.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
  for (const Side& side :
       {Side{"caller", options.caller, options.caller_peer, options.caller_shape, options.caller_keying},
        Side{"callee", options.callee, options.callee_peer, options.callee_shape, options.callee_keying}}) {
    if (auto read = read_of_side(key, value, side)) return *std::move(read);
  }
  if (key == "mode") return read_mode(value, options.block);
  if (key == "peer") return read_name(value, options.peer);
  if (key == "suites") return read_list(value, options.suites, read_suite);
  if (key == "from-interface") return read_interface(value, options.interface_from);
  if (key == "to-interface") return read_interface(value, options.interface_to);
  return quoted(word) +
         " is no option: caller=, caller-peer=, caller-shape=, caller-keying=, the same for callee, suites=, "
         "peer=, from-interface=, to-interface=, mode=block or allow-sdes-over-clear";
}

}  // namespace

Result<Options, std::string> parse_options(std::string_view text, OptionText kind) {
  Options options;
  bool whole = true;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    if (text.empty()) break;
    const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
    text.remove_prefix(word.size());
    if (kind == OptionText::kWithVariables && word.find('$') != std::string_view::npos) {
      whole = false;
    } else if (auto problem = read_word(word, options)) {
      return fail(*std::move(problem));
    }
  }
  if (whole && options.interface_from.has_value() != options.interface_to.has_value())
    return fail(std::string("from-interface= and to-interface= go together"));
  return options;
}

}  // namespace osrtp::module
