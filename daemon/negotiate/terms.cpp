#include "negotiate/terms.hpp"

#include <algorithm>

namespace osrtp::negotiate {

std::vector<Fingerprint> usable_fingerprints(const Terms& terms, const sdp::Media& media) {
  std::vector<Fingerprint> usable;
  for (const Fingerprint& fingerprint : media.fingerprints) {
    if (fingerprint.hash != HashFunction::kSha1 || terms.allow_sha1) usable.push_back(fingerprint);
  }
  return usable;
}

protocol::Reason why_unusable_fingerprints(const sdp::Media& media) {
  const auto weak = [](sdp::FingerprintError e) { return e == sdp::FingerprintError::kUnknownHash; };
  const bool any_weak =
      !media.fingerprints.empty() || std::any_of(media.bad_fingerprints.begin(), media.bad_fingerprints.end(), weak);
  return any_weak ? protocol::Reason::kWeakFingerprint : protocol::Reason::kBadCryptoAttribute;
}

}  // namespace osrtp::negotiate
