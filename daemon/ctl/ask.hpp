#pragma once

#include <string>

#include "base/result.hpp"
#include "io/address.hpp"
#include "protocol/message.hpp"

namespace osrtp::ctl {

/// Sends `request` and waits for the reply, asking again where a datagram may have been lost.
/// @return the reply's dictionary, or in words why there is none.
[[nodiscard]] Result<std::string, std::string> ask(const io::ControlAddress& server, const protocol::Request& request);

}  // namespace osrtp::ctl
