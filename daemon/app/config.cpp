#include "app/config.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <optional>
#include <span>
#include <sstream>
#include <system_error>
#include <utility>

#include "app/values.hpp"
#include "srtp/context.hpp"

namespace osrtp::app {

namespace {

using Wrong = std::optional<std::string>;

/// One key of the file: reads `node` into the configuration, or says what is wrong with it.
using Setter = Wrong (*)(const toml::node& node, Configuration& into);
struct Key {
  std::string_view name;
  Setter set;
};

template <std::int64_t kLeast, std::int64_t kMost>
Wrong whole_number(const toml::node& node, std::int64_t& value) {
  const auto given = node.value_exact<std::int64_t>();
  if (!given || *given < kLeast || *given > kMost) {
    return "must be a whole number from " + std::to_string(kLeast) + " to " + std::to_string(kMost);
  }
  value = *given;
  return std::nullopt;
}

constexpr std::int64_t kDay = 86'400;
constexpr double kLongestLatch = 60;  // seconds

template <std::chrono::seconds call::Settings::*kMember>
Wrong set_seconds(const toml::node& node, Configuration& into) {
  std::int64_t seconds = 0;
  if (auto wrong = whole_number<1, kDay>(node, seconds)) return wrong;
  into.settings.*kMember = std::chrono::seconds(seconds);
  return std::nullopt;
}

Wrong set_latch_window(const toml::node& node, Configuration& into) {
  const auto seconds = node.is_number() ? node.value<double>() : std::nullopt;
  if (!seconds || !(*seconds >= 0 && *seconds <= kLongestLatch)) return "must be a number of seconds from 0 to 60";
  into.settings.latch_window = std::chrono::milliseconds(std::llround(*seconds * 1000));
  return std::nullopt;
}

Wrong set_replay_window(const toml::node& node, Configuration& into) {
  std::int64_t packets = 0;
  if (auto wrong = whole_number<srtp::kMinReplayWindow, srtp::kMaxReplayWindow>(node, packets)) return wrong;
  into.settings.replay_window = static_cast<std::uint32_t>(packets);
  return std::nullopt;
}

Wrong set_max_calls(const toml::node& node, Configuration& into) {
  std::int64_t calls = 0;
  if (auto wrong = whole_number<1, 1'000'000>(node, calls)) return wrong;
  into.settings.max_calls = static_cast<std::size_t>(calls);
  return std::nullopt;
}

Wrong set_workers(const toml::node& node, Configuration& into) {
  std::int64_t workers = 0;
  if (auto wrong = whole_number<1, 1024>(node, workers)) return wrong;
  into.workers = static_cast<unsigned>(workers);
  return std::nullopt;
}

Wrong set_ports(const toml::node& node, Configuration& into) {
  const auto text = node.value_exact<std::string_view>();
  if (!text) return "must be a text: \"MIN-MAX\"";
  const auto ports = parse_ports(*text);
  if (!ports) return ports.error();
  into.ports = *ports;
  return std::nullopt;
}

Wrong set_log_level(const toml::node& node, Configuration& into) {
  const auto text = node.value_exact<std::string_view>();
  if (!text) return "must be a text: \"error\", \"warning\", \"info\" or \"debug\"";
  const auto level = parse_log_level(*text);
  if (!level) return level.error();
  into.log_level = *level;
  return std::nullopt;
}

template <bool call::Settings::*kMember>
Wrong set_flag(const toml::node& node, Configuration& into) {
  const auto flag = node.value_exact<bool>();
  if (!flag) return "must be true or false";
  into.settings.*kMember = *flag;
  return std::nullopt;
}

template <std::string Configuration::*kMember>
Wrong set_file(const toml::node& node, Configuration& into) {
  const auto text = node.value_exact<std::string_view>();
  if (!text || text->empty()) return "must be the path of a file";
  into.*kMember = *text;
  return std::nullopt;
}

/// A list of texts, each read by `parse`; at least one.
template <class T, class Parse>
Wrong set_list(const toml::node& node, std::vector<T>& into, const Parse& parse) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->empty()) return "must be a list of texts, not empty";
  std::vector<T> values;
  for (const toml::node& item : *list) {
    const auto text = item.value_exact<std::string_view>();
    if (!text) return "must be a list of texts, not empty";
    auto value = parse(*text);
    if (!value) return value.error();
    values.push_back(*std::move(value));
  }
  into = std::move(values);
  return std::nullopt;
}

Wrong set_interfaces(const toml::node& node, Configuration& into) {
  return set_list(node, into.interfaces, parse_interface);
}

Wrong set_control(const toml::node& node, Configuration& into) {
  return set_list(node, into.control, io::parse_control_address);
}

Wrong set_suites(const toml::node& node, Configuration& into) {
  const auto parse = [](std::string_view text) -> Result<Suite, std::string> {
    if (const auto suite = suite_named(text)) return *suite;
    return fail("there is no suite '" + std::string(text) + "'");
  };
  if (auto wrong = set_list(node, into.settings.suites, parse)) return wrong;
  auto sorted = into.settings.suites;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return "names a suite twice";
  return std::nullopt;
}

