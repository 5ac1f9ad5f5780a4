#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace osrtp {

using Digest128 = std::array<std::uint64_t, 2>;

/// SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012): who does not know the key cannot make two texts of one
/// digest. @param key as two little-endian halves
/// @return the same: the reference's sixteen octets are these two numbers, little-endian
[[nodiscard]] Digest128 siphash(const std::array<std::uint64_t, 2>& key, std::string_view octets) noexcept;

}  // namespace osrtp
