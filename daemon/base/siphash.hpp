#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace osrtp {

struct SipKey {
  std::uint64_t first = 0;  // little-endian, as the reference reads its sixteen octets
  std::uint64_t second = 0;
};
using Digest128 = std::array<std::uint64_t, 2>;

/// SipHash-2-4 (Aumasson and Bernstein, 2012). The same on all machines for the same key; under a secret one nobody
/// outside can choose texts that meet.
[[nodiscard]] std::uint64_t siphash(std::string_view text, SipKey key = {}) noexcept;
/// The same with 128 bits, enough to stand for the text: two little-endian halves.
[[nodiscard]] Digest128 siphash128(std::string_view text, SipKey key) noexcept;

}  // namespace osrtp
