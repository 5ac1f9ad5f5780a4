#include "negotiate/offerer.hpp"

#include <algorithm>

namespace osrtp::negotiate {
namespace {

using protocol::Policy;
using protocol::Profile;
using protocol::Reason;

std::optional<Reason> why_no_keys(const Terms& terms) {
  if (terms.policy == Policy::kOff) return Reason::kPolicyOff;
  if (!terms.sdes || terms.offered.empty()) return Reason::kNoCommonSuite;
  if (clear_hop_forbids_sdes(terms)) return Reason::kSignallingClear;
  return std::nullopt;
}

bool has_keys(const sdp::Media& answer) { return !answer.crypto.empty() || !answer.bad_crypto.empty(); }

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
  if (!remark && answer.fingerprint) remark = Remark::kSecondMethodIgnored;
  if (!remark && protocol::is_secure(answer.profile) != protocol::is_secure(plan.profile)) {
    remark = Remark::kProfileChanged;
  }
  return {SettledSdes{found->own_line, 0}, remark};
}

/// The answer names no method that we offered.
Settled settle_keyless(const Terms& terms, const OfferPlan& plan, const sdp::Media& answer, History history) {
  const bool unsolicited = has_keys(answer) || answer.fingerprint;
  const std::optional<Remark> remark = unsolicited ? std::optional(Remark::kUnsolicitedKeys) : std::nullopt;
  // A peer that answers with a secure profile will send SRTP under keys that we do not have.
  if (protocol::is_secure(answer.profile)) {
    return {SettledFailed{unsolicited ? Reason::kUnsolicitedKeys : Reason::kBadCryptoAttribute}, remark};
  }
  if (terms.policy == Policy::kRequire) return {SettledFailed{Reason::kPeerDeclined}, remark};
  if (history == History::kEncrypted && !may_downgrade(terms)) {
    return {SettledFailed{Reason::kDowngradeRefused}, remark};
  }
  if (plan.keyless_because == Reason::kSignallingClear) return {SettledPlain{Reason::kSignallingClear}, remark};
  if (unsolicited) return {SettledPlain{Reason::kUnsolicitedKeys}, remark};
  return {SettledPlain{plan.keyless_because.value_or(Reason::kPeerDeclined)}, remark};
}

}  // namespace

std::variant<OfferPlan, Reason> plan_offer(const Terms& terms, bool feedback) {
  const auto obstacle = why_no_keys(terms);
  if (obstacle && terms.policy == Policy::kRequire) return *obstacle;
  const bool secure = !obstacle && (terms.policy == Policy::kPrefer || terms.policy == Policy::kRequire);
  const Profile profile =
      secure ? (feedback ? Profile::kRtpSavpf : Profile::kRtpSavp) : (feedback ? Profile::kRtpAvpf : Profile::kRtpAvp);
  return OfferPlan{profile, !obstacle, obstacle};
}

Settled settle(const Terms& terms, const OfferPlan& plan, std::span<const OwnLine> own, const sdp::Media& answer,
               History history) {
  if (!answer.port) return {SettledRejected{}, {}};
  if (answer.carriage != sdp::Carriage::kRtp) return {SettledNotRtp{}, {}};
  if (plan.sdes && has_keys(answer)) return settle_sdes(plan, own, answer);
  return settle_keyless(terms, plan, answer, history);
}

}  // namespace osrtp::negotiate
