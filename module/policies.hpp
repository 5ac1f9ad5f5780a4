#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "protocol/policy.hpp"

namespace osrtp::module {

/// What has been said of a call's two legs. A leg of which nothing has been said has none.
struct Policies {
  std::optional<protocol::Policy> caller;
  std::optional<protocol::Policy> callee;

  static constexpr unsigned int kBits = 6;  // that bits() needs

  [[nodiscard]] constexpr std::uint8_t bits() const noexcept {
    return static_cast<std::uint8_t>(leg_bits(caller) << 3U | leg_bits(callee));
  }
  [[nodiscard]] static constexpr Policies of(std::uint8_t bits) noexcept { return {leg(bits >> 3U), leg(bits)}; }

  friend bool operator==(const Policies&, const Policies&) = default;

 private:
  [[nodiscard]] static constexpr unsigned int leg_bits(std::optional<protocol::Policy> policy) noexcept {
    return policy ? static_cast<unsigned int>(*policy) + 1 : 0;
  }
  [[nodiscard]] static constexpr std::optional<protocol::Policy> leg(unsigned int bits) noexcept {
    const unsigned int number = bits & 7U;
    if (number == 0 || number > protocol::kPolicyNames.size()) return std::nullopt;
    return static_cast<protocol::Policy>(number - 1);
  }
};

/// Leg by leg the stricter: off, opportunistic, prefer, require.
[[nodiscard]] constexpr Policies stricter(const Policies& a, const Policies& b) noexcept {
  return {std::max(a.caller, b.caller), std::max(a.callee, b.callee)};
}

}  // namespace osrtp::module
