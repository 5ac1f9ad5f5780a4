#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/security.hpp"

/// What a daemon tells its subscribers of running calls; docs/protocol.md, "Events", is the specification.
namespace osrtp::protocol {

enum class EventKind : std::uint8_t {
  kDowngrade,  // a leg that was encrypted is plain now, by a renegotiation that its policy allows
  kFailed,     // the handshake for a leg's keys has failed, which no reply could tell
  kSilent,     // a leg's peer sends nothing any more
};

inline constexpr std::array<std::string_view, 3> kEventNames{"downgrade", "failed", "silent"};

[[nodiscard]] constexpr std::string_view name(EventKind kind) noexcept {
  return kEventNames[static_cast<std::size_t>(kind)];
}

/// Of one m-line of one leg.
struct Event {
  EventKind kind = EventKind::kSilent;
  std::string call_id;
  std::string from_tag;  // the caller's, whoever has sent the last offer
  std::string to_tag;    // the callee's
  Leg leg = Leg::kCaller;
  std::size_t media = 0;  // nth stream, from 0, as in LegSecurity
  SecurityState state = SecurityState::kPending;
  std::optional<Reason> reason;

  friend bool operator==(const Event&, const Event&) = default;
};

/// The dictionary only. Octets that are not UTF-8 leave as U+FFFD.
[[nodiscard]] std::string encode_event(const Event& event);
/// @return nothing: a reply, an event of a newer daemon's, or garbage. A reason that is not known is left out.
[[nodiscard]] std::optional<Event> decode_event(std::string_view json);

}  // namespace osrtp::protocol
