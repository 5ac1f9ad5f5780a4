#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/suite.hpp"

namespace osrtp::bench {

/// How a phone protects its media.
enum class Protection : std::uint8_t {
  kPlain,
  kSdes,
  kDtls,  // the phone begins the handshake
};

/// What the two phones of every call of a run are.
struct Profile {
  std::string_view name;
  Protection caller;
  Protection callee;
  // Of a leg that is not plain. Where both are, they differ: with one suite on both legs rtpengine leaves the caller's
  // key in the offer, and passes packets on as they are.
  Suite caller_suite;
  Suite callee_suite;

  [[nodiscard]] constexpr bool has_dtls() const noexcept { return caller == Protection::kDtls; }
};

inline constexpr std::array<Profile, 6> kProfiles{{
    {"plain-plain", Protection::kPlain, Protection::kPlain, Suite::kAesCm128HmacSha1_80, Suite::kAesCm128HmacSha1_80},
    {"sdes-plain", Protection::kSdes, Protection::kPlain, Suite::kAesCm128HmacSha1_80, Suite::kAesCm128HmacSha1_80},
    {"sdes-sdes", Protection::kSdes, Protection::kSdes, Suite::kAesCm128HmacSha1_80, Suite::kAesCm128HmacSha1_32},
    {"gcm-plain", Protection::kSdes, Protection::kPlain, Suite::kAeadAes256Gcm, Suite::kAeadAes256Gcm},
    {"gcm-gcm", Protection::kSdes, Protection::kSdes, Suite::kAeadAes256Gcm, Suite::kAeadAes128Gcm},
    {"dtls-plain", Protection::kDtls, Protection::kPlain, Suite::kAesCm128HmacSha1_80, Suite::kAesCm128HmacSha1_80},
}};

[[nodiscard]] constexpr std::optional<Profile> profile_named(std::string_view name) noexcept {
  for (const Profile& profile : kProfiles) {
    if (profile.name == name) return profile;
  }
  return std::nullopt;
}

}  // namespace osrtp::bench
