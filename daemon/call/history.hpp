#pragma once

#include <cstddef>
#include <span>

#include "call/party.hpp"
#include "negotiate/terms.hpp"
#include "sdp/media.hpp"

namespace osrtp::call {

/// Whether a stream without keys is a downgrade: docs/negotiation.md, "A leg that comes without keys". It is where SRTP
/// has run on it, and where it takes the place of one of its kind that is given up in the same SDP, on which SRTP has
/// run: on another m-line it is the same sound.
/// @param party whose SDP it is; null: it is new
/// @param said  that SDP, by stream
/// @param n     the stream, below said.size()
[[nodiscard]] negotiate::History history_of(const Party* party, std::span<const sdp::Media> said, std::size_t n);

}  // namespace osrtp::call
