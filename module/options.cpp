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

Problem read_interface(std::string_view value, std::optional<std::string>& name) {
  if (value.empty()) return "an interface needs a name";
  name = value;
  return std::nullopt;
}

Problem read_suites(std::string_view value, std::vector<std::string>& suites) {
  suites.clear();
  for (;;) {
    const std::size_t comma = value.find(',');
    const std::string_view name = value.substr(0, comma);
    const auto suite = suite_named(name);
    if (!suite) return quoted(name) + " is no crypto suite that can be offered";
    suites.emplace_back(facts(*suite).name);
    if (comma == std::string_view::npos) return std::nullopt;
    value.remove_prefix(comma + 1);
  }
}

Problem read_word(std::string_view word, Options& options) {
  if (word == "allow-sdes-over-clear") {
    options.allow_sdes_over_clear = true;
    return std::nullopt;
  }
  const std::size_t equals = word.find('=');
  const std::string_view key = word.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
  if (key == "caller") return read_policy(value, options.caller);
  if (key == "callee") return read_policy(value, options.callee);
  if (key == "suites") return read_suites(value, options.suites);
  if (key == "from-interface") return read_interface(value, options.interface_from);
  if (key == "to-interface") return read_interface(value, options.interface_to);
  return quoted(word) +
         " is no option: caller=, callee=, suites=, from-interface=, to-interface= or allow-sdes-over-clear";
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
