#include <utility>

#include "call/offering.hpp"
#include "call/reading.hpp"

// From the offerer's m-lines to streams, and from streams to the answerer's. The rest of Offering is in offering.cpp.
namespace osrtp::call {
namespace {

using protocol::ErrorCode;

constexpr std::size_t kMaxBranches = relay::kMaxLegs - 1;

protocol::Error too_many_lines() { return {ErrorCode::kBadSdp, "Too many m-lines", {}}; }

negotiate::Layout layout_of(const Party* party) { return party != nullptr ? party->layout : negotiate::Layout{}; }

}  // namespace

Offering::Outcome Offering::read() {
  if (roles_.branch == nullptr && call_.branches_.size() >= kMaxBranches) {
    return protocol::Error{ErrorCode::kTooManyCalls, "Too many branches", {}};
  }
  if (auto error = read_sdp(request_.sdp, text_, media_)) return error;
  if (media_.size() > kMaxMedia) return too_many_lines();
  return fold();
}

Offering::Outcome Offering::fold() {
  const Party* party = known(roles_.offerer);
  std::vector<negotiate::History> histories;
  for (std::size_t n = 0; party != nullptr && n < party->media.size(); ++n) {
    const bool encrypted = party->media[n].encrypted;
    histories.push_back(encrypted ? negotiate::History::kEncrypted : negotiate::History::kNew);
  }
  auto folded = negotiate::fold_offer(*text_, media_, layout_of(party), offerer_terms_, histories);
  exchange_.offerers_layout = std::move(folded.layout);
  kept_plain_ = std::move(folded.kept_plain);
  return folded.body ? read_sdp(*folded.body, text_, media_) : std::nullopt;
}

/// Who has no dialog yet has no m-lines that would have to stay.
Offering::Outcome Offering::choose_forms() {
  const negotiate::Layout before = layout_of(known(protocol::other(roles_.offerer)));
  forms_ = negotiate::forms_to_offer(before, media_.size(), answerer_terms_, kMaxMedia);
  // The lines that it has stay, and it could not offer them itself any more.
  if (negotiate::layout_to_offer(before, forms_).lines.size() > kMaxMedia) return too_many_lines();
  return std::nullopt;
}

std::string Offering::laid_out(const std::string& body) {
  exchange_.answerers_layout = negotiate::layout_to_offer(answerer().layout, forms_);
  return negotiate::unfold(body, exchange_.answerers_layout);
}

}  // namespace osrtp::call