template <protocol::Policy call::Settings::*kMember>
Wrong set_policy(const toml::node& node, Configuration& into) {
  const auto text = node.value_exact<std::string_view>();
  const auto policy = text ? protocol::policy_named(*text) : std::nullopt;
  if (!policy) return "must be \"off\", \"opportunistic\", \"prefer\" or \"require\"";
  into.settings.*kMember = *policy;
  return std::nullopt;
}

/// Tables of their own: what these return starts with the line already.
Wrong set_policies(const toml::node& node, Configuration& into);
Wrong set_dtls(const toml::node& node, Configuration& into);

constexpr Key kKeys[] = {
    {"interfaces", set_interfaces},
    {"control", set_control},
    {"ports", set_ports},
    {"workers", set_workers},
    {"log-level", set_log_level},
    {"max-calls", set_max_calls},
    {"media-timeout", set_seconds<&call::Settings::media_timeout>},
    {"held-timeout", set_seconds<&call::Settings::held_timeout>},
    {"half-open-timeout", set_seconds<&call::Settings::half_open_timeout>},
    {"latch-window", set_latch_window},
    {"replay-window", set_replay_window},
    {"allow-sdes-over-clear", set_flag<&call::Settings::allow_sdes_over_clear>},
    {"lenient-answers", set_flag<&call::Settings::lenient_answers>},
    {"suites", set_suites},
    {"dtls", set_dtls},
    {"policies", set_policies},
};
constexpr Key kPolicyKeys[] = {
    {"caller", set_policy<&call::Settings::caller_policy>},
    {"callee", set_policy<&call::Settings::callee_policy>},
};

constexpr Key kDtlsKeys[] = {
    {"certificate", set_file<&Configuration::certificate_file>},
    {"key", set_file<&Configuration::key_file>},
    {"allow-sha1", set_flag<&call::Settings::allow_sha1_fingerprints>},
};

std::string at_line(const toml::source_region& where, std::string_view what) {
  return std::to_string(where.begin.line) + ": " + std::string(what);
}

/// Every key of `table`, in the order of the file, so that the first mistake is named first.
/// What it returns starts with the line.
Wrong read_table(const toml::table& table, std::span<const Key> keys, const std::string& prefix, Configuration& into) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(&key, &node);
  const auto earlier = [](const auto& a, const auto& b) {
    return a.first->source().begin.line < b.first->source().begin.line;
  };
  std::stable_sort(entries.begin(), entries.end(), earlier);
  for (const auto& [key, node] : entries) {
    const auto known =
        std::find_if(keys.begin(), keys.end(), [name = key->str()](const Key& k) { return k.name == name; });
    const std::string shown = "key '" + prefix + std::string(key->str()) + "'";
    if (known == keys.end()) return at_line(key->source(), "unknown " + shown);
    auto wrong = known->set(*node, into);
    if (wrong && (known->set == set_policies || known->set == set_dtls)) return wrong;
    if (wrong) return at_line(key->source(), shown + ": " + *wrong);
  }
  return std::nullopt;
}

Wrong set_policies(const toml::node& node, Configuration& into) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return at_line(node.source(), "key 'policies' must be a table: [policies]");
  return read_table(*table, kPolicyKeys, "policies.", into);
}

Wrong set_dtls(const toml::node& node, Configuration& into) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return at_line(node.source(), "key 'dtls' must be a table: [dtls]");
  return read_table(*table, kDtlsKeys, "dtls.", into);
}

}  // namespace

Result<Configuration, std::string> parse_configuration(std::string_view toml, std::string_view file) {
  const toml::parse_result parsed = toml::parse(toml, file);
  const std::string place = std::string(file) + ":";
  if (!parsed) return fail(place + at_line(parsed.error().source(), parsed.error().description()));
  Configuration configuration;
  if (auto wrong = read_table(parsed.table(), kKeys, "", configuration)) return fail(place + *wrong);
  return configuration;
}

Result<Configuration, std::string> read_configuration(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  stream.peek();  // a folder opens, but cannot be read
  if (!stream.is_open() || stream.bad()) return fail(file + ": " + std::generic_category().message(errno));
  std::ostringstream text;
  if (!stream.eof()) text << stream.rdbuf();
  return parse_configuration(text.str(), file);
}

std::string contradiction(const Configuration& configuration) {
  const auto& interfaces = configuration.interfaces;
  if (interfaces.empty()) {
    return "no media address: name one with --interface ADDRESS or with `interfaces` in the configuration";
  }
  for (std::size_t i = 0; i < interfaces.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (interfaces[i].name == interfaces[j].name) return "two interfaces have the name '" + interfaces[i].name + "'";
    }
  }
  if (configuration.certificate_file.empty() != configuration.key_file.empty()) {
    return "[dtls] needs both `certificate` and `key`, or neither";
  }
  return {};
}

}  // namespace osrtp::app
