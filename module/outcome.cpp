#include "module/outcome.hpp"

#include <algorithm>
#include <utility>

namespace osrtp::module {

namespace {

using protocol::Leg;
using protocol::LegSecurity;
using protocol::SecurityState;

// How little an m-line is protected; the highest speaks.
int weakness(SecurityState state) {
  switch (state) {
    case SecurityState::kPlain:
      return 6;
    case SecurityState::kFailed:
      return 5;
    case SecurityState::kPending:
      return 4;
    case SecurityState::kZrtpPassthrough:
      return 3;
    case SecurityState::kSrtpSdes:
      return 2;
    case SecurityState::kSrtpDtls:
      return 1;
    case SecurityState::kNotRtp:
      break;
  }
  return 0;
}

using Text = std::optional<std::string>;

Text text(std::string_view value) { return value.empty() ? std::nullopt : Text(value); }

Text state_of(const LegSecurity* line) { return line == nullptr ? std::nullopt : Text(name(line->state)); }

Text reason_of(const LegSecurity* line) {
  return line == nullptr || !line->reason ? std::nullopt : Text(name(*line->reason));
}

Text suite_of(const LegSecurity* line) { return line == nullptr ? std::nullopt : text(line->suite); }

bool is_encrypted(const LegSecurity* line) { return line != nullptr && protocol::is_encrypted(line->state); }

std::string_view encrypted(const LegSecurity* caller, const LegSecurity* callee) {
  if (is_encrypted(caller)) return is_encrypted(callee) ? "both" : "caller";
  return is_encrypted(callee) ? "callee" : "none";
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : "; ") + part;
  return all;
}

Text total(const std::optional<Totals>& totals, std::uint64_t Totals::*which) {
  return totals ? Text(std::to_string((*totals).*which)) : std::nullopt;
}

bool nothing_left(const std::vector<LegSecurity>& security) {
  return !security.empty() && std::all_of(security.begin(), security.end(),
                                          [](const LegSecurity& leg) { return leg.state == SecurityState::kFailed; });
}

Totals totals_of(const protocol::CallReport& call) {
  Totals totals;
  totals.seconds = static_cast<std::uint64_t>(call.duration_ms) / 1000;
  for (const LegSecurity& line : call.security) {
    totals.packets += line.relayed_packets;
    totals.authenticated += line.authenticated_packets;
    for (const auto& [reason, count] : line.dropped) totals.dropped += count;
  }
  return totals;
}

Outcome of_call(protocol::CallReport call) {
  Outcome outcome;
  outcome.totals = totals_of(call);
  outcome.security = std::move(call.security);
  return outcome;
}

Outcome of_body(protocol::Error error) {
  using protocol::ErrorCode;
  const bool by_policy = error.code == ErrorCode::kPolicyRefused || error.code == ErrorCode::kKeysRefused;
  Outcome outcome = failure(by_policy ? OSRTP_REFUSED : OSRTP_FAILED, name(error.code), std::move(error.reason));
  outcome.security = std::move(error.security);
  return outcome;
}

Outcome of_body(protocol::SdpReply reply) {
  Outcome outcome;
  if (nothing_left(reply.security))
    outcome = failure(OSRTP_REFUSED, name(protocol::ErrorCode::kKeysRefused), "no m-line is left");
  outcome.sdp = std::move(reply.sdp);
  outcome.security = std::move(reply.security);
  return outcome;
}

Outcome of_body(protocol::DeleteReply reply) { return reply.call ? of_call(*std::move(reply.call)) : Outcome{}; }
Outcome of_body(protocol::QueryReply reply) { return of_call(std::move(reply.call)); }
template <class Other>
Outcome of_body(Other) {
  return {};
}

}  // namespace

const LegSecurity* weakest(const std::vector<LegSecurity>& security, Leg leg) {
  const LegSecurity* found = nullptr;
  for (const LegSecurity& line : security) {
    if (line.leg == leg && (found == nullptr || weakness(line.state) > weakness(found->state))) found = &line;
  }
  return found;
}

Outcome failure(osrtp_code code, std::string_view error, std::string reason) {
  Outcome outcome;
  outcome.code = code;
  outcome.error = error;
  outcome.reason = std::move(reason);
  return outcome;
}

Outcome outcome_of(protocol::Reply reply) {
  Outcome outcome =
      std::visit([](auto&& body) { return of_body(std::forward<decltype(body)>(body)); }, std::move(reply.body));
  outcome.warnings = std::move(reply.warnings);
  return outcome;
}

std::optional<Fact> fact_named(std::string_view text) noexcept {
  const auto* const found = std::find(kFactNames.begin(), kFactNames.end(), text);
  if (found == kFactNames.end()) return std::nullopt;
  return static_cast<Fact>(found - kFactNames.begin());
}

namespace {

Text event_fact(const protocol::Event& event, Fact fact) {
  switch (fact) {
    case Fact::kEvent:
      return Text(name(event.kind));
    case Fact::kEventCallId:
      return text(event.call_id);
    case Fact::kEventFromTag:
      return text(event.from_tag);
    case Fact::kEventToTag:
      return text(event.to_tag);
    case Fact::kEventLeg:
      return Text(name(event.leg));
    case Fact::kEventMedia:
      return std::to_string(event.media);
    case Fact::kEventState:
      return Text(name(event.state));
    case Fact::kEventReason:
      return event.reason ? Text(name(*event.reason)) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> fact(const Outcome& outcome, Fact fact) {
  const LegSecurity* caller = weakest(outcome.security, Leg::kCaller);
  const LegSecurity* callee = weakest(outcome.security, Leg::kCallee);
  switch (fact) {
    case Fact::kCode:
      return std::to_string(outcome.code);
    case Fact::kError:
      return text(outcome.error);
    case Fact::kReason:
      return text(outcome.reason);
    case Fact::kWarnings:
      return text(joined(outcome.warnings));
    case Fact::kNode:
      return text(outcome.node);
    case Fact::kSdp:
      return text(outcome.sdp);
    case Fact::kEncrypted:
      return outcome.security.empty() ? std::nullopt : Text(encrypted(caller, callee));
    case Fact::kCallerState:
      return state_of(caller);
    case Fact::kCallerSuite:
      return suite_of(caller);
    case Fact::kCallerReason:
      return reason_of(caller);
    case Fact::kCalleeState:
      return state_of(callee);
    case Fact::kCalleeSuite:
      return suite_of(callee);
    case Fact::kCalleeReason:
      return reason_of(callee);
    case Fact::kPackets:
      return total(outcome.totals, &Totals::packets);
    case Fact::kAuthenticated:
      return total(outcome.totals, &Totals::authenticated);
    case Fact::kDropped:
      return total(outcome.totals, &Totals::dropped);
    case Fact::kSeconds:
      return total(outcome.totals, &Totals::seconds);
    case Fact::kEvent:
    case Fact::kEventCallId:
    case Fact::kEventFromTag:
    case Fact::kEventToTag:
    case Fact::kEventLeg:
    case Fact::kEventMedia:
    case Fact::kEventState:
    case Fact::kEventReason:
      return outcome.event ? event_fact(*outcome.event, fact) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace osrtp::module
