#pragma once

#include <string>
#include <string_view>

namespace osrtp {

/// A log line as one JSON object on a line: "call=x event=end caller.0=plain relayed=3" becomes
/// {"time":…,"level":…,"call":"x","event":"end","caller.0":"plain","caller.0.relayed":"3"}.
/// All values are texts, without the quotes that a text of several words has in the line. What follows a leg belongs to
/// it, and its key has the leg's before it. Words that are no key=value are "text". Of a key that comes twice the last
/// counts.
/// @param time empty: none
[[nodiscard]] std::string json_line(std::string_view time, std::string_view level, std::string_view line);

}  // namespace osrtp
