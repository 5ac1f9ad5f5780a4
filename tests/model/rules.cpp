#include "model/rules.hpp"

#include <algorithm>

#include "model/srtp_sender.hpp"

namespace osrtp::model {
namespace {

using protocol::Policy;
using protocol::Signalling;

/// E-12: the peer may lay down encryption only where nobody on the way could have done it for it.
bool may_become_plain(const Terms& terms) {
  return terms.policy <= Policy::kOpportunistic && terms.signalling == Signalling::kEncrypted;
}

/// OSRTP-28.
bool may_use_sdes(const Terms& terms) { return terms.policy != Policy::kOff && terms.signalling != Signalling::kClear; }
bool may_use_dtls(const Terms& terms) { return terms.policy != Policy::kOff && terms.dtls; }

bool has_good_key(const SdpLine& line) {
  return std::any_of(line.crypto.begin(), line.crypto.end(),
                     [](const CryptoLine& c) { return !c.key.empty() && c.key.size() == master_size(c.suite); });
}

/// SDES-10: one line, of ours. A tag that the peer has made anew is understood where the suite leaves no doubt.
bool fits(const SdpLine& offer, const SdpLine& answer) {
  if (answer.crypto.size() != 1 || !has_good_key(answer)) return false;
  return std::count_if(offer.crypto.begin(), offer.crypto.end(),
                       [&](const CryptoLine& c) { return c.suite == answer.crypto[0].suite; }) == 1;
}

}  // namespace

std::string name_of(Mode mode) {
  constexpr const char* kNames[] = {"none", "failed", "plain", "sdes", "dtls", "opaque"};
  return kNames[static_cast<std::size_t>(mode)];
}

Mode answer_to(const Terms& terms, const SdpLine& offer, bool was_encrypted) {
  if (offer.port == 0) return Mode::kNone;
  if (!is_rtp_profile(offer.proto)) return terms.policy == Policy::kRequire ? Mode::kFailed : Mode::kOpaque;
  if (may_use_dtls(terms) && !offer.fingerprints.empty()) return Mode::kDtls;
  if (may_use_sdes(terms) && has_good_key(offer) && !is_dtls_profile(offer.proto)) return Mode::kSdes;
  if (is_secure_profile(offer.proto) || terms.policy == Policy::kRequire) return Mode::kFailed;
  return was_encrypted && !may_become_plain(terms) ? Mode::kFailed : Mode::kPlain;
}

Wanted offer_towards(const Terms& terms, const SdpLine& offer) {
  if (!is_rtp_profile(offer.proto)) return {terms.policy == Policy::kRequire, offer.proto, false, false};
  const bool feedback = has_feedback_profile(offer.proto) && (!is_dtls_profile(offer.proto) || offer.kind == "video");
  const std::string end = feedback ? "F" : "";
  const bool sdes = may_use_sdes(terms);
  const bool dtls = may_use_dtls(terms);
  if (!sdes && !dtls) return {terms.policy == Policy::kRequire, "RTP/AVP" + end, false, false};
  if (terms.policy == Policy::kOpportunistic) return {false, "RTP/AVP" + end, sdes, dtls};
  return sdes ? Wanted{false, "RTP/SAVP" + end, true, false} : Wanted{false, "UDP/TLS/RTP/SAVP" + end, false, true};
}

Wanted offer_again(const Wanted& anew, Mode running, const std::string& profile) {
  const bool encrypted = running == Mode::kSdes || running == Mode::kDtls;
  if (!encrypted || anew.refused || !is_secure_profile(profile)) return anew;
  return {false, profile, running == Mode::kSdes, running == Mode::kDtls};
}

Mode settled(const Terms& terms, const SdpLine& offer, const SdpLine& answer, bool was_encrypted) {
  if (answer.port == 0) return Mode::kFailed;
  if (!is_rtp_profile(offer.proto)) return terms.policy == Policy::kRequire ? Mode::kFailed : Mode::kOpaque;
  if (!offer.fingerprints.empty() && !answer.fingerprints.empty()) return Mode::kDtls;
  if (!offer.crypto.empty() && !answer.crypto.empty()) return fits(offer, answer) ? Mode::kSdes : Mode::kFailed;
  if (is_secure_profile(answer.proto) || terms.policy == Policy::kRequire) return Mode::kFailed;
  return was_encrypted && !may_become_plain(terms) ? Mode::kFailed : Mode::kPlain;
}

}  // namespace osrtp::model
