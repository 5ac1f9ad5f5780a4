#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "module/osrtp_abi.h"
#include "protocol/event.hpp"
#include "protocol/message.hpp"
#include "protocol/security.hpp"

namespace osrtp::module {

/// What a call came to: of its query, or of the command that ended it.
struct Totals {
  std::uint64_t packets = 0;        // received from both sides and sent on
  std::uint64_t authenticated = 0;  // received and verified under a leg's keys
  std::uint64_t dropped = 0;
  std::uint64_t seconds = 0;  // whole ones, since its first offer

  friend bool operator==(const Totals&, const Totals&) = default;
};

/// What came of one command.
struct Outcome {
  osrtp_code code = OSRTP_DONE;
  std::string error;   // the daemon's error code, or "unreachable", "bad-option", ...
  std::string reason;  // the same for people
  std::string sdp;     // to put in place of the message's; empty: none
  std::string node;    // who answered
  std::vector<protocol::LegSecurity> security;
  std::vector<std::string> warnings;
  std::optional<Totals> totals;
  std::optional<protocol::Event> event;  // of a node, which nobody has asked for
};

/// Of several m-lines the least protected speaks for the leg. @return nullptr: it has none
[[nodiscard]] const protocol::LegSecurity* weakest(const std::vector<protocol::LegSecurity>& security,
                                                   protocol::Leg leg);

[[nodiscard]] Outcome failure(osrtp_code code, std::string_view error, std::string reason);
/// What a reply of the daemon means. An SDP that rejects all media, since keying failed on every line, is
/// `keys-refused` and goes out all the same, so that nothing can flow past the relay.
[[nodiscard]] Outcome outcome_of(protocol::Reply reply);

/// The inner names of $osrtp(...).
enum class Fact : std::uint8_t {
  kCode,  // what the function returned
  kError,
  kReason,
  kWarnings,  // parted by "; "
  kNode,
  kSdp,
  kEncrypted,    // both, caller, callee or none
  kCallerState,  // of several m-lines the least protected speaks for the leg
  kCallerSuite,
  kCallerReason,  // why it is not encrypted, or failed
  kCalleeState,
  kCalleeSuite,
  kCalleeReason,
  kPackets,
  kAuthenticated,
  kDropped,
  kSeconds,
  kEvent,  // its name; those behind it are null without one
  kEventCallId,
  kEventFromTag,
  kEventToTag,
  kEventLeg,
  kEventMedia,
  kEventState,
  kEventReason,
};

inline constexpr std::array<std::string_view, 25> kFactNames{
    "code",          "error",        "reason",        "warnings",     "node",         "sdp",           "encrypted",
    "caller.state",  "caller.suite", "caller.reason", "callee.state", "callee.suite", "callee.reason", "packets",
    "authenticated", "dropped",      "seconds",       "event",        "event.callid", "event.fromtag", "event.totag",
    "event.leg",     "event.media",  "event.state",   "event.reason"};

[[nodiscard]] std::optional<Fact> fact_named(std::string_view text) noexcept;

/// @return nothing: there is nothing to tell
[[nodiscard]] std::optional<std::string> fact(const Outcome& outcome, Fact fact);

}  // namespace osrtp::module
