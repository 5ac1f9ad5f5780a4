#include "negotiate/answerer.hpp"

#include <algorithm>
#include <optional>

namespace osrtp::negotiate {
namespace {

using protocol::Policy;
using protocol::Reason;

/// The line whose suite we like best. Our order counts, not the peer's: a phone that lists
/// a 32-bit tag first is no reason to authenticate less (SDES-8 leaves it to policy).
std::optional<std::size_t> best_line(const Terms& terms, const sdp::Media& offer) {
  for (const Suite suite : terms.accepted) {
    for (std::size_t i = 0; i < offer.crypto.size(); ++i) {
      // Several keys in one line would need a context that switches by MKI: the line is passed over.
      if (offer.crypto[i].suite == suite && offer.crypto[i].keys.size() == 1) return i;
    }
  }
  return std::nullopt;
}

/// Why an offer with keys has none that we can use.
Reason unusable(const sdp::Media& offer) {
  const auto broken = [](sdp::CryptoError e) { return e != sdp::CryptoError::kUnknownSuite; };
  const bool any_broken = std::any_of(offer.bad_crypto.begin(), offer.bad_crypto.end(), broken);
  return any_broken && offer.crypto.empty() ? Reason::kBadCryptoAttribute : Reason::kNoCommonSuite;
}

/// SDES if it can be, else the reason why not.
std::variant<AnswerSdes, Reason> try_sdes(const Terms& terms, const sdp::Media& offer) {
  if (terms.policy == Policy::kOff) return Reason::kPolicyOff;
  const bool has_crypto = !offer.crypto.empty() || !offer.bad_crypto.empty();
  if (!has_crypto) return offer.fingerprint ? Reason::kNoCommonSuite : Reason::kPeerDidNotOffer;
  if (!terms.sdes) return Reason::kNoCommonSuite;
  if (clear_hop_forbids_sdes(terms)) return Reason::kSignallingClear;
  if (const auto line = best_line(terms, offer)) return AnswerSdes{*line};
  return unusable(offer);
}

AnswerPlan plan_not_rtp(const Terms& terms) {
  // Fax and the like cannot be SRTP: a leg that must be encrypted does without them (E-15).
  if (terms.policy == Policy::kRequire) return Refuse{Reason::kNotRtp};
  return AnswerNotRtp{};
}

}  // namespace

AnswerPlan plan_answer(const Terms& terms, const sdp::Media& offer, History history) {
  if (!offer.port) return AnswerUnused{};
  if (offer.carriage != sdp::Carriage::kRtp) return plan_not_rtp(terms);

  const auto sdes = try_sdes(terms, offer);
  if (const auto* accepted = std::get_if<AnswerSdes>(&sdes)) return *accepted;
  const Reason reason = std::get<Reason>(sdes);
  if (history == History::kEncrypted && !may_downgrade(terms)) return Refuse{Reason::kDowngradeRefused};
  // A plain answer to a secure profile is never legal (RFC 8643 §3, OSRTP-9).
  if (protocol::is_secure(offer.profile) || terms.policy == Policy::kRequire) return Refuse{reason};
  return AnswerPlain{reason};
}

}  // namespace osrtp::negotiate
