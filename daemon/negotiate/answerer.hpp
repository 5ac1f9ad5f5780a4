#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "negotiate/terms.hpp"
#include "protocol/security.hpp"
#include "sdp/media.hpp"

/// What we run with the peer that offered: docs/negotiation.md, "Answering".
namespace osrtp::negotiate {

/// RTP without keys; the answer carries none (RFC 8643 §3.2).
struct AnswerPlain {
  protocol::Reason reason;
  friend bool operator==(const AnswerPlain&, const AnswerPlain&) = default;
};
/// SDES: the answer repeats this line's tag and suite, with a key of our own (RFC 4568 §5.1.2).
struct AnswerSdes {
  std::size_t line;  // index into Media::crypto
  friend bool operator==(const AnswerSdes&, const AnswerSdes&) = default;
};
/// DTLS-SRTP: the answer has our fingerprint and our role, and a tls-id if the offer had one (RFC 8842 §5.3).
struct AnswerDtls {
  DtlsRole role;  // ours
  friend bool operator==(const AnswerDtls&, const AnswerDtls&) = default;
};
/// Not RTP: relayed unread (UDP) or left alone (everything else).
struct AnswerNotRtp {
  friend bool operator==(const AnswerNotRtp&, const AnswerNotRtp&) = default;
};
/// The peer set port 0 itself (RFC 3264 §6).
struct AnswerUnused {
  friend bool operator==(const AnswerUnused&, const AnswerUnused&) = default;
};
/// This m-line cannot be what the policy or its profile demand: port 0, or 488 where nothing else is left.
struct Refuse {
  protocol::Reason reason;
  friend bool operator==(const Refuse&, const Refuse&) = default;
};

using AnswerPlan = std::variant<AnswerPlain, AnswerSdes, AnswerDtls, AnswerNotRtp, AnswerUnused, Refuse>;

/// Media that is not RTP and that its ends encrypt between themselves: DTLS in the proto (T.38 in RFC 7345, data
/// channels in RFC 8841), and a fingerprint that proves something. We relay it unread, and nobody on the way reads it:
/// `require` is kept (E-15).
[[nodiscard]] bool ends_encrypt(const Terms& terms, const sdp::Media& media);

/// What the m-line of an answer by `plan` says: what was offered (OSRTP-20), or where the peer takes plain RTP in
/// answer to a secure profile, the same profile without keys.
[[nodiscard]] std::string answered_proto(const AnswerPlan& plan, const sdp::Media& offer);

/// Total: every offer under every terms has a plan. Independent of what the other
/// leg becomes, and of the profile the line had before: a browser that took RTP/AVP with a fingerprint offers
/// UDP/TLS/RTP/SAVPF the next time (DTLS-18).
[[nodiscard]] AnswerPlan plan_answer(const Terms& terms, const sdp::Media& offer, History history);

}  // namespace osrtp::negotiate
