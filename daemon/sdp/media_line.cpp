#include "sdp/media_line.hpp"

#include "sdp/words.hpp"

namespace osrtp::sdp {

std::string media_line(std::string_view value, std::uint16_t port, std::string_view proto) {
  std::string_view rest = value;
  const std::string_view kind = next_word(rest, " ");
  (void)next_word(rest, " ");
  const std::string_view written = next_word(rest, " ");
  std::string line = "m=" + std::string(kind) + " " + std::to_string(port) + " ";
  line += proto.empty() ? written : proto;
  // Behind the proto's own end, so that odd spacing among the formats survives.
  return line + std::string(rest);
}

}  // namespace osrtp::sdp
