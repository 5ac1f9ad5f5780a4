#include "module/peers.hpp"

#include <chrono>
#include <utility>

#include "module/counters.hpp"
#include "module/process.hpp"

namespace osrtp::module {

namespace {

using std::chrono::steady_clock;

struct BranchNote {
  int branch;
  std::string text;
};

/// Of this process, and never destroyed.
struct Notes {
  std::vector<BranchNote> offered;
  std::string next;  // the note of the attempt that comes
};

Notes& notes() {
  static auto* const only = new Notes();
  return *only;
}

PeerTable& table() { return shared().peers; }

Habits habits_of(std::string_view peer) { return table().find(peer, steady_clock::now()); }

void remember_refusal(std::string_view peer, Form form) {
  FormSet forms;
  forms.add(form);
  table().refused(peer, forms, steady_clock::now());
}

bool is_first_offer(Action action, const osrtp_message& message) {
  return action == Action::kOffer && message.in_dialog == 0 && message.method == OSRTP_INVITE;
}

bool is_final_answer(Action action, const osrtp_message& message) {
  return (action == Action::kAnswer || action == Action::kConfirm) && message.status >= 200;
}

Result<Command, Outcome> first_offer(const osrtp_message& message, const std::optional<Note>& note,
                                     const Options& options, std::string_view words) {
  const Defaults& defaults = state().settings.defaults;
  const std::string peer = peer_of(message, note, options);
  const Choice choice = choose(message, note, options, defaults, habits_of(peer));
  auto command = command_for(Action::kOffer, message, choice.options, words, defaults);
  if (!command) return command;
  if (choice.form) command->form = static_cast<int>(*choice.form);
  command->tried = choice.tried.bits();
  command->peer = peer;
  return command;
}

std::string note_of(const Command& offer) {
  return write_note(
      {static_cast<Form>(offer.form), FormSet(offer.tried), offer.peer, offer.next_hop_uri, offer.options});
}

osrtp_attempt no_attempt(std::string_view error, std::string reason) {
  process().last = failure(OSRTP_FAILED, error, std::move(reason));
  return {process().last.code, {}};
}

osrtp_attempt next_attempt(const osrtp_message& message, std::string_view words) {
  const auto note = read_note(view(message.note));
  if (!note || !note->form || !refuses_form(message.status))
    return no_attempt("not-refused", "no destination has refused the form of its offer");
  remember_refusal(note->peer, *note->form);
  if (words.empty()) words = note->options;
  const auto options = parse_options(words, OptionText::kFinal);
  if (!options) return no_attempt("bad-option", options.error());
  const std::string peer = peer_of(message, note, *options);
  const auto form = next_form(forms(message, *options, state().settings.defaults), note->tried, habits_of(peer));
  if (!form) return no_attempt("no-attempt-left", "the policy allows no form that has not been tried");
  log(OSRTP_LOG_DEBUG, "peer=" + peer + " status=" + std::to_string(message.status) +
                           " refused=" + std::string(name(*note->form)) + " next=" + std::string(name(*form)));
  notes().next = write_note({std::nullopt, note->tried, peer, note->next_hop_uri, words});
  process().last = {};
  count(counted_retry());
  return {OSRTP_DONE, slice(notes().next)};
}

std::string names_of(FormSet forms) {
  std::string names;
  for (std::size_t i = 0; i < kFormNames.size(); ++i) {
    if (forms.has(static_cast<Form>(i))) names += (names.empty() ? "" : ",") + std::string(kFormNames[i]);
  }
  return names;
}

int list_peers(void (*show)(void*, const osrtp_peer*), void* context) {
  for (const PeerTable::Peer& peer : table().list(steady_clock::now())) {
    const std::string refused = names_of(peer.habits.refused);
    const std::string taken(peer.habits.taken ? name(*peer.habits.taken) : std::string_view{});
    const osrtp_peer shown{peer.name.c_str(), refused.c_str(), taken.c_str(), static_cast<int>(peer.age.count()),
                           static_cast<int>(peer.left.count())};
    show(context, &shown);
  }
  return 0;
}

}  // namespace

Result<Command, Outcome> command_for_peer(Action action, const osrtp_message& message, std::string_view words) {
  const auto note = read_note(view(message.note));
  const bool first = is_first_offer(action, message);
  if (first && words.empty() && note) words = note->options;
  const auto options = parse_options(words, OptionText::kFinal);
  if (!options) return fail(failure(OSRTP_FAILED, "bad-option", options.error()));
  if (first) return first_offer(message, note, *options, words);
  auto command = command_for(action, message, *options, words, state().settings.defaults);
  if (!command || !note || !note->form || !is_final_answer(action, message)) return command;
  command->form = static_cast<int>(*note->form);
  command->peer = note->peer;
  return command;
}

void note_offers(std::span<const Command> commands, std::span<const Outcome> outcomes) {
  notes().offered.clear();
  for (std::size_t i = 0; i < commands.size() && i < outcomes.size(); ++i) {
    const Command& command = commands[i];
    if (command.action != Action::kOffer || command.form < 0 || outcomes[i].code != OSRTP_DONE) continue;
    notes().offered.push_back({command.branch, note_of(command)});
  }
}

void learn(const Command& command, const Outcome& outcome) {
  if (command.form < 0 || command.action == Action::kOffer) return;
  const Form form = static_cast<Form>(command.form);
  switch (verdict_of(outcome)) {
    case Verdict::kTaken:
      table().taken(command.peer, form, steady_clock::now());
      break;
    case Verdict::kRefused:
      remember_refusal(command.peer, form);
      break;
    case Verdict::kNone:
      break;
  }
}

}  // namespace osrtp::module

using namespace osrtp::module;  // NOLINT: the C functions below are this file's and no header's

void osrtp_keep_notes(void (*keep)(int, osrtp_slice)) noexcept {
  for (const auto& [branch, text] : notes().offered) keep(branch, slice(text));
  notes().offered.clear();
}

osrtp_attempt osrtp_next_attempt(const osrtp_message* message, osrtp_slice options) noexcept {
  return guarded(osrtp_attempt{OSRTP_FAILED, {}}, [&] { return next_attempt(*message, view(options)); });
}

osrtp_slice osrtp_noted_next_hop(osrtp_slice note) noexcept {
  const auto read = read_note(view(note));
  return read ? slice(read->next_hop_uri) : osrtp_slice{};
}

void osrtp_list_peers(void (*show)(void*, const osrtp_peer*), void* context) noexcept {
  guarded(0, [&] { return list_peers(show, context); });
}

int osrtp_forget_peers() noexcept { return static_cast<int>(table().clear()); }
