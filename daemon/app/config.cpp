#include "app/config.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "app/network_keys.hpp"
#include "app/toml_table.hpp"
#include "app/values.hpp"
#include "io/text_file.hpp"
#include "srtp/context.hpp"

namespace osrtp::app {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr double kLongestLatch = 60;  // seconds

template <std::chrono::seconds call::Settings::*kMember>
Wrong set_seconds(const toml::node& node, Configuration& into) {
  std::int64_t seconds = 0;
  if (auto wrong = whole_number<1, kDay>(node, seconds)) return wrong;
  into.settings.*kMember = std::chrono::seconds(seconds);
  return std::nullopt;
}

Wrong set_silence_timeout(const toml::node& node, Configuration& into) {
  std::int64_t seconds = 0;
  if (auto wrong = whole_number<0, kDay>(node, seconds)) return wrong;
  into.settings.silence_timeout = std::chrono::seconds(seconds);
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

Wrong set_half_open_per_source(const toml::node& node, Configuration& into) {
  std::int64_t calls = 0;
  if (auto wrong = whole_number<0, 1'000'000>(node, calls)) return wrong;
  into.settings.half_open_per_source = static_cast<std::size_t>(calls);
  return std::nullopt;
}

Wrong set_workers(const toml::node& node, Configuration& into) {
  std::int64_t workers = 0;
  if (auto wrong = whole_number<0, 1024>(node, workers)) return wrong;
  into.workers = static_cast<unsigned>(workers);
  return std::nullopt;
}

/// In milliseconds, fractions allowed.
Wrong set_tick(const toml::node& node, Configuration& into) {
  const auto milliseconds = node.value<double>();
  const bool good = milliseconds && *milliseconds >= 0 && *milliseconds <= kMaxTick;
  if (!good) return "must be a number from 0 to 5 (milliseconds)";
  into.tick = tick_of(*milliseconds);
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

Wrong set_log_format(const toml::node& node, Configuration& into) {
  const auto text = node.value_exact<std::string_view>();
  if (text != "text" && text != "json") return "must be \"text\" or \"json\"";
  into.log_format = text == "json" ? LogFormat::kJson : LogFormat::kText;
  return std::nullopt;
}

Wrong read_flag(const toml::node& node, bool& into) {
  const auto flag = node.value_exact<bool>();
  if (!flag) return "must be true or false";
  into = *flag;
  return std::nullopt;
}

template <bool call::Settings::*kMember>
Wrong set_flag(const toml::node& node, Configuration& into) {
  return read_flag(node, into.settings.*kMember);
}

Wrong set_sandbox(const toml::node& node, Configuration& into) { return read_flag(node, into.sandbox); }

Wrong read_path(const toml::node& node, std::string& into) {
  const auto text = node.value_exact<std::string_view>();
  if (!text || text->empty()) return "must be the path of a file";
  into = *text;
  return std::nullopt;
}

template <std::string Configuration::*kMember>
Wrong set_file(const toml::node& node, Configuration& into) {
  return read_path(node, into.*kMember);
}

template <std::string ControlTls::*kMember>
Wrong set_tls_file(const toml::node& node, Configuration& into) {
  return read_path(node, into.control_tls.*kMember);
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

Wrong set_control(const toml::node& node, Configuration& into) {
  return set_list(node, into.control, io::parse_control_address);
}

Wrong set_http(const toml::node& node, Configuration& into) {
  const auto text = node.value_exact<std::string_view>();
  into.http = text ? Endpoint::parse(*text) : std::nullopt;
  if (!into.http) return "must be an address and a port: \"127.0.0.1:9464\" or \"[::1]:9464\"";
  return std::nullopt;
}

Wrong set_clients(const toml::node& node, Configuration& into) {
  const auto parse = [](std::string_view text) -> Result<std::string, std::string> {
    if (text.empty()) return fail(std::string("has a name without a letter"));
    return std::string(text);
  };
  return set_list(node, into.control_tls.clients, parse);
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
Wrong set_control_tls(const toml::node& node, Configuration& into);

constexpr auto kKeys = std::to_array<Key<Configuration>>({
    {"interfaces", set_interfaces},
    {"interface", set_interface_tables, Holds::kTable},
    {"control", set_control},
    {"http", set_http},
    {"ports", set_ports},
    {"tos", set_tos},
    {"workers", set_workers},
    {"tick", set_tick},
    {"log-level", set_log_level},
    {"log-format", set_log_format},
    {"sandbox", set_sandbox},
    {"max-calls", set_max_calls},
    {"media-timeout", set_seconds<&call::Settings::media_timeout>},
    {"held-timeout", set_seconds<&call::Settings::held_timeout>},
    {"half-open-per-source", set_half_open_per_source},
    {"half-open-timeout", set_seconds<&call::Settings::half_open_timeout>},
    {"silence-timeout", set_silence_timeout},
    {"latch-window", set_latch_window},
    {"replay-window", set_replay_window},
    {"allow-sdes-over-clear", set_flag<&call::Settings::allow_sdes_over_clear>},
    {"lenient-answers", set_flag<&call::Settings::lenient_answers>},
    {"suites", set_suites},
    {"capture-folder", set_file<&Configuration::capture_folder>},
    {"control-tls", set_control_tls, Holds::kTable},
    {"dtls", set_dtls, Holds::kTable},
    {"policies", set_policies, Holds::kTable},
});
constexpr auto kPolicyKeys = std::to_array<Key<Configuration>>({
    {"caller", set_policy<&call::Settings::caller_policy>},
    {"callee", set_policy<&call::Settings::callee_policy>},
});

constexpr auto kControlTlsKeys = std::to_array<Key<Configuration>>({
    {"certificate", set_tls_file<&ControlTls::certificate_file>},
    {"key", set_tls_file<&ControlTls::key_file>},
    {"ca", set_tls_file<&ControlTls::ca_file>},
    {"clients", set_clients},
});

constexpr auto kDtlsKeys = std::to_array<Key<Configuration>>({
    {"certificate", set_file<&Configuration::certificate_file>},
    {"key", set_file<&Configuration::key_file>},
    {"allow-sha1", set_flag<&call::Settings::allow_sha1_fingerprints>},
});

/// The table that stands under the key `name`.
Wrong read_table_of(std::string_view name, const toml::node& node, std::span<const Key<Configuration>> keys,
                    Configuration& into) {
  const std::string key(name);
  const toml::table* table = node.as_table();
  if (table == nullptr) return at_line(node.source(), "key '" + key + "' must be a table: [" + key + "]");
  return read_table(*table, keys, key + ".", into);
}

Wrong set_policies(const toml::node& node, Configuration& into) {
  return read_table_of("policies", node, kPolicyKeys, into);
}
Wrong set_dtls(const toml::node& node, Configuration& into) { return read_table_of("dtls", node, kDtlsKeys, into); }
Wrong set_control_tls(const toml::node& node, Configuration& into) {
  return read_table_of("control-tls", node, kControlTlsKeys, into);
}

/// Of two interfaces with all they need. One name may have an address of each family, and the SDP decides between
/// them. One address may have several names, with the same ports or with others, but no port may have two owners.
std::string clash(const call::Interface& one, const call::Interface& other) {
  if (one.name == other.name && one.address.family() == other.address.family()) {
    const bool four = one.address.family() == Family::kIpv4;
    return "two interfaces have the name '" + one.name + "' and are both " + (four ? "IPv4" : "IPv6");
  }
  if (one.address != other.address || one.ports == other.ports) return {};
  const bool apart = one.ports->last < other.ports->first || other.ports->last < one.ports->first;
  if (apart) return {};
  return "interfaces '" + one.name + "' and '" + other.name + "' share the address " + one.address.to_string() +
         " and some of its ports: give both the same ports, or none in common";
}

}  // namespace

Result<Configuration, std::string> parse_configuration(std::string_view toml, std::string_view file) {
  const toml::parse_result parsed = toml::parse(toml, file);
  const std::string place = std::string(file) + ":";
  if (!parsed) return fail(place + at_line(parsed.error().source(), parsed.error().description()));
  Configuration configuration;
  if (auto wrong = read_table(parsed.table(), std::span<const Key<Configuration>>(kKeys), "", configuration))
    return fail(place + *wrong);
  return configuration;
}

Result<Configuration, std::string> read_configuration(const std::string& file) {
  const auto text = io::read_text(file);
  if (!text) return fail(text.error());
  return parse_configuration(*text, file);
}

std::vector<std::string_view> configuration_keys() {
  std::vector<std::string_view> names;
  names.reserve(kKeys.size());
  for (const auto& key : kKeys) names.push_back(key.name);
  return names;
}

std::vector<call::Interface> complete_interfaces(const Configuration& configuration) {
  std::vector<call::Interface> all = configuration.interfaces;
  for (call::Interface& interface : all) {
    if (!interface.ports) interface.ports = configuration.ports;
    if (!interface.traffic_class) interface.traffic_class = configuration.traffic_class;
  }
  return all;
}

bool share_ports(const call::Interface& one, const call::Interface& other) {
  return one.address == other.address && one.ports == other.ports;
}

unsigned workers_of(const Configuration& configuration) {
  return configuration.workers != 0 ? configuration.workers : std::max(std::thread::hardware_concurrency(), 1U);
}

std::string contradiction(const Configuration& configuration) {
  const auto interfaces = complete_interfaces(configuration);
  if (interfaces.empty()) {
    return "no media address: name one with --interface ADDRESS or with `interfaces` in the configuration";
  }
  for (std::size_t i = 0; i < interfaces.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (auto wrong = clash(interfaces[j], interfaces[i]); !wrong.empty()) return wrong;
    }
  }
  if (configuration.certificate_file.empty() != configuration.key_file.empty()) {
    return "[dtls] needs both `certificate` and `key`, or neither";
  }
  const ControlTls& tls = configuration.control_tls;
  const bool complete = !tls.certificate_file.empty() && !tls.key_file.empty() && !tls.ca_file.empty();
  if (tls != ControlTls{} && !complete) return "[control-tls] needs `certificate`, `key` and `ca`";
  for (const io::ControlAddress& address : configuration.control) {
    if (std::holds_alternative<io::TlsAddress>(address) && !complete) {
      return "control " + io::to_string(address) +
             " needs `certificate`, `key` and `ca` in [control-tls] of the configuration";
    }
  }
  return {};
}

}  // namespace osrtp::app
