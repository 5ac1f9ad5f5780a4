#include "call/history.hpp"

#include "sdp/words.hpp"

namespace osrtp::call {
namespace {

using negotiate::History;

bool gives_up(std::span<const sdp::Media> said, std::size_t n) {
  return n >= said.size() || !said[n].port || said[n].carriage != sdp::Carriage::kRtp;
}

}  // namespace

History history_of(const Party* party, std::span<const sdp::Media> said, std::size_t n) {
  if (party == nullptr) return History::kNew;
  for (std::size_t other = 0; other < party->media.size(); ++other) {
    const LegMedia& media = party->media[other];
    if (!media.encrypted) continue;
    if (other == n || (sdp::same_word(media.kind, said[n].kind) && gives_up(said, other))) return History::kEncrypted;
  }
  return History::kNew;
}

}  // namespace osrtp::call
