#pragma once

#include <cstdint>
#include <vector>

#include "base/suite.hpp"
#include "protocol/policy.hpp"
#include "protocol/security.hpp"
#include "sdp/media.hpp"

namespace osrtp::negotiate {

/// On what terms one leg is negotiated. Values only: the functions of this folder
/// read these and the peer's SDP, and nothing else.
struct Terms {
  protocol::Policy policy = protocol::Policy::kOpportunistic;
  protocol::Signalling signalling = protocol::Signalling::kUnknown;
  bool allow_sdes_over_clear = false;
  bool sdes = true;             // whether this key management may be used at all
  bool dtls = true;             // the same
  bool allow_sha1 = false;      // whether SHA-1 fingerprints prove anything
  bool lenient_answers = true;  // an answer that names both methods is DTLS (else it fails)
  bool plain_fallback = false;  // the peer takes RTP/AVP in answer to its RTP/SAVP (Cisco's X-cisco-srtp-fallback)
  bool answer_passive = false;  // our DTLS role where the offer leaves it to us; see DtlsRole
  protocol::Peer peer = protocol::Peer::kSip;
  protocol::Shape shape = protocol::Shape::kOneLine;  // of what we offer; see two_lines.hpp
  std::vector<Suite> offered;                         // what we put into offers, most preferred first
  std::vector<Suite> accepted;                        // what we take from a peer, most preferred first
};

/// Our role in a handshake (RFC 5763 §5). Where an offer leaves the choice: active, so that the handshake runs beside
/// the answer (DTLS-2), or passive with Terms::answer_passive; a call whose association goes on sets that to the role
/// it has (RFC 8842 §5.3).
enum class DtlsRole : std::uint8_t {
  kActive,   // we send the ClientHello
  kPassive,  // we wait for it
};

/// What the leg has been so far in this dialog.
enum class History : std::uint8_t {
  kNew,
  kEncrypted,  // SRTP runs: what now comes without keys is a downgrade (E-12)
};

/// The policy that holds for this leg. A browser knows nothing but encrypted media (RFC 8827 §6.5), so that a leg
/// towards one is encrypted or is not, whatever was asked for: encryption that nobody demanded harms nobody.
[[nodiscard]] constexpr protocol::Policy policy_of(const Terms& terms) noexcept {
  return terms.peer == protocol::Peer::kWebrtc ? protocol::Policy::kRequire : terms.policy;
}

/// Whether SDES may be spoken with this peer: never with a browser.
[[nodiscard]] constexpr bool speaks_sdes(const Terms& terms) noexcept {
  return terms.sdes && terms.peer == protocol::Peer::kSip;
}

/// RFC 8643 §4 (OSRTP-28): SDES keys travel only over encrypted signalling, unless the
/// operator says otherwise. Unknown counts as allowed.
[[nodiscard]] constexpr bool clear_hop_forbids_sdes(const Terms& terms) noexcept {
  return terms.signalling == protocol::Signalling::kClear && !terms.allow_sdes_over_clear;
}

/// Whether a leg that was encrypted may become plain because its peer says so. Only
/// where the policy never promised more than an attempt and the hop's signalling could not be
/// changed under way.
[[nodiscard]] constexpr bool may_downgrade(const Terms& terms) noexcept {
  return policy_of(terms) == protocol::Policy::kOff ||
         (policy_of(terms) == protocol::Policy::kOpportunistic && terms.signalling == protocol::Signalling::kEncrypted);
}

/// The fingerprints that a certificate may be held against, in the peer's order: all but SHA-1, where the operator has
/// not allowed that. What a handshake expects is these and not Media::fingerprints.
[[nodiscard]] std::vector<Fingerprint> usable_fingerprints(const Terms& terms, const sdp::Media& media);

/// Why a section with a fingerprint, but none usable, is of no use: weak-fingerprint where it is the hash's fault.
[[nodiscard]] protocol::Reason why_unusable_fingerprints(const sdp::Media& media);

}  // namespace osrtp::negotiate
