#include "relay/leg.hpp"

// One way between us and a peer. The rest of a leg is in leg.cpp.
namespace osrtp::relay {

Path::Path(SocketId ours, std::optional<Endpoint> theirs, const LegSetup& setup, TimePoint now) noexcept
    : socket_(ours),
      latch_(setup.follow == Follow::kSource ? theirs : std::nullopt, now, setup.latch_window),
      follow_(setup.follow),
      held_(setup.follow == Follow::kSource && !theirs) {}

void Path::change(SocketId ours, const std::optional<Endpoint>& theirs, const LegSetup& setup, TimePoint now) noexcept {
  if (setup.follow != follow_ || ours != socket_) {
    const auto known = theirs || setup.follow == Follow::kNomination ? theirs : latch_.signalled();
    *this = Path(ours, known, setup, now);
  } else if (follow_ == Follow::kSource) {
    if (theirs && theirs != latch_.signalled()) {
      latch_ = Latch(theirs, now, setup.latch_window);
    } else {
      latch_.reopen(now, setup.latch_window);
    }
  }
  held_ = follow_ == Follow::kSource && !theirs;
}

void Path::select(const Endpoint& peer, TimePoint now) noexcept {
  if (follow_ == Follow::kNomination) {
    latch_ = Latch(peer, now, {});
  } else {
    static_cast<void>(latch_.accept(peer, Proof::kKey, now));
  }
}

void Path::deselect() noexcept {
  if (follow_ == Follow::kNomination) latch_ = Latch(std::nullopt, {}, {});
}

bool Path::accept(const Endpoint& source, Proof proof, TimePoint now) noexcept {
  if (follow_ == Follow::kSource) return latch_.accept(source, proof, now);
  return proof == Proof::kKey || source == latch_.current();
}

void Path::go_along(const IpAddress& from, const IpAddress& to) noexcept {
  if (follow_ == Follow::kSource) latch_.move(from, to);
}

}  // namespace osrtp::relay
