#include "transport/stream.hpp"

#include <algorithm>
#include <utility>

#include "rtp/demux.hpp"

namespace osrtp::transport {
namespace {

/// Under the keys of one association (RFC 5764 §4.2). Nothing: the keys do not fit their suite.
std::optional<relay::Contexts> contexts(dtls::Keys keys, std::uint32_t replay_window) {
  const srtp::Key theirs{keys.suite, std::move(keys.theirs)};
  const srtp::Key ours{keys.suite, std::move(keys.ours)};
  auto in = srtp::Context::create(srtp::Direction::kInbound, theirs, replay_window);
  auto out = srtp::Context::create(srtp::Direction::kOutbound, ours, replay_window);
  if (!in || !out) return std::nullopt;
  return relay::Contexts{*std::move(in), *std::move(out)};
}

bool is_dtls(const Sending& sending) { return rtp::classify(sending.octets) == rtp::Kind::kDtls; }

}  // namespace

Stream::Side* Stream::find(relay::LegIndex leg) noexcept {
  const auto at = std::find_if(sides_.begin(), sides_.end(), [&](const Side& s) { return s.index == leg; });
  return at == sides_.end() ? nullptr : &*at;
}

void Stream::set_leg(relay::LegIndex leg, LegSetup setup, TimePoint now) {
  Side* side = find(leg);
  const bool suspends = side != nullptr && std::holds_alternative<relay::Suspend>(setup.relay.protection);
  const bool needed = setup.keying || setup.connectivity || suspends;
  if (!needed && side != nullptr) {
    std::erase_if(sides_, [&](const Side& s) { return s.index == leg; });
    side = nullptr;
  }
  if (needed && side == nullptr) side = &sides_.emplace_back(Side{.index = leg, .leg = {}});
  const Place place{
      {setup.relay.rtp_socket, setup.relay.rtcp_socket}, {setup.relay.rtp, setup.relay.rtcp}, setup.relay.mux};
  if (side != nullptr && !suspends) begin(*side, setup);
  relay_.set_leg(leg, std::move(setup.relay), now);
  if (side == nullptr) return;
  if (suspends) {
    side->leg.suspend(place, std::move(setup.connectivity));
  } else {
    side->leg.change(place, std::move(setup.connectivity), setup.keying, now);
  }
  settle(*side, now);
}

Progress progress_after(const Progress& before, const LegSetup& setup) noexcept {
  if (std::holds_alternative<relay::Suspend>(setup.relay.protection)) return before;
  if (!setup.keying) return NotByDtls{};
  return std::holds_alternative<Keyed>(before) ? before : Handshaking{};
}

/// What an exchange does to the handshake's standing, and that to what the relay may keep.
void Stream::begin(Side& side, LegSetup& setup) {
  const bool keyed = std::holds_alternative<Keyed>(side.progress);
  const bool goes_on = setup.keying && setup.keying->association == Keying::Association::kKeep && keyed;
  if (!goes_on) {
    side.rtp_keyed = false;
    side.early_rtcp.reset();
  }
  side.progress = progress_after(side.progress, setup);
  if (!setup.keying || setup.keying->association == Keying::Association::kNew) side.began.reset();
  if (!setup.keying) return;
  // There are no keys of a handshake that could be kept: whatever else ran on this leg is over.
  if (!keyed && std::holds_alternative<relay::Keep>(setup.relay.protection)) {
    setup.relay.protection = relay::Blocked{relay::Drop::kNotKeyed};
  }
  if (goes_on && side.leg.is_muxed() != (setup.relay.mux == relay::Mux::kMuxed)) {
    const bool muxed = setup.relay.mux == relay::Mux::kMuxed;
    relay_.share_keys(side.index, muxed ? relay::RtcpKeys::kShared : relay::RtcpKeys::kApart);
  }
}

void Stream::remove_leg(relay::LegIndex leg) {
  relay_.remove_leg(leg);
  std::erase_if(sides_, [&](const Side& s) { return s.index == leg; });
}

relay::Drop Stream::drop(relay::LegIndex leg, relay::Drop why) {
  relay_.count(leg, why);
  return why;
}

Stream::Handled Stream::handle(relay::LegIndex from, relay::Component component, Datagram datagram, TimePoint now) {
  if (!sides_.empty()) {
    if (auto handled = handle_under(from, component, datagram, now)) return *handled;
  }
  auto sent = relay_.handle(from, component, datagram, now);
  if (!sent) return sent.error();
  return *sent;
}

/// Only a leg with a transport of its own is looked at for it: anything may be the first octet of another's media.
std::optional<Stream::Handled> Stream::handle_under(relay::LegIndex from, relay::Component component, Datagram datagram,
                                                    TimePoint now) {
  const rtp::Kind kind = rtp::classify(datagram.packet());
  if (kind == rtp::Kind::kStun) return handle_stun(from, component, datagram, now);
  if (kind != rtp::Kind::kDtls) return std::nullopt;
  Side* side = dtls_side(from, component, datagram.from);
  if (side == nullptr) return std::nullopt;
  const bool good = side->leg.handle_dtls(component, datagram.from, datagram.packet(), now);
  settle(*side, now);
  return good ? Handled(Consumed{}) : Handled(drop(side->index, relay::Drop::kWrongSource));
}

std::optional<Stream::Handled> Stream::handle_stun(relay::LegIndex from, relay::Component component, Datagram datagram,
                                                   TimePoint now) {
  bool expected = false;
  bool checked = false;
  for (Side& side : sides_) {
    if (!relay_.share_port(from, side.index)) continue;
    expected = true;
    if (!side.leg.has_ice()) continue;
    checked = true;
    const bool good = side.leg.handle_stun(component, datagram.from, datagram.packet(), now);
    settle(side, now);
    if (good) return Consumed{};
  }
  if (!expected) return std::nullopt;
  // The answer to our own request, or a keepalive: nothing that an unauthenticated message could tell is wanted.
  if (!checked) return Consumed{};
  return drop(from, relay::Drop::kAuthentication);
}

Stream::Side* Stream::dtls_side(relay::LegIndex from, relay::Component component, const Endpoint& source) noexcept {
  Side* best = nullptr;
  for (Side& side : sides_) {
    if (!side.leg.has_dtls() || !relay_.share_port(from, side.index)) continue;
    if (side.leg.knows(component, source)) return &side;
    if (best == nullptr || side.leg.waits(component)) best = &side;
  }
  return best;
}

std::optional<TimePoint> Stream::next_timeout() const noexcept {
  std::optional<TimePoint> next;
  for (const Side& side : sides_) {
    const auto wanted = side.leg.next_timeout();
    if (wanted && (!next || *wanted < *next)) next = wanted;
  }
  return next;
}

void Stream::handle_timeout(TimePoint now) {
  for (Side& side : sides_) {
    side.leg.handle_timeout(now);
    settle(side, now);
  }
}

std::vector<Sending> Stream::take_output() noexcept { return std::exchange(output_, {}); }

Progress Stream::progress(relay::LegIndex leg) const {
  const auto at = std::find_if(sides_.begin(), sides_.end(), [&](const Side& s) { return s.index == leg; });
  return at == sides_.end() ? Progress(NotByDtls{}) : at->progress;
}

void Stream::settle(Side& side, TimePoint now) {
  auto output = side.leg.take_output();
  if (!side.began && std::any_of(output.begin(), output.end(), is_dtls)) side.began = now;
  take_paths(side, now);
  take_keys(side, now);
  if (const auto why = side.leg.failure()) fail(side, *why, now);
  std::move(output.begin(), output.end(), std::back_inserter(output_));
}

void Stream::take_paths(Side& side, TimePoint now) {
  for (const auto component : {relay::Component::kRtp, relay::Component::kRtcp}) {
    if (side.leg.take_lost_consent(component)) relay_.deselect(side.index, component);
    if (const auto peer = side.leg.take_peer(component)) relay_.select(side.index, component, *peer, now);
  }
}

void Stream::take_keys(Side& side, TimePoint now) {
  if (auto keys = side.leg.take_keys(relay::Component::kRtcp)) {
    auto apart = contexts(*std::move(keys), side.leg.replay_window());
    if (!apart) return fail(side, dtls::Failure::kInternal, now);
    if (side.rtp_keyed) {
      relay_.secure_rtcp(side.index, *std::move(apart));
    } else {
      side.early_rtcp = std::move(apart);
    }
  }
  auto keys = side.leg.take_keys(relay::Component::kRtp);
  if (!keys) return;
  const Suite suite = keys->suite;
  auto both = contexts(*std::move(keys), side.leg.replay_window());
  if (!both) return fail(side, dtls::Failure::kInternal, now);
  relay::Secured secured{std::move(both->in), std::move(both->out)};
  if (!side.leg.is_muxed()) secured.rtcp = relay::RtcpApart{std::exchange(side.early_rtcp, std::nullopt)};
  relay_.secure(side.index, std::move(secured), now);
  side.rtp_keyed = true;
  side.progress = Keyed{suite, now, side.began.value_or(now)};
}

void Stream::fail(Side& side, dtls::Failure why, TimePoint now) {
  if (std::holds_alternative<KeyingFailed>(side.progress)) return;
  relay_.block(side.index, relay::Drop::kFailed);
  side.rtp_keyed = false;
  side.early_rtcp.reset();
  side.progress = KeyingFailed{why, now};
}

}  // namespace osrtp::transport
