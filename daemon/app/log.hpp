#pragma once

#include <string_view>

#include "app/line_writer.hpp"
#include "base/log.hpp"

namespace osrtp::app {

/// Whether standard error is the journal, which stamps lines itself and reads a priority
/// from "<N>" before them (sd-daemon(3)).
[[nodiscard]] bool stderr_is_journal();

/// A sink of lines at `*least` and above, escaped: "TIME LEVEL LINE" or as JSON, or for the journal. They are stamped
/// when they are made and go to `writer`, which writes to standard error. Both are borrowed; the level may change
/// meanwhile.
[[nodiscard]] LogSink stderr_log(LogFormat format, const LogLevel* least, LineWriter& writer);

/// The line for stderr_log()'s writer that says how many could not be written: "event=log-lost lines=N".
[[nodiscard]] LineWriter::Confession stderr_confession(LogFormat format);

/// One sentence to standard error, for what ends the process before it has a log.
void complain(std::string_view program, std::string_view sentence);

}  // namespace osrtp::app
