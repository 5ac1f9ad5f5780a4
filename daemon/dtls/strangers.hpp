#pragma once

#include <chrono>
#include <optional>

#include "base/endpoint.hpp"
#include "base/time.hpp"

/// What keeps strangers from costing more than they are worth.
namespace osrtp::dtls {

/// Associations that strangers may open at one component: some at once, then one after each kStrangerInterval.
inline constexpr int kStrangerBurst = 4;
inline constexpr std::chrono::milliseconds kStrangerInterval{500};

/// What one host can have: its IPv4 address, or the /64 of its IPv6 one, with the rest zero.
[[nodiscard]] IpAddress network_of(const IpAddress& address) noexcept;

/// A token bucket. Its last token is not for the network that took the one before, so that one host alone, however
/// fast it is, leaves one for a peer behind a NAT.
class StrangerLimit {
 public:
  /// Whether one from there may open an association now; if so, it counts.
  [[nodiscard]] bool admits(const IpAddress& from, TimePoint now);

 private:
  TimePoint full_at_{};
  std::optional<IpAddress> last_{};  // a network
};

}  // namespace osrtp::dtls
