#pragma once

#include <string_view>

#include "base/log.hpp"

namespace osrtp::app {

/// Whether standard error is the journal, which stamps lines itself and reads a priority
/// from "<N>" before them (sd-daemon(3)).
[[nodiscard]] bool stderr_is_journal();

/// Lines at `least` and above to standard error, escaped: "TIME LEVEL LINE", or for the journal.
[[nodiscard]] LogSink stderr_log(LogLevel least);

/// One sentence to standard error, for what ends the process before it has a log.
void complain(std::string_view program, std::string_view sentence);

}  // namespace osrtp::app
