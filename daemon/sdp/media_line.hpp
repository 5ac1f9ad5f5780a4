#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace osrtp::sdp {

/// "audio 49170/2 RTP/AVP 0 8" with another port and proto, as a whole line: "m=audio 0 RTP/AVP 0 8". What stands
/// behind the proto stays as written. An empty `proto` keeps that too. `value` is one that read_media() has read.
[[nodiscard]] std::string media_line(std::string_view value, std::uint16_t port, std::string_view proto);

}  // namespace osrtp::sdp
