#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "negotiate/terms.hpp"
#include "protocol/policy.hpp"
#include "protocol/security.hpp"
#include "sdp/media.hpp"

/// What we offer to a peer and what its answer makes of it: docs/negotiation.md, "Offering".
namespace osrtp::negotiate {

/// The shape of our offer for one RTP m-line.
struct OfferPlan {
  protocol::Profile profile = protocol::Profile::kRtpAvp;
  bool sdes = false;                                // put one a=crypto line per offered suite
  bool dtls = false;                                // put our fingerprint, setup:actpass and a tls-id
  std::optional<protocol::Reason> keyless_because;  // where the offer has no keys

  friend bool operator==(const OfferPlan&, const OfferPlan&) = default;
};

/// @param feedback whether the far side's profile has it (RTP/AVPF): it is kept
/// @return a plan, or Reason::kSignallingClear / kNoCommonSuite where `require` cannot be kept
[[nodiscard]] std::variant<OfferPlan, protocol::Reason> plan_offer(const Terms& terms, bool feedback);

/// One a=crypto line that we offered.
struct OwnLine {
  std::uint32_t tag;
  Suite suite;
};

enum class Remark : std::uint8_t {
  kUnsolicitedKeys,      // keys for something we did not offer: ignored (OSRTP-24)
  kTagRenumbered,        // an unknown tag, but only one of our lines has that suite
  kProfileChanged,       // a secure profile in answer to RTP/AVP with keys
  kSecondMethodIgnored,  // a method beside the one we offered
  kAmbiguousAnswer,      // both methods that we offered: taken as DTLS (RFC 8643 §3.2 forbids such an answer)
};

struct SettledPlain {
  protocol::Reason reason;
  friend bool operator==(const SettledPlain&, const SettledPlain&) = default;
};
struct SettledSdes {
  std::size_t own_line;   // index into what we offered: our key
  std::size_t peer_line;  // index into the answer's Media::crypto: its key
  friend bool operator==(const SettledSdes&, const SettledSdes&) = default;
};
struct SettledDtls {
  DtlsRole role;  // ours
  friend bool operator==(const SettledDtls&, const SettledDtls&) = default;
};
struct SettledNotRtp {
  friend bool operator==(const SettledNotRtp&, const SettledNotRtp&) = default;
};
/// The peer answered with port 0.
struct SettledRejected {
  friend bool operator==(const SettledRejected&, const SettledRejected&) = default;
};
/// Key management failed: the media of this m-line must fail, not fall to plain (RFC 8643 §3.3).
struct SettledFailed {
  protocol::Reason reason;
  friend bool operator==(const SettledFailed&, const SettledFailed&) = default;
};

struct Settled {
  std::variant<SettledPlain, SettledSdes, SettledDtls, SettledNotRtp, SettledRejected, SettledFailed> outcome;
  std::optional<Remark> remark;
};

/// What the m-line runs once the answer is in. Total.
[[nodiscard]] Settled settle(const Terms& terms, const OfferPlan& plan, std::span<const OwnLine> own,
                             const sdp::Media& answer, History history);

}  // namespace osrtp::negotiate
