#include "relay/stream.hpp"

#include <algorithm>
#include <utility>

#include "relay/leg.hpp"

namespace osrtp::relay {

Stream::Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

Leg* Stream::find(LegIndex leg) noexcept {
  const auto at = std::find_if(legs_.begin(), legs_.end(), [&](const Leg& l) { return l.index() == leg; });
  return at == legs_.end() ? nullptr : &*at;
}

void Stream::set_leg(LegIndex leg, LegSetup setup, TimePoint now) {
  if (Leg* known = find(leg)) {
    known->change(std::move(setup), now);
  } else {
    legs_.emplace_back(leg, std::move(setup), now);
  }
}

void Stream::remove_leg(LegIndex leg) {
  std::erase_if(legs_, [&](const Leg& l) { return l.index() == leg; });
  if (connected_ == leg) connected_ = kCallerLeg;
}

void Stream::secure(LegIndex leg, Secured keys, TimePoint now) {
  if (Leg* known = find(leg)) known->secure(std::move(keys), now);
}

void Stream::secure_rtcp(LegIndex leg, Contexts keys) {
  if (Leg* known = find(leg)) known->secure_rtcp(std::move(keys));
}

void Stream::share_keys(LegIndex leg, RtcpKeys with) {
  if (Leg* known = find(leg)) known->share_keys(with);
}

void Stream::deselect(LegIndex leg, Component component) noexcept {
  if (Leg* known = find(leg)) known->deselect(component);
}

void Stream::block(LegIndex leg, Drop why) {
  if (Leg* known = find(leg)) known->block(why);
}

void Stream::select(LegIndex leg, Component component, const Endpoint& peer, TimePoint now) {
  if (Leg* known = find(leg)) known->select(component, peer, now);
}

void Stream::connect(LegIndex callee) noexcept { connected_ = callee; }

Result<Forward, Drop> Stream::handle(LegIndex from, Component component, Datagram datagram, TimePoint now) noexcept {
  Leg* leg = find(from);
  if (leg == nullptr) return fail(Drop::kInternal);
  auto sent = relay(*leg, component, datagram, now);
  if (!sent) leg->count(sent.error());
  return sent;
}

Result<Forward, Drop> Stream::relay(Leg& from, Component component, Datagram datagram, TimePoint now) noexcept {
  const auto to = opposite(from);
  const bool copied = to && from.is_plain() && (*to)->is_plain();
  const auto passing = from.receive(component, datagram, copied ? Passage::kCopied : Passage::kRead, now);
  if (!passing) return fail(passing.error());
  if (!to) return fail(to.error());
  if (from.is_opaque() != (*to)->is_opaque() && !(*to)->is_blocked()) return fail(Drop::kInternal);
  auto sent = (*to)->send(*passing, datagram.buffer);
  if (sent) from.count_relayed(passing->kind, datagram.size);
  return sent;
}

Result<Leg*, Drop> Stream::opposite(const Leg& from) noexcept {
  if (connected_ == kCallerLeg) return fail(Drop::kNotAnswered);
  if (from.index() != kCallerLeg && from.index() != connected_) return fail(Drop::kNotConnected);
  Leg* to = find(from.index() == kCallerLeg ? connected_ : kCallerLeg);
  if (to == nullptr) return fail(Drop::kNotAnswered);
  return to;
}

void Stream::count(LegIndex leg, Drop why) noexcept {
  if (Leg* known = find(leg)) known->count(why);
}

LegCounters Stream::counters(LegIndex leg) const {
  const auto at = std::find_if(legs_.begin(), legs_.end(), [&](const Leg& l) { return l.index() == leg; });
  return at == legs_.end() ? LegCounters{} : at->counters();
}

}  // namespace osrtp::relay
