#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace osrtp::relay {

/// Why a packet went no further. Counted, never logged per packet.
enum class Drop : std::uint8_t {
  kNotAnswered,     // no answer yet, on either leg: what the packet is cannot be known (OSRTP-36)
  kFailed,          // key management failed on this leg or the other (OSRTP-18)
  kHeld,            // the other side receives nothing just now
  kNotConnected,    // another branch has the call
  kNotKeyed,        // the handshake for the leg's keys, or its check for a path, is under way (DTLS-5, ICE-3)
  kUnknownKind,     // neither RTP nor RTCP (RFC 7983), or on the port of the other
  kMalformed,       // not a whole RTP or RTCP header
  kTooShort,        // too short to be SRTP or SRTCP: most often plain on an encrypted leg
  kAuthentication,  // wrong tag: plain, forged, or another key
  kReplay,          // seen before, or too old to tell (RFC 3711 §3.3.2)
  kKeyExpired,      // the key has protected as many packets as it may
  kTooManySsrcs,
  kWrongSource,  // not from where this leg's media comes
  kDuplicate,    // would repeat a keystream on the way out (RFC 3711 §9.1)
  kTooBig,       // no room for the tag
  kFeedback,     // for a leg whose profile has none (RFC 4585)
  kInternal,
};
inline constexpr std::size_t kDropCount = 17;

inline constexpr std::array<std::string_view, kDropCount> kDropNames{
    "not-answered", "failed",    "held",           "not-connected", "not-keyed",   "unknown-kind",
    "malformed",    "too-short", "authentication", "replay",        "key-expired", "too-many-ssrcs",
    "wrong-source", "duplicate", "too-big",        "feedback",      "internal"};

[[nodiscard]] constexpr std::string_view name(Drop drop) noexcept { return kDropNames[static_cast<std::size_t>(drop)]; }

struct Tally {
  std::uint64_t packets = 0;
  std::uint64_t octets = 0;  // whole UDP payloads

  friend bool operator==(const Tally&, const Tally&) = default;
};

/// One leg's numbers, from its peer's point of view. What arrived is in received_rtp,
/// received_rtcp or dropped, and in one of them only.
struct LegCounters {
  Tally received_rtp;  // from the peer, and relayed
  Tally received_rtcp;
  Tally sent_rtp;  // to the peer
  Tally sent_rtcp;
  std::uint64_t lost = 0;           // RTP that never came from the peer, by its sequence numbers
  std::uint64_t authenticated = 0;  // RTP and RTCP under the leg's keys, relayed or not
  std::array<std::uint64_t, kDropCount> dropped{};
  std::optional<TimePoint> last_received;  // of a packet from the leg's peer, relayed or not
  std::optional<Endpoint> rtp_source;      // where RTP goes now: signalled or learnt; not while held
  std::optional<Endpoint> rtcp_source;

  friend bool operator==(const LegCounters&, const LegCounters&) = default;
};

}  // namespace osrtp::relay
