#pragma once

#include <string>
#include <string_view>

namespace osrtp {

/// `text` in printable ASCII: everything else, and the backslash, as \xNN. What a peer has sent
/// can then neither begin a line of its own nor command a terminal.
[[nodiscard]] std::string escaped(std::string_view text);

/// A name from outside as one word of a log line: what is not printable, a space or a quote is `?`, and at most 200
/// octets count.
[[nodiscard]] std::string printable(std::string_view name);

}  // namespace osrtp
