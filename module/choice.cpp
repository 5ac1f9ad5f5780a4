#include "module/choice.hpp"

#include <algorithm>
#include <utility>

#include "module/slice.hpp"

namespace osrtp::module {

namespace {

using protocol::LegSecurity;
using protocol::SecurityState;

std::optional<Form> form_for(const std::optional<Note>& note, const std::vector<Form>& allowed, const Habits& habits) {
  if (!note) return next_form(allowed, {}, habits);
  if (note->form && std::find(allowed.begin(), allowed.end(), *note->form) != allowed.end()) return note->form;
  return next_form(allowed, note->tried, habits);
}

std::string next_hop(const osrtp_message& message) {
  std::string name(view(message.peer_host));
  if (message.peer_port != 0) name += ':' + std::to_string(message.peer_port);
  return name;
}

/// `user@host:port` of a SIP URI, without a password, and the number of a `tel:` one. @return empty: it has no user
std::string user_of(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view scheme = uri.substr(0, colon);
  const std::string_view rest = uri.substr(colon + 1);
  if (scheme == "tel") return std::string(rest.substr(0, rest.find(';')));
  const auto at = rest.find('@');
  if (at == std::string_view::npos) return {};
  const std::string_view user = rest.substr(0, rest.substr(0, at).find(':'));
  const std::string_view host = rest.substr(at + 1);
  return std::string(user.substr(0, at)) + '@' + std::string(host.substr(0, host.find_first_of(";?")));
}

}  // namespace

std::string peer_of(const osrtp_message& message, const std::optional<Note>& note, const Options& options) {
  if (options.peer) return *options.peer;
  if (note) return std::string(note->peer);
  std::string user = user_of(view(message.target));
  if (user.empty()) return next_hop(message);
  return message.next_hop_uri.data == nullptr ? user : user + '>' + next_hop(message);
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
