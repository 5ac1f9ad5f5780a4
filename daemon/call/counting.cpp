#include <algorithm>
#include <utility>

#include "call/call.hpp"

// What the census of all calls has of one. The rest of Call is in call.cpp.
namespace osrtp::call {

std::vector<LegStanding> Call::stand() const {
  const Branch* branch = connected_branch();
  if (branch == nullptr && !branches_.empty()) branch = branches_.back().get();
  std::vector<LegStanding> legs;
  if (branch == nullptr) return legs;
  for (const Party* party : {&caller_, &branch->party}) {
    for (std::size_t n = 0; n < party->media.size(); ++n) {
      if (!party->media[n].used) continue;
      const Status now = status(*party, n);
      legs.push_back({party->role, now.state, now.suite, now.reason});
    }
  }
  return legs;
}

void Call::count() {
  auto legs = stand();
  if (!counted_ || *counted_ != legs) {
    if (counted_) leave(around_.census, *counted_);
    enter(around_.census, legs);
    counted_ = std::move(legs);
  }
  count_traffic(caller_);
  for (const auto& branch : branches_) count_traffic(branch->party);
}

Call::Seen& Call::seen_of(relay::LegIndex leg, std::size_t n) {
  const auto at = std::find_if(seen_.begin(), seen_.end(), [&](const Seen& s) { return s.leg == leg && s.media == n; });
  return at != seen_.end() ? *at : seen_.emplace_back(Seen{leg, n, {}, {}});
}

void Call::count_traffic(const Party& party) {
  for (std::size_t n = 0; n < std::min(party.media.size(), streams_.size()); ++n) {
    Seen& seen = seen_of(party.index, n);
    Traffic& total = around_.census.traffic[static_cast<std::size_t>(party.role)];
    add_new(total, seen.traffic, traffic_of(around_.plane.counters(streams_[n], party.index)));
    if (party.media[n].dtls) count_handshake(seen, around_.plane.progress(streams_[n], party.index));
  }
}

void Call::count_handshake(Seen& seen, const transport::Progress& progress) {
  Census& census = around_.census;
  if (const auto* keyed = std::get_if<transport::Keyed>(&progress)) {
    if (std::exchange(seen.handshake, keyed->since) == keyed->since) return;
    census.handshakes.add(kHandshakeBounds, keyed->since - keyed->began);
  } else if (const auto* failed = std::get_if<transport::KeyingFailed>(&progress)) {
    if (std::exchange(seen.handshake, failed->since) == failed->since) return;
    ++census.failed_handshakes[static_cast<std::size_t>(reason_of(failed->why))];
  }
}

void Call::forget_traffic(const Party& party) {
  count_traffic(party);
  std::erase_if(seen_, [&](const Seen& seen) { return seen.leg == party.index; });
}

}  // namespace osrtp::call
