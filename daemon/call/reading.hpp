#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "protocol/message.hpp"
#include "sdp/media.hpp"
#include "sdp/text.hpp"

namespace osrtp::call {

/// Each m-line costs four sockets, or is the other line of one that does; more than these is no call.
inline constexpr std::size_t kMaxMedia = 16;

/// Reads a body and all its m-lines, which borrow `text`.
/// @return what is wrong with it; then neither is of use
[[nodiscard]] std::optional<protocol::Error> read_sdp(std::string_view body, std::optional<sdp::Text>& text,
                                                      std::vector<sdp::Media>& media);

}  // namespace osrtp::call
