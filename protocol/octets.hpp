#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Octets against the text that JSON can carry (RFC 8259 §8.1: UTF-8). Inside protocol/ only.
namespace osrtp::protocol {

/// Whether JSON can carry `octets` as they are: UTF-8 (RFC 3629) without NUL, which C readers cut at.
[[nodiscard]] bool is_text(std::string_view octets) noexcept;

/// `octets` with U+FFFD for each octet that is no part of a text.
[[nodiscard]] std::string as_text(std::string_view octets);

/// RFC 4648 §4, padded.
[[nodiscard]] std::string to_base64(std::string_view octets);
/// Padded or not; nothing where there is any other octet, a wrong length, or a bit set behind the last octet.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace osrtp::protocol
