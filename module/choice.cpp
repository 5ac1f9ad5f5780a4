#include "module/choice.hpp"

#include <algorithm>
#include <utility>

namespace osrtp::module {

namespace {

using protocol::LegSecurity;
using protocol::SecurityState;

std::optional<Form> form_for(const std::optional<Note>& note, const std::vector<Form>& allowed, const Habits& habits) {
  if (!note) return next_form(allowed, {}, habits);
  if (note->form && std::find(allowed.begin(), allowed.end(), *note->form) != allowed.end()) return note->form;
  return next_form(allowed, note->tried, habits);
}

}  // namespace

std::string peer_of(const osrtp_message& message, const std::optional<Note>& note, const Options& options) {
  if (options.peer) return *options.peer;
  if (note) return std::string(note->peer);
  if (message.peer_host.data == nullptr) return {};
  std::string name(message.peer_host.data, message.peer_host.size);
  if (message.peer_port != 0) name += ':' + std::to_string(message.peer_port);
  return name;
}

Choice choose(const osrtp_message& message, const std::optional<Note>& note, const Options& options,
              const Defaults& defaults, const Habits& habits) {
  const std::vector<Form> allowed = forms(message, options, defaults);
  const auto form = form_for(note, allowed, habits);
  Choice choice{options, form, note ? note->tried : FormSet{}};
  if (!form) return choice;
  choice.options = in_form(*form, allowed, options);
  choice.tried.add(*form);
  return choice;
}

Verdict verdict_of(const Outcome& answer) {
  bool rejected = false;
  for (const LegSecurity& line : answer.security) {
    if (line.leg != protocol::Leg::kCallee || line.state == SecurityState::kNotRtp) continue;
    if (line.state != SecurityState::kFailed) return Verdict::kTaken;
    if (line.reason != protocol::Reason::kMediaRejected) return Verdict::kNone;
    rejected = true;
  }
  return rejected ? Verdict::kRefused : Verdict::kNone;
}

}  // namespace osrtp::module
