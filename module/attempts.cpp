#include "module/attempts.hpp"

#include <algorithm>
#include <bitset>
#include <string>
#include <utility>

namespace osrtp::module {

namespace {

using protocol::Peer;
using protocol::Policy;
using protocol::Shape;

using Forms = std::vector<Form>;

bool is_clear(osrtp_hop hop) { return hop == OSRTP_HOP_CLEAR || hop == OSRTP_HOP_CLEAR_WEBSOCKET; }

bool is_websocket(osrtp_hop hop) { return hop == OSRTP_HOP_ENCRYPTED_WEBSOCKET || hop == OSRTP_HOP_CLEAR_WEBSOCKET; }

/// The secure profile, once for each key management that can be offered, the preferred one first.
Forms secure_forms(const osrtp_message& message, const Options& options, const Defaults& defaults) {
  const bool sdes = !is_clear(message.receiver_hop) || options.allow_sdes_over_clear || defaults.allow_sdes_over_clear;
  Forms found;
  if (options.callee_keying.empty()) {
    if (sdes) found.push_back(Form::kSecureSdes);
    found.push_back(Form::kSecureDtls);
  }
  for (const std::string& keying : options.callee_keying) {
    const Form form = keying == "sdes" ? Form::kSecureSdes : Form::kSecureDtls;
    const bool known = std::find(found.begin(), found.end(), form) != found.end();
    if (!known && (sdes || form != Form::kSecureSdes)) found.push_back(form);
  }
  return found;
}

bool has(const Forms& forms, Form form) { return std::find(forms.begin(), forms.end(), form) != forms.end(); }

Forms without_promise(const Forms& secure, Policy policy, Shape shape) {
  if (policy == Policy::kOff || secure.empty()) return {Form::kPlain};
  // Two lines are of SDES.
  if (shape == Shape::kTwoLines && has(secure, Form::kSecureSdes))
    return {Form::kTwoLines, secure.front(), Form::kPlain};
  if (policy == Policy::kPrefer) return {secure.front(), Form::kOpportunistic, Form::kPlain};
  return {Form::kOpportunistic, secure.front(), Form::kPlain};
}

Policy policy_for(Form form) {
  switch (form) {
    case Form::kOpportunistic:
    case Form::kTwoLines:
      return Policy::kOpportunistic;
    case Form::kPlain:
      return Policy::kOff;
    case Form::kSecureSdes:
    case Form::kSecureDtls:
      break;
  }
  return Policy::kPrefer;
}

/// The key management of a secure profile is the first that may be used; the other one stays allowed.
void put_first(std::string_view keying, std::vector<std::string>& all) {
  if (all.empty()) all = {"sdes", "dtls"};
  const auto found = std::find(all.begin(), all.end(), keying);
  if (found != all.end()) std::rotate(all.begin(), found, found + 1);
}

}  // namespace

int FormSet::size() const noexcept { return static_cast<int>(std::bitset<8>(bits_).count()); }

Forms forms(const osrtp_message& message, const Options& options, const Defaults& defaults) {
  const Peer kind = options.callee_peer.value_or(is_websocket(message.receiver_hop) ? Peer::kWebrtc : Peer::kSip);
  if (kind == Peer::kWebrtc) return {Form::kSecureDtls};
  const Policy policy = options.callee.value_or(defaults.callee);
  Forms secure = secure_forms(message, options, defaults);
  if (policy == Policy::kRequire) return secure;
  return without_promise(secure, policy, options.callee_shape);
}

std::optional<Form> next_form(const Forms& allowed, FormSet tried, const Habits& habits) {
  if (tried.size() >= kMostAttempts) return std::nullopt;
  Forms left;
  std::copy_if(allowed.begin(), allowed.end(), std::back_inserter(left), [&](Form form) { return !tried.has(form); });
  if (left.empty()) return std::nullopt;
  const auto hopeful = std::find_if(left.begin(), left.end(), [&](Form form) { return !habits.refused.has(form); });
  if (hopeful != left.end()) return *hopeful;
  return habits.taken && has(left, *habits.taken) ? *habits.taken : left.front();
}

Options in_form(Form form, const Forms& allowed, Options options) {
  if (allowed.empty() || form == allowed.front()) return options;
  // The secure profiles alone are what `require` allows.
  const bool required = !has(allowed, Form::kPlain);
  options.callee = required ? Policy::kRequire : policy_for(form);
  options.callee_shape = form == Form::kTwoLines ? Shape::kTwoLines : Shape::kOneLine;
  if (form == Form::kSecureSdes) put_first("sdes", options.callee_keying);
  if (form == Form::kSecureDtls) put_first("dtls", options.callee_keying);
  return options;
}

}  // namespace osrtp::module
