#pragma once

#include <string>

#include "base/result.hpp"

namespace osrtp::srtp {

/// Sends an RTP and an RTCP packet through every suite. Each must be unlike its plain
/// text on the wire, be refused with any octet of its end changed, and come back whole.
/// libsrtp's own self-tests never ask whether a forgery is refused.
/// @return what failed, for people
[[nodiscard]] Result<Done, std::string> self_test();

}  // namespace osrtp::srtp
