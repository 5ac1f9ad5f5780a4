#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "call/settings.hpp"
#include "negotiate/terms.hpp"
#include "protocol/message.hpp"

namespace osrtp::call {

/// Whether this daemon has a certificate to show in handshakes.
enum class DtlsSupport : std::uint8_t { kNone, kRuns };

/// The terms of one leg as a first offer sets them: what the request says, else the operator.
/// Without an `osrtp` object, `transport-protocol` means what NG clients mean by it, for the leg that
/// receives the offer. Suites without a name of ours become warnings.
[[nodiscard]] negotiate::Terms first_terms(const protocol::SdpRequest& request, protocol::Leg leg,
                                           protocol::Leg offerer, const Settings& settings, DtlsSupport dtls,
                                           std::vector<std::string>& warnings);

/// The terms of a leg whose dialog runs, as a later offer leaves them: a policy can only be raised, and a hop that was
/// encrypted may be clear now.
[[nodiscard]] negotiate::Terms later_terms(const negotiate::Terms& now, const protocol::SdpRequest& request,
                                           protocol::Leg leg);

/// The terms of a leg as the answer to an offer leaves them: a policy can only be raised, and the hop of whoever
/// answers may be known by now.
[[nodiscard]] negotiate::Terms answered_terms(const negotiate::Terms& now, const protocol::SdpRequest& request,
                                              protocol::Leg leg, protocol::Leg answerer);

/// For a leg on which SDES keys were offered or accepted: a warning, once per leg and reply, if nothing says
/// that its hop's signalling is encrypted. Unknown counts as allowed (RFC 8643 section 4), but not in silence; nor does
/// a hop that only the answer, when the keys were out, knew to be clear.
void note_exposed_keys(protocol::Leg leg, const negotiate::Terms& terms, std::vector<std::string>& warnings);

}  // namespace osrtp::call
