#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Who begins a DTLS handshake, and which association an exchange speaks of.
namespace osrtp::sdp {

/// RFC 4145 §4, as RFC 5763 §5 and RFC 8842 §5 use it. Of the writer, not of the reader.
enum class SetupRole : std::uint8_t {
  kActpass,   // either; in offers
  kActive,    // sends the ClientHello
  kPassive,   // waits for it
  kHoldconn,  // never with DTLS (RFC 8842 §5.1)
};

[[nodiscard]] std::string_view name(SetupRole role) noexcept;

/// What follows "a=setup:". Nothing: no such role.
[[nodiscard]] std::optional<SetupRole> parse_setup(std::string_view value) noexcept;

/// What follows "a=tls-id:" (RFC 8842 §4). Nothing: not 20 to 255 of the characters that it may have. Borrows `value`.
[[nodiscard]] std::optional<std::string_view> parse_tls_id(std::string_view value) noexcept;

}  // namespace osrtp::sdp
