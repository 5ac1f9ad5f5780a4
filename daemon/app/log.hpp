#pragma once

#include <string>
#include <string_view>

#include "base/log.hpp"

namespace osrtp::app {

/// `line` in printable ASCII: everything else, and the backslash, as \xNN. What a peer has sent
/// can then neither begin a line of its own nor command a terminal.
[[nodiscard]] std::string escaped(std::string_view line);

/// Whether standard error is the journal, which stamps lines itself and reads a priority
/// from "<N>" before them (sd-daemon(3)).
[[nodiscard]] bool stderr_is_journal();

/// Lines at `least` and above to standard error: "TIME LEVEL LINE", or for the journal.
[[nodiscard]] LogSink stderr_log(LogLevel least);

/// One sentence to standard error, for what ends the process before it has a log.
void complain(std::string_view program, std::string_view sentence);

}  // namespace osrtp::app
