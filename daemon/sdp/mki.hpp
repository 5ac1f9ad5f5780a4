#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

/// The MKI of a crypto line is a decimal number of up to 309 digits (RFC 4568 §6.1):
/// beyond every built-in integer.
namespace osrtp::sdp {

/// RFC 4568 §6.1, SDES-5.
inline constexpr std::size_t kMaxMkiSize = 128;

/// "1" in two octets is 00 01. Nothing where `digits` is not positive, has a leading zero or
/// does not fit into `size` octets.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> mki_from_decimal(std::string_view digits, std::size_t size);

[[nodiscard]] std::string mki_to_decimal(ByteView mki);

}  // namespace osrtp::sdp
