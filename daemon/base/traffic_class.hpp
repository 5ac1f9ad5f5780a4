#pragma once

#include <cstdint>
#include <optional>

namespace osrtp {

/// How the network is asked to treat what we send: the octet that is IPv4's TOS and IPv6's traffic class. A DSCP (RFC
/// 2474 §3) stands above two bits that are ECN's (RFC 3168 §5) and always 0 here: whoever sets them promises to
/// slow down when told of congestion, which a relay cannot do for its phones.
class TrafficClass {
 public:
  static constexpr std::uint8_t kEcnBits = 0x03;

  /// The two ECN bits are left out. Nothing: no octet.
  static constexpr std::optional<TrafficClass> from(std::int64_t octet) noexcept {
    if (octet < 0 || octet > 255) return std::nullopt;
    return TrafficClass(static_cast<std::uint8_t>(octet & ~static_cast<std::int64_t>(kEcnBits)));
  }
  /// Expedited forwarding (RFC 3246), what RFC 4594 §4.1 has for voice: DSCP 46.
  static constexpr TrafficClass expedited() noexcept { return TrafficClass(46U << 2U); }

  [[nodiscard]] constexpr std::uint8_t octet() const noexcept { return octet_; }
  friend constexpr bool operator==(TrafficClass, TrafficClass) noexcept = default;

 private:
  constexpr explicit TrafficClass(std::uint8_t octet) noexcept : octet_(octet) {}
  std::uint8_t octet_;
};

}  // namespace osrtp
