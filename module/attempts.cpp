#include "module/attempts.hpp"

#include <algorithm>
#include <bitset>
#include <string>

namespace osrtp::module {

namespace {

using protocol::Peer;
using protocol::Policy;
using protocol::Shape;

using Forms = std::vector<Form>;

bool is_clear(osrtp_hop hop) { return hop == OSRTP_HOP_CLEAR || hop == OSRTP_HOP_CLEAR_WEBSOCKET; }

bool is_websocket(osrtp_hop hop) { return hop == OSRTP_HOP_ENCRYPTED_WEBSOCKET || hop == OSRTP_HOP_CLEAR_WEBSOCKET; }

bool may_use(std::string_view keying, const Options& options) {
  const auto& all = options.callee_keying;
  return all.empty() || std::find(all.begin(), all.end(), keying) != all.end();
}

/// The secure profile, once for each key management that can be offered, in the daemon's order.
Forms secure_forms(const osrtp_message& message, const Options& options, const Defaults& defaults) {
  const bool readable =
      is_clear(message.receiver_hop) && !options.allow_sdes_over_clear && !defaults.allow_sdes_over_clear;
  Forms found;
  if (may_use("sdes", options) && !readable) found.push_back(Form::kSecureSdes);
  if (may_use("dtls", options)) found.push_back(Form::kSecureDtls);
  return found;
}

bool has(const Forms& forms, Form form) { return std::find(forms.begin(), forms.end(), form) != forms.end(); }

Forms without_promise(const Forms& secure, Policy policy, Shape shape) {
  if (policy == Policy::kOff || secure.empty()) return {Form::kPlain};
  // Two lines are of SDES.
  const bool two_lines = shape == Shape::kTwoLines && has(secure, Form::kSecureSdes);
  Forms found;
  if (policy == Policy::kPrefer && !two_lines) {
    found = secure;
    found.push_back(Form::kOpportunistic);
  } else {
    found.push_back(two_lines ? Form::kTwoLines : Form::kOpportunistic);
    found.insert(found.end(), secure.rbegin(), secure.rend());
  }
  found.push_back(Form::kPlain);
  return found;
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
  // Where both may be used the daemon takes SDES.
  if (form == Form::kSecureDtls && has(allowed, Form::kSecureSdes)) options.callee_keying = {"dtls"};
  return options;
}

}  // namespace osrtp::module
