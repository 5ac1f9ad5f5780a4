#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <new>
#include <string>

#include "module/last.hpp"
#include "module/option_tags.hpp"
#include "module/osrtp_abi.h"
#include "module/relay.hpp"
#include "module/request.hpp"

/// The C++ half's entrances. Nothing may be thrown out of them: Kamailio would end, with every call.
namespace osrtp::module {

namespace {

struct Settings {
  RelayAddress address{std::string("/run/osrtpd/control.sock")};
  std::chrono::milliseconds timeout{400};
  Defaults defaults;
};

/// What one process has: workers are forked after the parameters are read.
struct Process {
  pid_t pid;
  Relay relay;
  LastCommand last;
  std::string sdp;  // of the last reply
};

struct Module {
  Settings settings;
  RelayHealth own_health;
  RelayHealth* health = &own_health;
  void (*log)(osrtp_log_level, const char*, size_t) = nullptr;
  std::unique_ptr<Process> process;
};

// Never destroyed: destructors of statics run in some of Kamailio's processes and not in others.
Module& state() {
  static auto* const only = new Module{};
  return *only;
}

void log(osrtp_log_level level, const std::string& line) {
  if (state().log != nullptr) state().log(level, line.data(), line.size());
}

std::uint64_t salt() {
  std::uint64_t octets = 0;
  if (::getrandom(&octets, sizeof octets, 0) != sizeof octets)
    octets = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  return octets;
}

Process& process() {
  Module& self = state();
  const pid_t pid = ::getpid();
  if (!self.process || self.process->pid != pid) {
    const Settings& settings = self.settings;
    self.process.reset(new Process{
        pid, {settings.address, settings.timeout, *self.health, static_cast<std::uint32_t>(pid), salt()}, {}, {}});
  }
  return *self.process;
}

std::string_view view(osrtp_slice slice) { return {slice.data == nullptr ? "" : slice.data, slice.size}; }

osrtp_slice slice(std::string_view text) { return {text.empty() ? nullptr : text.data(), text.size()}; }

int refuse(osrtp_error* error, std::string_view why) {
  const std::size_t size = std::min(why.size(), sizeof error->text - 1);
  std::copy_n(why.data(), size, static_cast<char*>(error->text));
  error->text[size] = '\0';
  return -1;
}

int set_policy(std::string_view value, protocol::Policy& policy, osrtp_error* error) {
  const auto named = protocol::policy_named(value);
  if (!named) return refuse(error, "'" + std::string(value) + "' is no policy: off, opportunistic, prefer or require");
  policy = *named;
  return 0;
}

int set_text(std::string_view parameter, std::string_view value, osrtp_error* error) {
  Settings& settings = state().settings;
  if (parameter == "caller_policy") return set_policy(value, settings.defaults.caller, error);
  if (parameter == "callee_policy") return set_policy(value, settings.defaults.callee, error);
  if (parameter != "osrtp_sock") return refuse(error, "no such parameter");
  auto address = RelayAddress::parse(value);
  if (!address) return refuse(error, address.error());
  settings.address = *std::move(address);
  return 0;
}

int set_number(std::string_view parameter, int value, osrtp_error* error) {
  Settings& settings = state().settings;
  if (parameter == "allow_sdes_over_clear") {
    if (value != 0 && value != 1) return refuse(error, "must be 0 or 1");
    settings.defaults.allow_sdes_over_clear = value == 1;
    return 0;
  }
  if (parameter != "timeout_ms") return refuse(error, "no such parameter");
  if (value < 1 || value > 10'000) return refuse(error, "must be 1 to 10000 milliseconds");
  settings.timeout = std::chrono::milliseconds{value};
  return 0;
}

constexpr std::array<std::string_view, 9> kActionNames{"none",        "none",    "offer",  "answer",       "late-offer",
                                                       "late-answer", "confirm", "delete", "delete-branch"};

std::string line_about(const osrtp_message& message, Action action, std::string_view what) {
  std::string line = "call-id=" + std::string(view(message.call_id));
  line += " command=";
  line += kActionNames[static_cast<std::size_t>(action)];
  if (message.branch >= 0) line += " branch=" + std::to_string(message.branch);
  line += ' ';
  line += what;
  return line;
}

osrtp_result settle(Process& own, osrtp_code code, std::string_view error, std::string reason) {
  own.last.error = error;
  own.last.reason = std::move(reason);
  return {code, {}};
}

osrtp_result no_reply(Process& own, const NoReply& problem) {
  switch (problem.kind) {
    case NoReply::Kind::kUnreachable:
      return settle(own, OSRTP_UNREACHABLE, "unreachable", problem.reason);
    case NoReply::Kind::kUnsendable:
      return settle(own, OSRTP_FAILED, "unsendable", problem.reason);
    case NoReply::Kind::kBadReply:
      break;
  }
  return settle(own, OSRTP_FAILED, "bad-reply", problem.reason);
}

osrtp_result refused(Process& own, protocol::Error error) {
  using protocol::ErrorCode;
  own.last.security = std::move(error.security);
  const bool by_policy = error.code == ErrorCode::kPolicyRefused || error.code == ErrorCode::kKeysRefused;
  return settle(own, by_policy ? OSRTP_REFUSED : OSRTP_FAILED, name(error.code), std::move(error.reason));
}

/// Whether keying failed on every m-line of the answer: the SDP then rejects them all, and goes out so that nothing
/// can flow past the relay.
bool nothing_left(const std::vector<protocol::LegSecurity>& security) {
  return !security.empty() && std::all_of(security.begin(), security.end(), [](const protocol::LegSecurity& leg) {
    return leg.state == protocol::SecurityState::kFailed;
  });
}

osrtp_result accept(Process& own, protocol::Reply reply) {
  if (auto* error = std::get_if<protocol::Error>(&reply.body)) return refused(own, std::move(*error));
  if (auto* rewritten = std::get_if<protocol::SdpReply>(&reply.body)) {
    own.last.security = std::move(rewritten->security);
    own.sdp = std::move(rewritten->sdp);
    if (!nothing_left(own.last.security)) return {OSRTP_DONE, slice(own.sdp)};
    settle(own, OSRTP_REFUSED, name(protocol::ErrorCode::kKeysRefused), "no m-line is left");
    return {OSRTP_REFUSED, slice(own.sdp)};
  }
  if (auto* ended = std::get_if<protocol::DeleteReply>(&reply.body); ended != nullptr && ended->call)
    own.last.security = std::move(ended->call->security);
  return {OSRTP_DONE, {}};
}

osrtp_result ask(Process& own, Action action, const osrtp_message& message, const Options& options) {
  auto reply = own.relay.ask(request_for(action, message, options, state().settings.defaults));
  if (!reply) return no_reply(own, reply.error());
  for (const std::string& warning : reply->warnings)
    log(OSRTP_LOG_WARNING, line_about(message, action, "warning=" + warning));
  const auto* rewritten = std::get_if<protocol::SdpReply>(&reply->body);
  if (rewritten != nullptr && rewritten->sdp.empty() && action != Action::kConfirm)
    return no_reply(own, {NoReply::Kind::kBadReply, "no SDP in the reply"});
  return accept(own, *std::move(reply));
}

osrtp_result run(osrtp_verb verb, const osrtp_message& message, osrtp_slice words) {
  Process& own = process();
  own.last = {};
  const Action action = action_for(verb, message);
  const auto options = parse_options(view(words), OptionText::kFinal);
  osrtp_result result{OSRTP_DONE, {}};
  if (!options) {
    result = settle(own, OSRTP_FAILED, "bad-option", options.error());
  } else if (action == Action::kNoSdp) {
    result = settle(own, OSRTP_FAILED, "no-sdp", "the message has no SDP");
  } else if (action != Action::kNothing) {
    result = ask(own, action, message, *options);
  }
  if (result.code != OSRTP_DONE) {
    log(result.code == OSRTP_REFUSED ? OSRTP_LOG_WARNING : OSRTP_LOG_ERROR,
        line_about(message, action, "error=" + own.last.error + " reason=" + own.last.reason));
  }
  return result;
}

/// Runs `body`; whatever it throws (there is only the want of memory) becomes `otherwise`.
template <class Value, class Body>
Value guarded(Value otherwise, Body body) noexcept {
  try {
    return body();
  } catch (...) {
    return otherwise;
  }
}

}  // namespace

}  // namespace osrtp::module

using namespace osrtp::module;  // NOLINT: the C functions below are this file's and no header's

void osrtp_log_to(void (*sink)(enum osrtp_log_level, const char*, size_t)) noexcept { state().log = sink; }

int osrtp_set_text(const char* parameter, const char* value, osrtp_error* error) noexcept {
  return guarded(-1, [&] { return set_text(parameter, value, error); });
}

int osrtp_set_number(const char* parameter, int value, osrtp_error* error) noexcept {
  return guarded(-1, [&] { return set_number(parameter, value, error); });
}

size_t osrtp_shared_size() noexcept { return sizeof(RelayHealth); }

void osrtp_attach_shared(void* memory) noexcept { state().health = new (memory) RelayHealth{}; }

int osrtp_check_options(const char* options, osrtp_error* error) noexcept {
  return guarded(-1, [&] {
    const auto parsed = parse_options(options, OptionText::kWithVariables);
    return parsed ? 0 : refuse(error, parsed.error());
  });
}

osrtp_result osrtp_run(osrtp_verb verb, const osrtp_message* message, osrtp_slice options) noexcept {
  return guarded(osrtp_result{OSRTP_FAILED, {}}, [&] { return run(verb, *message, options); });
}

int osrtp_lists_fallback(osrtp_slice supported) noexcept {
  return lists_option_tag(view(supported), kFallbackTag) ? 1 : 0;
}

int osrtp_last_named(osrtp_slice name) noexcept {
  const auto fact = fact_named(view(name));
  return fact ? static_cast<int>(*fact) : -1;
}

osrtp_slice osrtp_last(int number) noexcept {
  return guarded(osrtp_slice{}, [&] { return slice(process().last.fact(static_cast<Fact>(number))); });
}
