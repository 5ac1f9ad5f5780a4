#include "negotiate/offerer.hpp"

#include <algorithm>

namespace osrtp::negotiate {
namespace {

using protocol::Policy;
using protocol::Profile;
using protocol::Reason;

std::optional<Reason> why_no_sdes(const Terms& terms) {
  if (!speaks_sdes(terms) || terms.offered.empty()) return Reason::kNoCommonSuite;
  if (clear_hop_forbids_sdes(terms)) return Reason::kSignallingClear;
  return std::nullopt;
}

/// The profile of an offer that is encrypted or nothing. One method only: an m-line has one profile, and SDES and DTLS
/// have different ones. SDES first, which more phones know.
OfferPlan secure_offer(bool sdes, bool feedback) {
  if (sdes) return {feedback ? Profile::kRtpSavpf : Profile::kRtpSavp, true, false, {}};
  return {feedback ? Profile::kUdpTlsRtpSavpf : Profile::kUdpTlsRtpSavp, false, true, {}};
}

/// A browser refuses an offer with anything but this (DTLS-19), and its profile always has feedback.
std::variant<OfferPlan, Reason> plan_for_browser(const Terms& terms) {
  if (!terms.dtls) return Reason::kNoCommonSuite;
  return OfferPlan{Profile::kUdpTlsRtpSavpf, false, true, {}};
}

/// Our line that the answer names: by its tag, or by its suite where a peer that numbers anew leaves
/// no doubt which is meant.
struct Match {
  std::size_t own_line;
  std::optional<Remark> remark;
};
std::optional<Match> match(std::span<const OwnLine> own, const sdp::CryptoAttribute& line) {
  const auto by_tag = std::find_if(own.begin(), own.end(), [&](const OwnLine& o) { return o.tag == line.tag; });
  if (by_tag != own.end() && by_tag->suite == line.suite) {
    return Match{static_cast<std::size_t>(by_tag - own.begin()), std::nullopt};
  }
  const auto same_suite = [&](const OwnLine& o) { return o.suite == line.suite; };
  if (std::count_if(own.begin(), own.end(), same_suite) != 1) return std::nullopt;
  const auto by_suite = std::find_if(own.begin(), own.end(), same_suite);
  return Match{static_cast<std::size_t>(by_suite - own.begin()), Remark::kTagRenumbered};
}

/// The answer has crypto lines, and we had offered some (RFC 4568 §5.1.3, SDES-10).
Settled settle_sdes(const OfferPlan& plan, std::span<const OwnLine> own, const sdp::Media& answer) {
  const bool exactly_one = answer.crypto.size() == 1 && answer.bad_crypto.empty();
  if (!exactly_one || answer.crypto[0].keys.size() != 1) return {SettledFailed{Reason::kBadCryptoAttribute}, {}};
  const auto found = match(own, answer.crypto[0]);
  if (!found) return {SettledFailed{Reason::kBadCryptoAttribute}, {}};
  std::optional<Remark> remark = found->remark;
  if (!remark && answer.has_fingerprint()) remark = Remark::kSecondMethodIgnored;
  if (!remark && protocol::is_secure(answer.profile) != protocol::is_secure(plan.profile)) {
    remark = Remark::kProfileChanged;
  }
  return {SettledSdes{found->own_line, 0}, remark};
}

/// Our role beside the answerer's. A missing one is passive, RFC 4145's default in an answer. Actpass is none to answer
/// with; who says it takes a ClientHello, so one is sent.
std::optional<DtlsRole> role_beside(std::optional<sdp::SetupRole> answered) {
  switch (answered.value_or(sdp::SetupRole::kPassive)) {
    case sdp::SetupRole::kActive:
      return DtlsRole::kPassive;
    case sdp::SetupRole::kPassive:
    case sdp::SetupRole::kActpass:
      return DtlsRole::kActive;
    case sdp::SetupRole::kHoldconn:
      break;
  }
  return std::nullopt;
}

/// The answer has fingerprints, and we had offered ours. Whether the keys come is up to the handshake.
Settled settle_dtls(const Terms& terms, const OfferPlan& plan, const sdp::Media& answer) {
  std::optional<Remark> remark;
  if (answer.has_crypto()) {
    remark = plan.sdes ? Remark::kAmbiguousAnswer : Remark::kSecondMethodIgnored;
  } else if (protocol::is_secure(answer.profile) != protocol::is_secure(plan.profile)) {
    remark = Remark::kProfileChanged;
  }
  if (usable_fingerprints(terms, answer).empty()) return {SettledFailed{why_unusable_fingerprints(answer)}, remark};
  const auto role = role_beside(answer.setup);
  if (!role) return {SettledFailed{Reason::kBadCryptoAttribute}, remark};
  return {SettledDtls{*role}, remark};
}

/// The peer would have done SDES, and was not asked because its keys would have been read on the way.
bool hop_kept_from_sdes(const Terms& terms, const OfferPlan& plan, const sdp::Media& answer) {
  const bool left_out = plan.dtls && !plan.sdes && speaks_sdes(terms) && clear_hop_forbids_sdes(terms);
  return left_out && answer.has_crypto();
}

/// The answer names no method that we offered.
Settled settle_keyless(const Terms& terms, const OfferPlan& plan, const sdp::Media& answer, History history) {
  const bool unsolicited = answer.has_crypto() || answer.has_fingerprint();
  const std::optional<Remark> remark = unsolicited ? std::optional(Remark::kUnsolicitedKeys) : std::nullopt;
  // A peer that answers with a secure profile will send SRTP under keys that we do not have.
  if (protocol::is_secure(answer.profile)) {
    return {SettledFailed{unsolicited ? Reason::kUnsolicitedKeys : Reason::kBadCryptoAttribute}, remark};
  }
  if (policy_of(terms) == Policy::kRequire) return {SettledFailed{Reason::kPeerDeclined}, remark};
  if (history == History::kEncrypted && !may_downgrade(terms)) {
    return {SettledFailed{Reason::kDowngradeRefused}, remark};
  }
  if (plan.keyless_because == Reason::kSignallingClear || hop_kept_from_sdes(terms, plan, answer)) {
    return {SettledPlain{Reason::kSignallingClear}, remark};
  }
  if (unsolicited) return {SettledPlain{Reason::kUnsolicitedKeys}, remark};
  return {SettledPlain{plan.keyless_because.value_or(Reason::kPeerDeclined)}, remark};
}

}  // namespace

std::variant<OfferPlan, Reason> plan_offer(const Terms& terms, bool feedback) {
  if (terms.peer == protocol::Peer::kWebrtc) return plan_for_browser(terms);
  const Profile plain = feedback ? Profile::kRtpAvpf : Profile::kRtpAvp;
  if (terms.policy == Policy::kOff) return OfferPlan{plain, false, false, Reason::kPolicyOff};
  const auto no_sdes = why_no_sdes(terms);
  if (no_sdes && !terms.dtls) {
    if (terms.policy == Policy::kRequire) return *no_sdes;
    return OfferPlan{plain, false, false, no_sdes};
  }
  if (terms.policy == Policy::kOpportunistic) return OfferPlan{plain, !no_sdes, terms.dtls, {}};
  return secure_offer(!no_sdes, feedback);
}

Settled settle(const Terms& terms, const OfferPlan& plan, std::span<const OwnLine> own, const sdp::Media& answer,
               History history) {
  if (!answer.port) return {SettledRejected{}, {}};
  if (answer.carriage != sdp::Carriage::kRtp) return {SettledNotRtp{}, {}};
  const bool sdes = plan.sdes && answer.has_crypto();
  const bool dtls = plan.dtls && answer.has_fingerprint();
  if (sdes && dtls && !terms.lenient_answers) return {SettledFailed{Reason::kAmbiguousAnswer}, {}};
  if (dtls) return settle_dtls(terms, plan, answer);
  if (sdes) return settle_sdes(plan, own, answer);
  return settle_keyless(terms, plan, answer, history);
}

}  // namespace osrtp::negotiate
