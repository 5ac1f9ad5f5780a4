#pragma once

#include <string>
#include <string_view>

/// The words that clients of the NG protocol use and that have no effect here. Inside protocol/ only.
namespace osrtp::protocol {

/// `word` with a hyphen for each space: NG writes most words either way.
[[nodiscard]] std::string hyphened(std::string_view word);
[[nodiscard]] std::string lower(std::string_view word);

/// Says nothing about how media is relayed: needs no warning where it is ignored.
[[nodiscard]] bool is_harmless_key(std::string_view key);
/// A key that NG knows, in any spelling.
[[nodiscard]] bool is_ng_key(std::string_view key);
/// An entry of `flags` that NG knows.
[[nodiscard]] bool is_ng_flag(std::string_view flag);
/// An entry of `replace` that NG knows.
[[nodiscard]] bool is_ng_replacement(std::string_view entry);

}  // namespace osrtp::protocol
