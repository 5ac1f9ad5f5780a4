#include "relay/stream.hpp"

#include <algorithm>
#include <utility>

#include "rtp/demux.hpp"
#include "rtp/header.hpp"
#include "rtp/rtcp.hpp"

namespace osrtp::relay {

struct Stream::Leg {
  LegIndex index;
  SocketId rtp_socket;
  SocketId rtcp_socket;
  Mux mux;
  std::optional<Endpoint> rtp_signalled;
  std::optional<Endpoint> rtcp_signalled;
  Latch rtp_latch;
  Latch rtcp_latch;
  Protection protection;
  LegCounters counters;

  Latch& latch(Component c) noexcept { return c == Component::kRtp || mux == Mux::kMuxed ? rtp_latch : rtcp_latch; }
};

namespace {

Drop drop_of(srtp::Error error) noexcept {
  switch (error) {
    case srtp::Error::kTooShort:
      return Drop::kTooShort;
    case srtp::Error::kMalformed:
      return Drop::kMalformed;
    case srtp::Error::kAuthentication:
      return Drop::kAuthentication;
    case srtp::Error::kReplay:
      return Drop::kReplay;
    case srtp::Error::kKeyExpired:
      return Drop::kKeyExpired;
    case srtp::Error::kTooManySsrcs:
      return Drop::kTooManySsrcs;
    case srtp::Error::kBufferTooSmall:
      return Drop::kTooBig;
    case srtp::Error::kBadKey:
    case srtp::Error::kInternal:
      return Drop::kInternal;
  }
  return Drop::kInternal;
}

/// What the datagram is on this component, by its clear header alone.
Result<Component, Drop> shape(ByteView packet, Component component, Mux mux) noexcept {
  const auto kind = rtp::classify(packet);
  if (kind == rtp::Kind::kRtcp) {
    if (component == Component::kRtp && mux == Mux::kSeparate) return fail(Drop::kUnknownKind);
    return Component::kRtcp;
  }
  if (kind != rtp::Kind::kRtp || component == Component::kRtcp) return fail(Drop::kUnknownKind);
  if (!rtp::Header::parse(packet)) return fail(Drop::kMalformed);
  return Component::kRtp;
}

Result<ByteSpan, Drop> open(Secured& keys, Component what, ByteSpan packet) noexcept {
  auto plain = what == Component::kRtp ? keys.in.unprotect_rtp(packet) : keys.in.unprotect_rtcp(packet);
  if (!plain) return fail(drop_of(plain.error()));
  return *plain;
}

Result<ByteSpan, Drop> seal(Secured& keys, Component what, ByteSpan buffer, std::size_t size) noexcept {
  auto sealed = what == Component::kRtp ? keys.out.protect_rtp(buffer, size) : keys.out.protect_rtcp(buffer, size);
  if (!sealed) return fail(sealed.error() == srtp::Error::kReplay ? Drop::kDuplicate : drop_of(sealed.error()));
  return *sealed;
}

void add(Tally& tally, std::size_t octets) noexcept {
  ++tally.packets;
  tally.octets += octets;
}

/// Rekey has proved nothing yet: the old inbound context's progress is all that goes over.
Protection rekeyed(Protection& now, Rekey& rekey) {
  auto* secured = std::get_if<Secured>(&now);
  if (secured == nullptr) return Blocked{Drop::kFailed};
  const auto resumed = secured->in.progress();
  auto in = srtp::Context::create(srtp::Direction::kInbound, rekey.in, rekey.replay_window, resumed);
  if (!in) return Blocked{Drop::kFailed};
  return Secured{*std::move(in), std::move(secured->out)};
}

template <class Setup>
Protection next_protection(Protection* now, Setup& wanted) {
  return std::visit(Overloaded{
                        [&](Keep&) -> Protection {
                          if (now == nullptr) return Blocked{Drop::kNotAnswered};
                          return std::move(*now);
                        },
                        [&](Rekey& r) -> Protection {
                          if (now == nullptr) return Blocked{Drop::kFailed};
                          return rekeyed(*now, r);
                        },
                        [](auto& p) -> Protection { return std::move(p); },
                    },
                    wanted);
}

}  // namespace

Stream::Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

Stream::Leg* Stream::find(LegIndex leg) noexcept {
  const auto it = std::find_if(legs_.begin(), legs_.end(), [&](const Leg& l) { return l.index == leg; });
  return it == legs_.end() ? nullptr : &*it;
}

void Stream::set_leg(LegIndex leg, LegSetup setup, TimePoint now) {
  Leg* known = find(leg);
  Protection protection = next_protection(known != nullptr ? &known->protection : nullptr, setup.protection);
  if (known == nullptr) {
    legs_.push_back(Leg{leg, setup.rtp_socket, setup.rtcp_socket, setup.mux, setup.rtp, setup.rtcp,
                        Latch(setup.rtp, now, setup.latch_window), Latch(setup.rtcp, now, setup.latch_window),
                        std::move(protection), LegCounters{}});
    return;
  }
  const auto renew = [&](Latch& latch, std::optional<Endpoint>& old, const std::optional<Endpoint>& signalled) {
    if (old == signalled) {
      latch.reopen(now, setup.latch_window);
    } else {
      latch = Latch(signalled, now, setup.latch_window);
      old = signalled;
    }
  };
  renew(known->rtp_latch, known->rtp_signalled, setup.rtp);
  renew(known->rtcp_latch, known->rtcp_signalled, setup.rtcp);
  known->rtp_socket = setup.rtp_socket;
  known->rtcp_socket = setup.rtcp_socket;
  known->mux = setup.mux;
  known->protection = std::move(protection);
}

void Stream::remove_leg(LegIndex leg) {
  std::erase_if(legs_, [&](const Leg& l) { return l.index == leg; });
  if (connected_ == leg) connected_ = kCallerLeg;
}

void Stream::connect(LegIndex callee) noexcept { connected_ = callee; }

Result<Forward, Drop> Stream::handle(LegIndex from, Component component, Datagram datagram, TimePoint now) noexcept {
  Leg* leg = find(from);
  if (leg == nullptr) return fail(Drop::kInternal);
  auto sent = step(*leg, component, datagram, now);
  if (!sent) ++leg->counters.dropped[static_cast<std::size_t>(sent.error())];
  return sent;
}

Result<Forward, Drop> Stream::step(Leg& leg, Component component, Datagram datagram, TimePoint now) noexcept {
  if (const auto* blocked = std::get_if<Blocked>(&leg.protection)) return fail(blocked->why);
  const auto accepted = accept(leg, component, datagram, now);
  if (!accepted) return fail(accepted.error());
  const auto [what, size] = *accepted;
  return send(leg, what, datagram.buffer, size);
}

/// Shape, authenticity and replay, source; then the packet counts as received.
Result<Stream::Accepted, Drop> Stream::accept(Leg& leg, Component component, Datagram datagram,
                                              TimePoint now) noexcept {
  ByteSpan packet = datagram.packet();
  Component what = component;
  auto* secured = std::get_if<Secured>(&leg.protection);
  if (!std::holds_alternative<Opaque>(leg.protection)) {
    const auto shaped = shape(packet, component, leg.mux);
    if (!shaped) return fail(shaped.error());
    what = *shaped;
  }
  if (secured != nullptr) {
    const auto plain = open(*secured, what, packet);
    if (!plain) return fail(plain.error());
    packet = *plain;
  }
  // Behind authentication, since what is cheap to forge is also cheap to walk.
  if (what == Component::kRtcp && !std::holds_alternative<Opaque>(leg.protection) && !rtp::Compound::parse(packet)) {
    return fail(Drop::kMalformed);
  }
  const Proof proof = secured != nullptr ? Proof::kKey : Proof::kNone;
  if (!leg.latch(what).accept(datagram.from, proof, now)) return fail(Drop::kWrongSource);
  add(what == Component::kRtp ? leg.counters.received_rtp : leg.counters.received_rtcp, datagram.size);
  if (secured != nullptr) ++leg.counters.authenticated;
  leg.counters.last_received = now;
  return Accepted{what, packet.size()};
}

/// What drops here is counted at the leg that sent it: its peer is who goes unheard.
Result<Forward, Drop> Stream::send(Leg& from, Component what, ByteSpan buffer, std::size_t size) noexcept {
  if (connected_ == kCallerLeg) return fail(Drop::kNotAnswered);
  if (from.index != kCallerLeg && from.index != connected_) return fail(Drop::kNotConnected);
  Leg* to = find(from.index == kCallerLeg ? connected_ : kCallerLeg);
  if (to == nullptr) return fail(Drop::kNotAnswered);
  if (const auto* blocked = std::get_if<Blocked>(&to->protection)) return fail(blocked->why);
  const bool opaque = std::holds_alternative<Opaque>(to->protection);
  if (opaque != std::holds_alternative<Opaque>(from.protection)) return fail(Drop::kInternal);

  const auto target = to->latch(what).current();
  if (!target) return fail(Drop::kHeld);
  ByteView packet = buffer.first(size);
  if (auto* secured = std::get_if<Secured>(&to->protection)) {
    const auto sealed = seal(*secured, what, buffer, size);
    if (!sealed) return fail(sealed.error());
    packet = *sealed;
  }
  add(what == Component::kRtp ? to->counters.sent_rtp : to->counters.sent_rtcp, packet.size());
  const bool rtp_socket = what == Component::kRtp || to->mux == Mux::kMuxed;
  return Forward{rtp_socket ? to->rtp_socket : to->rtcp_socket, *target, packet};
}

LegCounters Stream::counters(LegIndex leg) const {
  for (const Leg& l : legs_) {
    if (l.index != leg) continue;
    LegCounters counters = l.counters;
    counters.rtp_source = l.rtp_latch.current();
    counters.rtcp_source = l.mux == Mux::kMuxed ? l.rtp_latch.current() : l.rtcp_latch.current();
    return counters;
  }
  return {};
}

}  // namespace osrtp::relay
