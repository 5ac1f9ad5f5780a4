#pragma once

#include <cstdint>
#include <string_view>

namespace osrtp::module {

struct SipKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

/// SipHash-2-4 (Aumasson and Bernstein, 2012). The same on all machines for the same key; under a secret one nobody
/// outside can choose texts that meet.
[[nodiscard]] std::uint64_t siphash(std::string_view text, SipKey key = {}) noexcept;

}  // namespace osrtp::module
