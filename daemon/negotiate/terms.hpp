#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/suite.hpp"
#include "protocol/policy.hpp"
#include "protocol/security.hpp"

namespace osrtp::negotiate {

/// On what terms one leg is negotiated. Values only: the functions of this folder
/// read these and the peer's SDP, and nothing else.
struct Terms {
  protocol::Policy policy = protocol::Policy::kOpportunistic;
  protocol::Signalling signalling = protocol::Signalling::kUnknown;
  bool allow_sdes_over_clear = false;
  bool sdes = true;             // whether this key management may be used at all
  std::vector<Suite> offered;   // what we put into offers, most preferred first
  std::vector<Suite> accepted;  // what we take from a peer, most preferred first
};

/// What the leg has been so far in this dialog.
enum class History : std::uint8_t {
  kNew,
  kEncrypted,  // SRTP runs: what now comes without keys is a downgrade (E-12)
};

/// RFC 8643 §4 (OSRTP-28): SDES keys travel only over encrypted signalling, unless the
/// operator says otherwise. Unknown counts as allowed.
[[nodiscard]] constexpr bool clear_hop_forbids_sdes(const Terms& terms) noexcept {
  return terms.signalling == protocol::Signalling::kClear && !terms.allow_sdes_over_clear;
}

/// Whether a leg that was encrypted may become plain because its peer says so. Only
/// where the policy never promised more than an attempt and the hop's signalling could not be
/// changed under way.
[[nodiscard]] constexpr bool may_downgrade(const Terms& terms) noexcept {
  return terms.policy == protocol::Policy::kOff ||
         (terms.policy == protocol::Policy::kOpportunistic && terms.signalling == protocol::Signalling::kEncrypted);
}

}  // namespace osrtp::negotiate
