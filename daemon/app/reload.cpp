#include "app/reload.hpp"

#include <algorithm>
#include <array>

namespace osrtp::app {

namespace {

enum class Takes : std::uint8_t { kNow, kRestart };

struct Part {
  std::string_view key;
  bool (*same)(const Configuration& a, const Configuration& b);
  Takes takes = Takes::kNow;
};

template <auto kMember>
bool same(const Configuration& a, const Configuration& b) {
  return a.*kMember == b.*kMember;
}
template <auto kMember>
bool same_setting(const Configuration& a, const Configuration& b) {
  return a.settings.*kMember == b.settings.*kMember;
}

bool same_policies(const Configuration& a, const Configuration& b) {
  return a.settings.caller_policy == b.settings.caller_policy && a.settings.callee_policy == b.settings.callee_policy;
}

bool same_dtls(const Configuration& a, const Configuration& b) {
  return a.certificate_file == b.certificate_file && a.key_file == b.key_file &&
         a.settings.allow_sha1_fingerprints == b.settings.allow_sha1_fingerprints;
}

/// Where the table is gone, so are the addresses that need it, which stay with what they have until a restart.
bool same_control_tls(const Configuration& running, const Configuration& wanted) {
  return wanted.control_tls == ControlTls{} || wanted.control_tls == running.control_tls;
}

using call::Settings;

// `interfaces` and `interface` are one list here.
constexpr auto kParts = std::to_array<Part>({
    {"interfaces", same<&Configuration::interfaces>, Takes::kRestart},
    {"control", same<&Configuration::control>, Takes::kRestart},
    {"http", same<&Configuration::http>, Takes::kRestart},
    {"ports", same<&Configuration::ports>, Takes::kRestart},
    {"tos", same<&Configuration::traffic_class>, Takes::kRestart},
    {"workers", same<&Configuration::workers>, Takes::kRestart},
    {"tick", same<&Configuration::tick>, Takes::kRestart},
    {"capture-folder", same<&Configuration::capture_folder>, Takes::kRestart},
    {"log-format", same<&Configuration::log_format>, Takes::kRestart},
    {"sandbox", same<&Configuration::sandbox>, Takes::kRestart},
    {"control-tls", same_control_tls},
    {"log-level", same<&Configuration::log_level>},
    {"max-calls", same_setting<&Settings::max_calls>},
    {"media-timeout", same_setting<&Settings::media_timeout>},
    {"held-timeout", same_setting<&Settings::held_timeout>},
    {"half-open-timeout", same_setting<&Settings::half_open_timeout>},
    {"half-open-per-source", same_setting<&Settings::half_open_per_source>},
    {"silence-timeout", same_setting<&Settings::silence_timeout>},
    {"latch-window", same_setting<&Settings::latch_window>},
    {"replay-window", same_setting<&Settings::replay_window>},
    {"allow-sdes-over-clear", same_setting<&Settings::allow_sdes_over_clear>},
    {"lenient-answers", same_setting<&Settings::lenient_answers>},
    {"suites", same_setting<&Settings::suites>},
    {"dtls", same_dtls},
    {"policies", same_policies},
});

}  // namespace

Difference difference(const Configuration& running, const Configuration& wanted) {
  Difference found;
  for (const Part& part : kParts) {
    if (part.same(running, wanted)) continue;
    (part.takes == Takes::kNow ? found.now : found.after_restart).push_back(part.key);
  }
  return found;
}

Configuration merged(const Configuration& running, const Configuration& wanted) {
  Configuration next = running;
  next.log_level = wanted.log_level;
  next.certificate_file = wanted.certificate_file;
  next.key_file = wanted.key_file;
  if (!same_control_tls(running, wanted)) next.control_tls = wanted.control_tls;
  next.settings = wanted.settings;
  return next;
}

std::vector<std::string_view> compared_keys() {
  std::vector<std::string_view> keys;
  std::transform(kParts.begin(), kParts.end(), std::back_inserter(keys), [](const Part& part) { return part.key; });
  return keys;
}

}  // namespace osrtp::app
