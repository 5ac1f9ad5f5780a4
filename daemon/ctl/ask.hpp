#pragma once

#include <string>

#include "base/result.hpp"
#include "ctl/arguments.hpp"

namespace osrtp::ctl {

/// Sends the request and waits for the reply, asking again where a datagram may have been lost.
/// @return the reply's dictionary, or in words why there is none.
[[nodiscard]] Result<std::string, std::string> ask(const Arguments& arguments);

}  // namespace osrtp::ctl
