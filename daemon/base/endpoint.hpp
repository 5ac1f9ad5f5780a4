#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong.hpp"

namespace osrtp {

enum class Family : std::uint8_t { kIpv4, kIpv6 };

/// An IPv4 or IPv6 address, by value. Never a name.
class IpAddress {
 public:
  /// 0.0.0.0
  constexpr IpAddress() noexcept = default;

  /// Dotted decimal or RFC 4291 text, without brackets, scope or port.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] static constexpr IpAddress from_v4(std::array<std::uint8_t, 4> octets) noexcept {
    IpAddress a;
    for (std::size_t i = 0; i < 4; ++i) a.octets_[i] = octets[i];
    return a;
  }
  [[nodiscard]] static constexpr IpAddress from_v6(std::array<std::uint8_t, 16> octets) noexcept {
    IpAddress a;
    a.family_ = Family::kIpv6;
    a.octets_ = octets;
    return a;
  }

  [[nodiscard]] constexpr Family family() const noexcept { return family_; }
  /// Network byte order; IPv4 uses the first four octets, the rest are zero.
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& octets() const noexcept { return octets_; }
  /// 0.0.0.0 or ::, which in SDP means "hold" (RFC 3264 §8.4).
  [[nodiscard]] constexpr bool is_unspecified() const noexcept { return octets_ == std::array<std::uint8_t, 16>{}; }
  /// 127.0.0.0/8 or ::1.
  [[nodiscard]] bool is_loopback() const noexcept;
  /// One host's: not unspecified, multicast, broadcast or reserved. An IPv4 address inside an IPv6 one
  /// (::ffff:0:0/96) counts as what it is.
  [[nodiscard]] bool is_unicast() const noexcept;
  /// 10/8, 172.16/12, 192.168/16, 100.64/10 or fc00::/7: nobody's outside its network (RFC 1918, 6598, 4193).
  [[nodiscard]] bool is_private() const noexcept;
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) noexcept = default;

 private:
  Family family_ = Family::kIpv4;
  std::array<std::uint8_t, 16> octets_{};
};

/// Where a datagram comes from or goes to.
struct Endpoint {
  IpAddress address;
  Port port;

  /// "192.0.2.1:4000" or "[2001:db8::1]:4000".
  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) noexcept = default;
};

}  // namespace osrtp

template <>
struct std::hash<osrtp::Endpoint> {
  std::size_t operator()(const osrtp::Endpoint& e) const noexcept;
};
