#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Octets against the text that JSON can carry (RFC 8259 §8.1: UTF-8). Inside protocol/ only.
namespace osrtp::protocol {

/// Octets of the character that `octets`, not empty, starts with; 0: it starts with none, or with NUL.
[[nodiscard]] std::size_t character_size(std::string_view octets) noexcept;

/// Whether JSON can carry `octets` as they are: UTF-8 (RFC 3629) without NUL, which C readers cut at.
[[nodiscard]] bool is_text(std::string_view octets) noexcept;

/// `octets` with U+FFFD for each octet that is no part of a text.
[[nodiscard]] std::string as_text(std::string_view octets);

}  // namespace osrtp::protocol
