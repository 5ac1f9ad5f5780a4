#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace osrtp {

enum class Base64Error : std::uint8_t {
  kGarbage,  // an octet outside the alphabet, or a length or padding that nothing encodes to
  kTooLong,  // more octets than there is room for
};

/// Octets to RFC 4648 §4 base64, always padded.
[[nodiscard]] std::string encode_base64(ByteView octets);

/// RFC 4648 §4 base64 to octets, written to the front of `out`: key material never
/// passes through memory that its reader does not own. Padding may be whole or wholly
/// absent (RFC 4568 §6.1 discards it), never partial. No white space. Unused bits
/// of the last character may be anything: phones leave them set, and the octets are no
/// less clear for it.
/// @return how many octets were written. After an error `out` holds rubbish
[[nodiscard]] Result<std::size_t, Base64Error> decode_base64_into(std::string_view text, ByteSpan out) noexcept;

/// The same, for what is no secret.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text);

}  // namespace osrtp
