#include "call/reading.hpp"

#include <string>
#include <utility>

namespace osrtp::call {
namespace {

protocol::Error bad_sdp(std::string_view why) {
  return {protocol::ErrorCode::kBadSdp, "Failed to parse SDP: " + std::string(why), {}};
}

}  // namespace

std::optional<protocol::Error> read_sdp(std::string_view body, std::optional<sdp::Text>& text,
                                        std::vector<sdp::Media>& media) {
  media.clear();
  auto parsed = sdp::Text::parse(body);
  if (!parsed) return bad_sdp(describe(parsed.error()));
  text = *std::move(parsed);
  for (std::size_t n = 0; n < text->media_count(); ++n) {
    auto read = sdp::read_media(*text, n);
    if (!read) return bad_sdp(describe(read.error()));
    media.push_back(*std::move(read));
  }
  return std::nullopt;
}

}  // namespace osrtp::call
