#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/suite.hpp"
#include "negotiate/offerer.hpp"
#include "negotiate/terms.hpp"
#include "protocol/policy.hpp"

/// What an offer within a call keeps of what runs: docs/negotiation.md, "During the call".
namespace osrtp::negotiate {

/// How a leg is encrypted, as its last answer left it.
struct Running {
  protocol::Profile profile = protocol::Profile::kOther;  // of the m-line, whoever wrote it
  std::optional<Suite> suite;                             // that of SDES; nothing: keyed by DTLS
};

/// The plan for a leg that runs. A secure profile stays, and with it the one key management that goes with it: a phone
/// that insists on encryption refuses every other profile, and a re-INVITE of the other side's would end the call.
[[nodiscard]] OfferPlan repeat(const Terms& terms, const OfferPlan& plan, const std::optional<Running>& running);

/// The offer's crypto lines, most preferred first: the suite that runs, and then Terms::offered. Phones take the first
/// that they know, and some do not survive the change to another. One that the peer brought and that we would not offer
/// runs on all the same. A suite has the same tag in every offer. Lines that the peer has answered once are repeated as
/// they were, since the same again is to be the same SDP: it takes of them what it took then.
/// @param answered our lines in the offer that the peer answered last; empty: it has answered none
[[nodiscard]] std::vector<OwnLine> lines_to_offer(const Terms& terms, const std::optional<Running>& running,
                                                  std::span<const OwnLine> answered = {});

}  // namespace osrtp::negotiate
