#pragma once

#include <string_view>

namespace osrtp::bench {

/// Says on standard error what has failed, with errno's text where there is one, and ends the process with status 2.
[[noreturn]] void die(std::string_view what);

}  // namespace osrtp::bench
