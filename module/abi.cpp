#include <algorithm>
#include <string>

#include "module/counters.hpp"
#include "module/manage.hpp"
#include "module/option_tags.hpp"
#include "module/peers.hpp"
#include "module/process.hpp"

/// The C++ half's entrances.
namespace osrtp::module {

namespace {

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
  if (parameter == "tls_certificate") return settings.tls_files.certificate = value, 0;
  if (parameter == "tls_key") return settings.tls_files.key = value, 0;
  if (parameter == "tls_ca") return settings.tls_files.authorities = value, 0;
  if (parameter != "osrtp_sock") return refuse(error, "no such parameter");
  const auto nodes = parse_nodes(value);
  if (!nodes) return refuse(error, nodes.error());
  settings.nodes.insert(settings.nodes.end(), nodes->begin(), nodes->end());
  return 0;
}

int set_switch(int value, bool& which, osrtp_error* error) {
  if (value != 0 && value != 1) return refuse(error, "must be 0 or 1");
  which = value == 1;
  return 0;
}

int set_number(std::string_view parameter, int value, osrtp_error* error) {
  Settings& settings = state().settings;
  if (parameter == "allow_sdes_over_clear") return set_switch(value, settings.defaults.allow_sdes_over_clear, error);
  if (parameter == "restart_on_dead_node") return set_switch(value, settings.defaults.restart_on_dead_node, error);
  if (parameter == "peer_memory") {
    if (value < 0) return refuse(error, "must be 0, for none, or seconds");
    settings.peer_memory = std::chrono::seconds{value};
    return 0;
  }
  if (parameter != "timeout_ms") return refuse(error, "no such parameter");
  if (value < 1 || value > 10'000) return refuse(error, "must be 1 to 10000 milliseconds");
  settings.timeout = std::chrono::milliseconds{value};
  return 0;
}

/// What is asked for the message that goes on now has been asked before.
const Outcome* answered(Action action, const osrtp_message& message, std::string_view words) {
  if (!process().answered) return nullptr;
  const auto& [parcel, outcomes] = *process().answered;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (answers(parcel.commands[i], action, message, words)) return &outcomes[i];
  }
  return nullptr;
}

Outcome unasked(const osrtp_message& message, Outcome outcome) {
  Command command;
  command.call_id = view(message.call_id);
  report(command, outcome);
  return outcome;
}

/// A message that goes on in this process has left its script's choice of a set in another one.
void keep_set(const osrtp_message& message, Command& command) {
  const auto& before = process().answered;
  if (message.set >= 0 || !before || before->parcel.commands.empty()) return;
  if (before->parcel.call_id == command.call_id) command.set = before->parcel.commands.front().set;
}

Outcome outcome_now(osrtp_verb verb, const osrtp_message& message, std::string_view words) {
  const Action action = action_for(verb, message);
  const auto options = parse_options(words, OptionText::kFinal);
  if (!options) return unasked(message, failure(OSRTP_FAILED, "bad-option", options.error()));
  if (action == Action::kNoSdp) return unasked(message, failure(OSRTP_FAILED, "no-sdp", "the message has no SDP"));
  if (action == Action::kNothing) return {};
  if (const Outcome* known = answered(action, message, words)) return *known;
  auto command = command_for_peer(action, message, words);
  if (!command) return unasked(message, command.error());
  keep_set(message, *command);
  Outcome outcome = ask(*command);
  report(*command, outcome);
  note_offers({&*command, 1}, {&outcome, 1});
  return outcome;
}

osrtp_result settle(Outcome outcome) {
  Process& own = process();
  own.last = std::move(outcome);
  return {own.last.code, slice(own.last.sdp)};
}

osrtp_need need(Action action, const osrtp_message& message) {
  switch (action) {
    case Action::kNothing:
    case Action::kNoSdp:
      return OSRTP_NEEDS_NOTHING;
    case Action::kConfirm:
    case Action::kDeleteBranch:
      return OSRTP_NEEDS_DELIVERY;
    case Action::kDeleteCall:
      // What a call came to is told when it ends, and not when it fails.
      return message.method == OSRTP_BYE ? OSRTP_NEEDS_ANSWER : OSRTP_NEEDS_DELIVERY;
    case Action::kOffer:
    case Action::kAnswer:
    case Action::kLateOffer:
    case Action::kLateAnswer:
    case Action::kQuery:
      break;
  }
  return OSRTP_NEEDS_ANSWER;
}

osrtp_intent plan(osrtp_verb verb, const osrtp_message& message, std::string_view words) {
  const Action action = action_for(verb, message);
  const auto options = parse_options(words, OptionText::kFinal);
  if (!options || answered(action, message, words) != nullptr) return {OSRTP_NEEDS_NOTHING, 0};
  return {need(action, message), options->block ? 1 : 0};
}

/// @return nothing: one of the commands cannot be written
std::optional<Parcel> parcel_of(osrtp_verb verb, const osrtp_message* messages, std::size_t count,
                                std::string_view words, const osrtp_return& back) {
  Parcel parcel{back.task,
                back.index,
                back.label,
                std::string(view(messages->call_id)),
                std::string(view(back.route)),
                std::string(view(back.baggage)),
                {}};
  for (std::size_t i = 0; i < count; ++i) {
    auto command = command_for_peer(action_for(verb, messages[i]), messages[i], words);
    if (!command) return std::nullopt;
    keep_set(messages[i], *command);
    parcel.commands.push_back(*std::move(command));
  }
  return parcel;
}

osrtp_slice pack_in_place(const Parcel& parcel) {
  static auto* const packed = new std::string();
  *packed = pack(parcel);
  return slice(*packed);
}

osrtp_slice told_last(Fact which) {
  static auto* const value = new std::string();
  auto told = fact(process().last, which);
  if (!told) return {};
  *value = *std::move(told);
  return slice(*value);
}

osrtp_slice undo(osrtp_slice& call_id) {
  const auto& finished = process().answered;
  if (!finished) return {};
  for (std::size_t i = 0; i < finished->outcomes.size(); ++i) {
    if (finished->outcomes[i].code != OSRTP_DONE) continue;
    auto ending = undoing(finished->parcel.commands[i]);
    if (!ending) continue;
    call_id = slice(finished->parcel.call_id);
    return pack_in_place({OSRTP_DELIVER, 0, 0, finished->parcel.call_id, {}, {}, {*std::move(ending)}});
  }
  return {};
}

/// Of several destinations one that can be offered the call speaks for all.
osrtp_result outcome_of_all() {
  if (!process().answered || process().answered->outcomes.empty()) return {OSRTP_DONE, {}};
  const auto& outcomes = process().answered->outcomes;
  note_offers(process().answered->parcel.commands, outcomes);
  const auto best = std::max_element(outcomes.begin(), outcomes.end(),
                                     [](const Outcome& a, const Outcome& b) { return a.code < b.code; });
  osrtp_result result = settle(*best);
  // Which SDP is whose is told to each branch.
  if (outcomes.size() > 1) result.sdp = {};
  return result;
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

int osrtp_check_options(const char* options, osrtp_error* error) noexcept {
  return guarded(-1, [&] {
    const auto parsed = parse_options(options, OptionText::kWithVariables);
    return parsed ? 0 : refuse(error, parsed.error());
  });
}

osrtp_result osrtp_run(osrtp_verb verb, const osrtp_message* message, osrtp_slice options) noexcept {
  return guarded(osrtp_result{OSRTP_FAILED, {}}, [&] { return settle(outcome_now(verb, *message, view(options))); });
}

osrtp_intent osrtp_plan(osrtp_verb verb, const osrtp_message* message, osrtp_slice options) noexcept {
  return guarded(osrtp_intent{OSRTP_NEEDS_NOTHING, 0}, [&] { return plan(verb, *message, view(options)); });
}

osrtp_slice osrtp_pack(osrtp_verb verb, const osrtp_message* messages, size_t count, osrtp_slice options,
                       const osrtp_return* back) noexcept {
  return guarded(osrtp_slice{}, [&] {
    const auto parcel = parcel_of(verb, messages, count, view(options), *back);
    return parcel ? pack_in_place(*parcel) : osrtp_slice{};
  });
}

osrtp_result osrtp_outcome() noexcept {
  return guarded(osrtp_result{OSRTP_FAILED, {}}, [] { return outcome_of_all(); });
}

osrtp_result osrtp_delivered() noexcept {
  return guarded(osrtp_result{OSRTP_FAILED, {}}, [] { return settle({}); });
}

osrtp_slice osrtp_undo(osrtp_slice* call_id) noexcept {
  return guarded(osrtp_slice{}, [&] { return undo(*call_id); });
}

unsigned int osrtp_shard(osrtp_slice call_id, unsigned int processes) noexcept {
  return static_cast<unsigned int>(shared().calls.hash(view(call_id)) % processes);
}

unsigned int osrtp_counters() noexcept {
  return guarded(0u, [] { return static_cast<unsigned int>(counters().size()); });
}
const char* osrtp_counter_name(unsigned int number) noexcept { return counters()[number].name.c_str(); }
const char* osrtp_counter_about(unsigned int number) noexcept { return counters()[number].description.c_str(); }
void osrtp_count_to(void (*count)(unsigned int)) noexcept { state().count = count; }

int osrtp_lists_fallback(osrtp_slice supported) noexcept {
  return lists_option_tag(view(supported), kFallbackTag) ? 1 : 0;
}

int osrtp_last_named(osrtp_slice name) noexcept {
  const auto fact = fact_named(view(name));
  return fact ? static_cast<int>(*fact) : -1;
}

osrtp_slice osrtp_last(int number) noexcept {
  return guarded(osrtp_slice{}, [&] { return told_last(static_cast<Fact>(number)); });
}
