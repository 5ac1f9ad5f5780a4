#pragma once

#include <string_view>

namespace osrtp::bench {

/// Says on standard error what has failed, with the text of the system's error `code` unless it is 0, and ends the
/// process with status 2.
[[noreturn]] void die(std::string_view what, int code = 0);

}  // namespace osrtp::bench
