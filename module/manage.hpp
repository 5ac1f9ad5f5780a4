#pragma once

#include <cstdint>

#include "module/osrtp_abi.h"

/// Which command, if any, a SIP message asks for (RFC 3261, 3262, 3264, 3311). Pure.
namespace osrtp::module {

enum class Action : std::uint8_t {
  kNothing,
  kNoSdp,       // asked for by name, and impossible
  kOffer,       // a request with an offer
  kAnswer,      // a reply with the answer
  kLateOffer,   // a reply with the offer that its INVITE left out
  kLateAnswer,  // the ACK or PRACK with the answer to that
  kConfirm,     // the 2xx without SDP: its answer came with a reliable provisional reply (RFC 3262)
  kDeleteCall,
  kDeleteBranch,  // one destination of several has refused
  kQuery,         // what is known of the call
};

[[nodiscard]] constexpr bool is_offer(Action action) noexcept {
  return action == Action::kOffer || action == Action::kLateOffer;
}

/// @return for OSRTP_MANAGE what RFC 3264's exchange is at; else what the verb says, told apart
/// by who sends the SDP.
[[nodiscard]] Action action_for(osrtp_verb verb, const osrtp_message& message) noexcept;

}  // namespace osrtp::module
