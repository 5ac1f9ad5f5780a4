#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "protocol/message.hpp"

namespace osrtp::control {

/// A reply as JSON of at most `room` octets. What is not the answer itself goes first, and a warning says so:
/// other warnings, counters by reason, streams, then parties and Call-IDs from the end.
/// @return nothing: even the bare answer does not fit
[[nodiscard]] std::optional<std::string> encode_within(protocol::Reply reply, std::size_t room);

}  // namespace osrtp::control
