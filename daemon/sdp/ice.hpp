#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"

/// What SDP says of ICE (RFC 8839).
namespace osrtp::sdp {

/// RFC 8445 §5.1.1.
enum class CandidateKind : std::uint8_t { kHost, kServerReflexive, kPeerReflexive, kRelayed };

/// A UDP candidate with an IP address. Those over TCP and those behind a name (mDNS) are nothing to a relay.
struct Candidate {
  std::uint16_t component = 1;  // 1: RTP, 2: RTCP; up to 256
  std::uint32_t priority = 1;   // 1 to 2^31 - 1
  Endpoint endpoint;
  CandidateKind kind = CandidateKind::kHost;

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// More than these of one section are not looked at.
inline constexpr std::size_t kMaxCandidates = 32;

/// ICE as one section has it, session level included. Views borrow the Text.
struct Ice {
  std::string_view ufrag;
  std::string_view password;  // a secret: never log it
  bool lite = false;          // the peer is a lite agent
  std::vector<Candidate> candidates;
};

/// RFC 8839 §5.4: 4 to 256 ice-chars.
[[nodiscard]] bool is_ufrag(std::string_view text) noexcept;
/// RFC 8839 §5.4: 22 to 256 ice-chars.
[[nodiscard]] bool is_ice_password(std::string_view text) noexcept;

/// What follows "a=candidate:" (RFC 8839 §5.1). Nothing: malformed, not UDP, no IP address, or port 0.
[[nodiscard]] std::optional<Candidate> parse_candidate(std::string_view value);

/// The whole line, "a=candidate:1 1 UDP 2130706431 192.0.2.1 30000 typ host". Not for relayed and reflexive
/// ones, which would need a base.
/// @param foundation one for all candidates of one address (RFC 8445 §5.1.1.3): 1 to 32 ice-chars
[[nodiscard]] std::string format_candidate(const Candidate& candidate, std::string_view foundation);

}  // namespace osrtp::sdp
