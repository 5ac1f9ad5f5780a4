#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace osrtp::protocol {

/// How one m-line of one leg is protected. A closed list.
enum class SecurityState : std::uint8_t {
  kPlain,
  kSrtpSdes,
  kSrtpDtls,
  kPending,  // keys offered or being negotiated: nothing is relayed yet
  kFailed,   // was to be secure and is not: nothing is relayed
  kZrtpPassthrough,
  kNotRtp,
};

inline constexpr std::array<std::string_view, 7> kSecurityStateNames{
    "plain", "srtp-sdes", "srtp-dtls", "pending", "failed", "zrtp-passthrough", "not-rtp"};

[[nodiscard]] constexpr std::string_view name(SecurityState state) noexcept {
  return kSecurityStateNames[static_cast<std::size_t>(state)];
}

/// By keys of the leg's own: ZRTP's are the phones'.
[[nodiscard]] constexpr bool is_encrypted(SecurityState state) noexcept {
  return state == SecurityState::kSrtpSdes || state == SecurityState::kSrtpDtls;
}

/// Why a leg is not encrypted, or has failed. A closed list.
enum class Reason : std::uint8_t {
  kPolicyOff,
  kPeerDidNotOffer,
  kPeerDeclined,
  kNoCommonSuite,
  kBadCryptoAttribute,
  kSignallingClear,
  kAmbiguousAnswer,
  kUnsolicitedKeys,
  kWeakFingerprint,
  kFingerprintMismatch,
  kDtlsTimeout,
  kDtlsAlert,
  kMediaRejected,
  kDowngradeRefused,
  kNotRtp,
};

inline constexpr std::array<std::string_view, 15> kReasonNames{
    "policy-off",       "peer-did-not-offer", "peer-declined",    "no-common-suite",   "bad-crypto-attribute",
    "signalling-clear", "ambiguous-answer",   "unsolicited-keys", "weak-fingerprint",  "fingerprint-mismatch",
    "dtls-timeout",     "dtls-alert",         "media-rejected",   "downgrade-refused", "not-rtp"};

[[nodiscard]] constexpr std::string_view name(Reason reason) noexcept {
  return kReasonNames[static_cast<std::size_t>(reason)];
}

enum class Leg : std::uint8_t { kCaller, kCallee };

[[nodiscard]] constexpr std::string_view name(Leg leg) noexcept { return leg == Leg::kCaller ? "caller" : "callee"; }
[[nodiscard]] constexpr std::optional<Leg> leg_named(std::string_view text) noexcept {
  if (text == name(Leg::kCaller)) return Leg::kCaller;
  return text == name(Leg::kCallee) ? std::optional(Leg::kCallee) : std::nullopt;
}
[[nodiscard]] constexpr Leg other(Leg leg) noexcept { return leg == Leg::kCaller ? Leg::kCallee : Leg::kCaller; }

/// The proof for one m-line of one leg, as it goes into replies.
struct LegSecurity {
  Leg leg = Leg::kCaller;
  std::size_t media = 0;  // nth m-line, from 0
  SecurityState state = SecurityState::kPending;
  std::string suite;                             // registered name, empty when not encrypted
  std::optional<Reason> reason;                  // where not encrypted, or failed
  std::uint64_t authenticated_packets = 0;       // received and verified under the leg's keys
  std::uint64_t relayed_packets = 0;             // received from this leg and sent on
  std::map<std::string, std::uint64_t> dropped;  // by reason; only those that occurred
  std::int64_t since = 0;                        // Unix seconds at which `state` began
  std::uint64_t lost_packets = 0;                // RTP that by its sequence numbers never came from this leg

  friend bool operator==(const LegSecurity&, const LegSecurity&) = default;
};

}  // namespace osrtp::protocol
