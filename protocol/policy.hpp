#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace osrtp::protocol {

/// What a leg may be. A promise about the leg, not a wish: no message of the
/// dialog can lower it.
enum class Policy : std::uint8_t {
  kOff,            // never SRTP
  kOpportunistic,  // RFC 8643: keys in RTP/AVP, plain RTP where the peer declines
  kPrefer,         // the secure profile first, then opportunistic, then plain
  kRequire,        // secure or no call
};

inline constexpr std::array<std::string_view, 4> kPolicyNames{"off", "opportunistic", "prefer", "require"};

[[nodiscard]] constexpr std::string_view name(Policy policy) noexcept {
  return kPolicyNames[static_cast<std::size_t>(policy)];
}
[[nodiscard]] constexpr std::optional<Policy> policy_named(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kPolicyNames.size(); ++i) {
    if (kPolicyNames[i] == text) return static_cast<Policy>(i);
  }
  return std::nullopt;
}

/// How a leg's SIP hop is carried. SDES keys may only travel over an encrypted
/// one (RFC 8643 §4).
enum class Signalling : std::uint8_t { kUnknown, kEncrypted, kClear };

inline constexpr std::array<std::string_view, 3> kSignallingNames{"unknown", "encrypted", "clear"};

[[nodiscard]] constexpr std::string_view name(Signalling signalling) noexcept {
  return kSignallingNames[static_cast<std::size_t>(signalling)];
}
[[nodiscard]] constexpr std::optional<Signalling> signalling_named(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kSignallingNames.size(); ++i) {
    if (kSignallingNames[i] == text) return static_cast<Signalling>(i);
  }
  return std::nullopt;
}

/// What is at the other end of a leg.
enum class Peer : std::uint8_t {
  kSip,     // a phone, a gateway, another proxy
  kWebrtc,  // a browser: DTLS-SRTP in UDP/TLS/RTP/SAVPF, ICE and rtcp-mux, and nothing else
};

inline constexpr std::array<std::string_view, 2> kPeerNames{"sip", "webrtc"};

[[nodiscard]] constexpr std::string_view name(Peer peer) noexcept { return kPeerNames[static_cast<std::size_t>(peer)]; }
[[nodiscard]] constexpr std::optional<Peer> peer_named(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kPeerNames.size(); ++i) {
    if (kPeerNames[i] == text) return static_cast<Peer>(i);
  }
  return std::nullopt;
}

/// How many m-lines an RTP stream has in what we offer to a peer.
enum class Shape : std::uint8_t {
  kOneLine,
  kTwoLines,  // RTP/SAVP with keys and RTP/AVP without, of which the peer takes one: for phones that know SDES in no
              // other profile, and still talk without
};

inline constexpr std::array<std::string_view, 2> kShapeNames{"one-line", "two-lines"};

[[nodiscard]] constexpr std::string_view name(Shape shape) noexcept {
  return kShapeNames[static_cast<std::size_t>(shape)];
}
[[nodiscard]] constexpr std::optional<Shape> shape_named(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kShapeNames.size(); ++i) {
    if (kShapeNames[i] == text) return static_cast<Shape>(i);
  }
  return std::nullopt;
}

/// The RTP profile of an m-line (RFC 3551, 4585, 3711, 5124, 5764).
enum class Profile : std::uint8_t {
  kRtpAvp,
  kRtpAvpf,
  kRtpSavp,
  kRtpSavpf,
  kUdpTlsRtpSavp,
  kUdpTlsRtpSavpf,
  kOther,  // not RTP, or nothing we know: relayed as it comes
};

inline constexpr std::array<std::string_view, 6> kProfileNames{"RTP/AVP",   "RTP/AVPF",         "RTP/SAVP",
                                                               "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"};

/// Not for kOther, which has no name of its own.
[[nodiscard]] constexpr std::string_view name(Profile profile) noexcept {
  return profile == Profile::kOther ? std::string_view{} : kProfileNames[static_cast<std::size_t>(profile)];
}
/// Any case (RFC 4566 gives none; NG clients and odd phones use both).
[[nodiscard]] Profile profile_named(std::string_view text) noexcept;

[[nodiscard]] constexpr bool is_rtp(Profile p) noexcept { return p != Profile::kOther; }
/// One of the SAVP profiles: plain RTP is then no legal answer (RFC 8643 §3, OSRTP-9).
[[nodiscard]] constexpr bool is_secure(Profile p) noexcept { return p >= Profile::kRtpSavp && p != Profile::kOther; }
/// A profile whose keys come from DTLS (RFC 5764 §8): never from SDES.
[[nodiscard]] constexpr bool is_dtls(Profile p) noexcept {
  return p == Profile::kUdpTlsRtpSavp || p == Profile::kUdpTlsRtpSavpf;
}
/// A profile with feedback (RFC 4585, RFC 5124).
[[nodiscard]] constexpr bool has_feedback(Profile p) noexcept {
  return p == Profile::kRtpAvpf || p == Profile::kRtpSavpf || p == Profile::kUdpTlsRtpSavpf;
}
/// A profile of keys in the SDP: RTP/SAVP(F).
[[nodiscard]] constexpr bool is_sdes(Profile p) noexcept { return is_secure(p) && !is_dtls(p); }
/// The same without encryption: RTP/AVP(F).
[[nodiscard]] constexpr Profile plain_of(Profile p) noexcept {
  return has_feedback(p) ? Profile::kRtpAvpf : Profile::kRtpAvp;
}

}  // namespace osrtp::protocol
