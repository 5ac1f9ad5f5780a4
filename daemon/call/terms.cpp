#include "call/terms.hpp"

#include <algorithm>

namespace osrtp::call {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::Profile;
using protocol::Signalling;

/// What the operator offers, then everything else that we can run (the weaker tags last).
std::vector<Suite> acceptable(const std::vector<Suite>& offered) {
  std::vector<Suite> all = offered;
  for (const SuiteFacts& f : kSuites) {
    if (std::find(all.begin(), all.end(), f.suite) == all.end()) all.push_back(f.suite);
  }
  return all;
}

void apply_transport_protocol(negotiate::Terms& terms, Profile profile) {
  switch (profile) {
    case Profile::kOther:
      return;
    case Profile::kRtpAvp:
    case Profile::kRtpAvpf:
      terms.policy = Policy::kOff;
      return;
    case Profile::kRtpSavp:
    case Profile::kRtpSavpf:
      terms.policy = Policy::kRequire;
      terms.dtls = false;
      return;
    case Profile::kUdpTlsRtpSavp:
    case Profile::kUdpTlsRtpSavpf:
      terms.policy = Policy::kRequire;
      terms.sdes = false;
      return;
  }
}

/// Which key managements a leg may use; none named: all.
void apply_keying(negotiate::Terms& terms, const std::vector<std::string>& of_leg,
                  const std::vector<std::string>& of_both) {
  const auto& named = of_leg.empty() ? of_both : of_leg;
  const auto allows = [&](std::string_view method) {
    return named.empty() || std::find(named.begin(), named.end(), method) != named.end();
  };
  terms.sdes = allows("sdes");
  terms.dtls = terms.dtls && allows("dtls");
}

void apply_suites(negotiate::Terms& terms, const std::vector<std::string>& names, std::vector<std::string>& warnings) {
  if (names.empty()) return;
  terms.offered.clear();
  for (const std::string& text : names) {
    const auto suite = suite_named(text);
    if (!suite) {
      const std::string warning = "unknown suite '" + text + "'";
      // Both legs read the same list.
      if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) warnings.push_back(warning);
      continue;
    }
    if (std::find(terms.offered.begin(), terms.offered.end(), *suite) == terms.offered.end()) {
      terms.offered.push_back(*suite);
    }
  }
  terms.accepted = terms.offered;  // named suites are meant as a limit
}

void raise_policy(negotiate::Terms& terms, const protocol::OsrtpOptions& wish, Leg leg) {
  const auto policy = leg == Leg::kCaller ? wish.caller : wish.callee;
  if (policy) terms.policy = std::max(terms.policy, *policy);
}

Signalling signalling_of(const protocol::OsrtpOptions& wish, Leg leg) {
  return leg == Leg::kCaller ? wish.caller_signalling : wish.callee_signalling;
}

bool falls_back(const protocol::OsrtpOptions& said, Leg leg) {
  return leg == Leg::kCaller ? said.caller_fallback : said.callee_fallback;
}

}  // namespace

negotiate::Terms first_terms(const protocol::SdpRequest& request, Leg leg, Leg offerer, const Settings& settings,
                             DtlsSupport dtls, std::vector<std::string>& warnings) {
  negotiate::Terms terms;
  terms.policy = leg == Leg::kCaller ? settings.caller_policy : settings.callee_policy;
  terms.allow_sdes_over_clear = settings.allow_sdes_over_clear;
  terms.allow_sha1 = settings.allow_sha1_fingerprints;
  terms.lenient_answers = settings.lenient_answers;
  terms.dtls = dtls == DtlsSupport::kRuns && request.dtls != protocol::DtlsWish::kOff;
  terms.answer_passive = request.dtls == protocol::DtlsWish::kPassive;
  terms.offered = settings.suites;
  terms.accepted = acceptable(settings.suites);
  if (!request.osrtp) {
    if (leg != offerer) apply_transport_protocol(terms, request.transport_protocol);
    return terms;
  }
  const protocol::OsrtpOptions& wish = *request.osrtp;
  terms.policy = (leg == Leg::kCaller ? wish.caller : wish.callee).value_or(terms.policy);
  terms.signalling = signalling_of(wish, leg);
  terms.allow_sdes_over_clear = terms.allow_sdes_over_clear || wish.allow_sdes_over_clear;
  terms.peer = leg == Leg::kCaller ? wish.caller_peer : wish.callee_peer;
  terms.plain_fallback = falls_back(wish, leg);
  terms.shape = leg == Leg::kCaller ? wish.caller_shape : wish.callee_shape;
  apply_keying(terms, leg == Leg::kCaller ? wish.caller_keying : wish.callee_keying, wish.keying);
  apply_suites(terms, wish.suites, warnings);
  return terms;
}

negotiate::Terms later_terms(const negotiate::Terms& now, const protocol::SdpRequest& request, Leg leg) {
  negotiate::Terms terms = now;
  if (!request.osrtp) return terms;
  raise_policy(terms, *request.osrtp, leg);
  terms.plain_fallback = terms.plain_fallback || falls_back(*request.osrtp, leg);
  const Signalling said = signalling_of(*request.osrtp, leg);
  if (said == Signalling::kClear || terms.signalling == Signalling::kUnknown) terms.signalling = said;
  return terms;
}

negotiate::Terms answered_terms(const negotiate::Terms& now, const protocol::SdpRequest& request, Leg leg,
                                Leg answerer) {
  negotiate::Terms terms = now;
  if (!request.osrtp) return terms;
  raise_policy(terms, *request.osrtp, leg);
  if (leg == answerer && terms.signalling == Signalling::kUnknown) {
    terms.signalling = signalling_of(*request.osrtp, leg);
  }
  return terms;
}

void note_exposed_keys(Leg leg, const negotiate::Terms& terms, std::vector<std::string>& warnings) {
  const std::string hop = "over the signalling of the " + std::string(protocol::name(leg)) + "'s leg, ";
  if (terms.signalling == Signalling::kUnknown) {
    warnings.push_back("key-exposed-unknown: keys go " + hop + "of which nothing says that it is encrypted");
  }
  if (negotiate::clear_hop_forbids_sdes(terms)) {
    warnings.push_back("key-exposed-clear: keys have gone " + hop + "which is not encrypted");
  }
}

}  // namespace osrtp::call
