#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/message.hpp"

/// What becomes of the words that clients of the NG protocol use. Inside protocol/ only.
namespace osrtp::protocol {

/// `word` with a hyphen for each space: NG writes most words either way.
[[nodiscard]] std::string hyphened(std::string_view word);
[[nodiscard]] std::string lower(std::string_view word);

enum class Effect : std::uint8_t {
  kGiven,    // done, or done anyway, or nothing that changes what is relayed: no reason for a warning
  kNone,     // NG knows the word, and here it does nothing
  kUnknown,  // not NG's
};

/// Of a key of a request that nobody reads, in any spelling.
[[nodiscard]] Effect effect_of_key(std::string_view key);
/// Of an entry of `flags`.
[[nodiscard]] Effect effect_of_flag(std::string_view flag);
/// Of an entry of `replace`.
[[nodiscard]] Effect effect_of_replacement(std::string_view entry);

/// Values of `DTLS` and `ICE`, in any case and spelling. Nothing: not NG's.
[[nodiscard]] std::optional<DtlsWish> dtls_wish_named(std::string_view value);
[[nodiscard]] std::optional<IceWish> ice_wish_named(std::string_view value);
/// The spelling to write.
[[nodiscard]] std::string_view name(DtlsWish wish) noexcept;
[[nodiscard]] std::string_view name(IceWish wish) noexcept;

}  // namespace osrtp::protocol
