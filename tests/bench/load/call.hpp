#pragma once

#include <array>
#include <deque>
#include <string>

#include "bench/load/phone.hpp"

namespace osrtp::bench {

struct Call {
  std::string id;  // Call-ID
  std::array<Phone, 2> phones;

  [[nodiscard]] Phone& at(Side side) noexcept { return phones[static_cast<std::size_t>(side)]; }
};

/// Phones of call n: 2n and 2n + 1. Pointers to calls stay.
using Calls = std::deque<Call>;

[[nodiscard]] inline Call make_call(std::uint32_t n, std::string id, std::uint16_t port, const Profile& profile,
                                    const Identity* identity) {
  return {std::move(id),
          {Phone(2 * n, port, profile.caller, profile.caller_suite, identity),
           Phone(2 * n + 1, port, profile.callee, profile.callee_suite, identity)}};
}

}  // namespace osrtp::bench
