#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "negotiate/two_lines.hpp"
#include "sdp/media.hpp"
#include "sdp/text.hpp"

/// Which m-lines of an offer are one stream: fold_offer() says when. Inside negotiate/ only.
namespace osrtp::negotiate {

struct Pairing {
  Layout layout;                                  // of a pair both lines are active or as they were
  std::vector<std::optional<std::size_t>> mates;  // by m-line: the other of the two
};

[[nodiscard]] Pairing pair_lines(const sdp::Text& text, const std::vector<sdp::Media>& media, const Layout& before);

}  // namespace osrtp::negotiate
