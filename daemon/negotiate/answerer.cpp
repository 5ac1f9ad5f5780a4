#include "negotiate/answerer.hpp"

#include <algorithm>
#include <optional>

#include "negotiate/crossing.hpp"

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
  if (!offer.has_crypto()) return Reason::kPeerDidNotOffer;
  if (!speaks_sdes(terms) || protocol::is_dtls(offer.profile)) return Reason::kNoCommonSuite;
  if (clear_hop_forbids_sdes(terms)) return Reason::kSignallingClear;
  if (const auto line = best_line(terms, offer)) return AnswerSdes{*line};
  return unusable(offer);
}

/// Our role beside the offerer's. A missing one is read as either (DTLS-1): RFC 4145's default, active, would have us
/// wait for a ClientHello that an old peer waits for as well.
std::optional<DtlsRole> role_towards(const Terms& terms, std::optional<sdp::SetupRole> offered) {
  switch (offered.value_or(sdp::SetupRole::kActpass)) {
    case sdp::SetupRole::kActpass:
      return terms.answer_passive ? DtlsRole::kPassive : DtlsRole::kActive;
    case sdp::SetupRole::kActive:
      return DtlsRole::kPassive;
    case sdp::SetupRole::kPassive:
      return DtlsRole::kActive;
    case sdp::SetupRole::kHoldconn:
      break;
  }
  return std::nullopt;
}

/// DTLS if it can be, else the reason why not. Keys do not pass through the signalling, so a clear hop is no obstacle.
std::variant<AnswerDtls, Reason> try_dtls(const Terms& terms, const sdp::Media& offer) {
  if (!offer.has_fingerprint()) return Reason::kPeerDidNotOffer;
  if (!terms.dtls) return Reason::kNoCommonSuite;
  if (usable_fingerprints(terms, offer).empty()) return why_unusable_fingerprints(offer);
  if (const auto role = role_towards(terms, offer.setup)) return AnswerDtls{*role};
  return Reason::kBadCryptoAttribute;
}

/// Of two obstacles the one that says more: a method that was not offered, or that we do not speak, is no news
/// beside what is wrong with the other.
Reason telling(const Terms& terms, Reason dtls, Reason sdes) {
  if (dtls == Reason::kPeerDidNotOffer) return sdes;
  return !terms.dtls && sdes != Reason::kPeerDidNotOffer ? sdes : dtls;
}

/// What the offer becomes where encryption is wanted: DTLS first, whose keys nobody on the way can read (DTLS-19).
std::variant<AnswerDtls, AnswerSdes, Reason> choose(const Terms& terms, const sdp::Media& offer) {
  if (policy_of(terms) == Policy::kOff) return Reason::kPolicyOff;
  const auto dtls = try_dtls(terms, offer);
  if (const auto* accepted = std::get_if<AnswerDtls>(&dtls)) return *accepted;
  const auto sdes = try_sdes(terms, offer);
  if (const auto* accepted = std::get_if<AnswerSdes>(&sdes)) return *accepted;
  return telling(terms, std::get<Reason>(dtls), std::get<Reason>(sdes));
}

AnswerPlan plan_not_rtp(const Terms& terms, const sdp::Media& offer) {
  // Fax and the like cannot be SRTP: a leg that must be encrypted does without those in clear (E-15).
  if (policy_of(terms) == Policy::kRequire && !ends_encrypt(terms, offer)) return Refuse{Reason::kNotRtp};
  return AnswerNotRtp{};
}

/// A secure profile that may be answered without keys all the same: its sender has said so, and the policy promised no
/// encryption. `prefer` believes that its peer can do better, and takes a failure for what it is.
bool may_fall_back(const Terms& terms, const sdp::Media& offer) {
  const bool promised = policy_of(terms) == Policy::kPrefer || policy_of(terms) == Policy::kRequire;
  return terms.plain_fallback && !promised && !protocol::is_dtls(offer.profile);
}

}  // namespace

AnswerPlan plan_answer(const Terms& terms, const sdp::Media& offer, History history) {
  if (!offer.port) return AnswerUnused{};
  if (offer.carriage != sdp::Carriage::kRtp) return plan_not_rtp(terms, offer);

  const auto chosen = choose(terms, offer);
  if (const auto* dtls = std::get_if<AnswerDtls>(&chosen)) return *dtls;
  if (const auto* sdes = std::get_if<AnswerSdes>(&chosen)) return *sdes;
  const Reason reason = std::get<Reason>(chosen);
  if (history == History::kEncrypted && !may_downgrade(terms)) return Refuse{Reason::kDowngradeRefused};
  // A plain answer to a secure profile is never legal (RFC 8643 §3, OSRTP-9), but by the offerer's leave.
  const bool must_be_secure = protocol::is_secure(offer.profile) && !may_fall_back(terms, offer);
  if (must_be_secure || policy_of(terms) == Policy::kRequire) return Refuse{reason};
  return AnswerPlain{reason};
}

bool ends_encrypt(const Terms& terms, const sdp::Media& media) {
  const bool is_rtp = media.carriage == sdp::Carriage::kRtp;
  return !is_rtp && runs_over_tls(media.proto) && !usable_fingerprints(terms, media).empty();
}

std::string answered_proto(const AnswerPlan& plan, const sdp::Media& offer) {
  if (!std::holds_alternative<AnswerPlain>(plan) || !protocol::is_secure(offer.profile))
    return std::string(offer.proto);
  return std::string(name(protocol::plain_of(offer.profile)));
}

}  // namespace osrtp::negotiate
