#include "relay/stream.hpp"

#include <algorithm>
#include <utility>

#include "relay/leg.hpp"
#include "relay/tap.hpp"

namespace osrtp::relay {

Stream::Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

const Leg* Stream::find(LegIndex leg) const noexcept {
  const auto at = std::find_if(legs_.begin(), legs_.end(), [&](const Leg& l) { return l.index() == leg; });
  return at == legs_.end() ? nullptr : &*at;
}

Leg* Stream::find(LegIndex leg) noexcept { return const_cast<Leg*>(std::as_const(*this).find(leg)); }

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
  Leg* known = find(leg);
  if (known == nullptr) return;
  known->deselect(component);
  moved_ = true;
}

void Stream::block(LegIndex leg, Drop why) {
  if (Leg* known = find(leg)) known->block(why);
}

void Stream::select(LegIndex leg, Component component, const Endpoint& peer, TimePoint now) {
  if (Leg* known = find(leg)) known->select(component, peer, now);
}

void Stream::connect(LegIndex callee, Choice choice, TimePoint now) noexcept {
  connected_ = callee;
  choice_ = choice;
  connected_at_ = now;
}

bool Stream::shares_port(const Leg& leg) const noexcept {
  const auto shares = [&](const Leg& other) { return &other != &leg && other.socket() == leg.socket(); };
  return legs_.size() > 2 && std::any_of(legs_.begin(), legs_.end(), shares);
}

bool Stream::share_port(LegIndex one, LegIndex other) const noexcept {
  const Leg* a = find(one);
  const Leg* b = find(other);
  return one == other || (a != nullptr && b != nullptr && a->socket() == b->socket());
}

Result<Forward, Drop> Stream::handle(LegIndex from, Component component, Datagram datagram, TimePoint now) noexcept {
  Leg* leg = find(from);
  if (leg == nullptr) return fail(Drop::kInternal);
  if (shares_port(*leg)) return relay_fork(*leg, component, datagram, now);
  const auto passing = receive(*leg, component, datagram, now);
  if (passing) return pass_on(*leg, *passing, datagram, now);
  leg->count(passing.error());
  return fail(passing.error());
}

/// Keys before addresses, which anybody can write; what fails one fork's key leaves no trace there.
Result<Forward, Drop> Stream::relay_fork(Leg& any, Component component, Datagram datagram, TimePoint now) noexcept {
  const SocketId socket = any.socket();
  Leg* nearest = nullptr;  // the first that was tried
  Drop why = Drop::kWrongSource;
  const auto attempt = [&](bool secured, bool known) -> std::optional<Result<Forward, Drop>> {
    for (Leg& fork : legs_) {
      const bool meant = fork.is_secured() == secured && fork.knows(component, datagram.from) == known;
      if (fork.socket() != socket || !meant) continue;
      const auto passing = receive(fork, component, datagram, now);
      if (passing) return pass_on(fork, *passing, datagram, now);
      if (nearest != nullptr) continue;
      nearest = &fork;
      why = passing.error();
    }
    return std::nullopt;
  };
  if (auto sent = attempt(true, true)) return *sent;
  if (auto sent = attempt(true, false)) return *sent;
  if (auto sent = attempt(false, true)) return *sent;
  (nearest != nullptr ? *nearest : any).count(why);
  return fail(why);
}

Result<Passing, Drop> Stream::receive(Leg& from, Component component, Datagram datagram, TimePoint now) noexcept {
  const auto to = opposite(from);
  const bool copied = to && from.is_plain() && (*to)->is_plain();
  auto passing = from.receive(component, datagram, copied ? Passage::kCopied : Passage::kRead, now);
  if (from.take_moved()) moved_ = true;
  return passing;
}

Result<Forward, Drop> Stream::pass_on(Leg& from, Passing passing, Datagram datagram, TimePoint now) noexcept {
  if (passing.kind == Component::kRtp) hear_early(from, now);
  if (tap_) tap_->see(from.index(), passing.kind, datagram.from, datagram.buffer.first(passing.size), now);
  const auto drop = [&](Drop why) {
    from.count(why);
    return fail(why);
  };
  const auto to = opposite(from);
  if (!to) return drop(to.error());
  if (from.is_opaque() != (*to)->is_opaque() && !(*to)->is_blocked()) return drop(Drop::kInternal);
  auto sent = (*to)->send(passing, datagram.buffer);
  if (!sent) return drop(sent.error());
  from.count_relayed(passing.kind, datagram.size);
  return *sent;
}

// Two forks at once would be noise, so that one has to stop before the other is heard. One that is gone has stopped.
void Stream::hear_early(const Leg& talker, TimePoint now) noexcept {
  if (choice_ != Choice::kEarly || talker.index() == kCallerLeg || talker.index() == connected_) return;
  const Leg* heard = connected_ != kCallerLeg ? find(connected_) : nullptr;
  const auto last = heard != nullptr ? heard->last_received() : std::nullopt;
  if (heard == nullptr || now - std::max(connected_at_, last.value_or(connected_at_)) >= kEarlySilence)
    connected_ = talker.index();
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

Sources Stream::sources(LegIndex leg) const noexcept {
  const Leg* known = find(leg);
  return known == nullptr ? Sources{} : known->sources();
}

LegCounters Stream::counters(LegIndex leg) const {
  const Leg* known = find(leg);
  return known == nullptr ? LegCounters{} : known->counters();
}

}  // namespace osrtp::relay
