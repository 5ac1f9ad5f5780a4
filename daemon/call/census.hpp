#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/duration_counts.hpp"
#include "base/suite.hpp"
#include "protocol/event.hpp"
#include "protocol/security.hpp"
#include "relay/counters.hpp"

/// What is counted of all calls, as it goes: nobody has to walk over them to know. What counts something that happens
/// never goes back, when a call ends neither.
namespace osrtp::call {

/// How calls end. A closed list.
enum class Ending : std::uint8_t { kDeleted, kHalfOpenTimeout, kMediaTimeout, kKeyingFailed, kShutdown };
inline constexpr std::array<std::string_view, 5> kEndingNames{"deleted", "half-open-timeout", "media-timeout",
                                                              "keying-failed", "shutdown"};
[[nodiscard]] constexpr std::string_view name(Ending ending) noexcept {
  return kEndingNames[static_cast<std::size_t>(ending)];
}

/// How a whole call is protected: all m-lines of both legs, but for those that were rejected and those that are no RTP.
enum class Standing : std::uint8_t {
  kPending,    // not answered, or keys are still to come
  kEncrypted,  // all
  kPartly,     // some, or one leg of two
  kPlain,      // none
  kFailed,     // one that was to be, and is not
};
inline constexpr std::array<std::string_view, 5> kStandingNames{"pending", "encrypted", "partly", "plain", "failed"};
[[nodiscard]] constexpr std::string_view name(Standing standing) noexcept {
  return kStandingNames[static_cast<std::size_t>(standing)];
}

/// One m-line of one leg.
struct LegStanding {
  protocol::Leg leg = protocol::Leg::kCaller;
  protocol::SecurityState state = protocol::SecurityState::kPending;
  std::optional<Suite> suite{};
  std::optional<protocol::Reason> reason{};

  friend bool operator==(const LegStanding&, const LegStanding&) = default;
};
[[nodiscard]] Standing standing_of(const std::vector<LegStanding>& legs);

/// What has gone through a leg.
struct Traffic {
  relay::Tally received_rtp;  // from the peer, and relayed
  relay::Tally received_rtcp;
  relay::Tally sent_rtp;  // to the peer
  relay::Tally sent_rtcp;
  std::uint64_t authenticated = 0;
  std::array<std::uint64_t, relay::kDropCount> dropped{};

  friend bool operator==(const Traffic&, const Traffic&) = default;
};
[[nodiscard]] Traffic traffic_of(const relay::LegCounters& counters);

/// From the relay's first DTLS datagram on a leg until its keys are there.
inline constexpr DurationBounds<11> kHandshakeBounds{
    std::chrono::milliseconds(25),   std::chrono::milliseconds(50),    std::chrono::milliseconds(100),
    std::chrono::milliseconds(200),  std::chrono::milliseconds(400),   std::chrono::milliseconds(800),
    std::chrono::milliseconds(1500), std::chrono::milliseconds(3000),  std::chrono::milliseconds(6000),
    std::chrono::milliseconds(9000), std::chrono::milliseconds(15000),
};

/// The numbers. By enumerators; a reason's last place is for none.
struct Census {
  static constexpr std::size_t kStates = protocol::kSecurityStateNames.size();
  static constexpr std::size_t kReasons = protocol::kReasonNames.size();
  using ByReason = std::array<std::uint64_t, kReasons + 1>;
  using BySuite = std::array<std::uint64_t, kSuites.size()>;
  using ByStanding = std::array<std::uint64_t, kStandingNames.size()>;

  // Now.
  ByStanding calls{};
  std::array<std::array<std::uint64_t, kStates>, 2> legs{};  // by leg
  BySuite sdes{};
  BySuite dtls{};
  ByReason plain{};
  ByReason failed{};

  // Since start.
  std::uint64_t begun = 0;
  std::array<ByStanding, kEndingNames.size()> ended{};
  std::array<std::uint64_t, protocol::kEventNames.size()> events{};
  DurationCounts<kHandshakeBounds.size()> handshakes{};  // that have made keys
  std::array<std::uint64_t, kReasons> failed_handshakes{};
  std::array<Traffic, 2> traffic{};  // by leg

  friend bool operator==(const Census&, const Census&) = default;
};

/// A call's m-lines stand like this from now on, or no more.
void enter(Census& census, const std::vector<LegStanding>& legs);
void leave(Census& census, const std::vector<LegStanding>& legs);

/// Adds what has come since `seen`, which becomes `now`.
void add_new(Traffic& total, Traffic& seen, const Traffic& now);

}  // namespace osrtp::call
