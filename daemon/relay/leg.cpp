#include "relay/leg.hpp"

#include <algorithm>
#include <utility>

#include "rtp/demux.hpp"
#include "rtp/header.hpp"
#include "rtp/rtcp.hpp"
#include "rtp/ssrc_mask.hpp"

namespace osrtp::relay {
namespace {

// For a peer that changes over only once our answer has reached it.
constexpr std::chrono::seconds kRekeyOverlap{5};

Drop inbound_drop(srtp::Error error) noexcept {
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
    case srtp::Error::kBadKey:
    case srtp::Error::kBufferTooSmall:
    case srtp::Error::kInternal:
      return Drop::kInternal;
  }
  return Drop::kInternal;
}

Drop outbound_drop(srtp::Error error) noexcept {
  switch (error) {
    case srtp::Error::kReplay:
      return Drop::kDuplicate;
    case srtp::Error::kBufferTooSmall:
      return Drop::kTooBig;
    case srtp::Error::kKeyExpired:
      return Drop::kKeyExpired;
    case srtp::Error::kTooManySsrcs:
      return Drop::kTooManySsrcs;
    case srtp::Error::kMalformed:
    case srtp::Error::kTooShort:
    case srtp::Error::kBadKey:
    case srtp::Error::kAuthentication:
    case srtp::Error::kInternal:
      return Drop::kInternal;
  }
  return Drop::kInternal;
}

Result<ByteSpan, srtp::Error> unprotect(srtp::Context& in, Component kind, ByteSpan packet) noexcept {
  return kind == Component::kRtp ? in.unprotect_rtp(packet) : in.unprotect_rtcp(packet);
}

/// By the header alone, which is clear on every leg.
bool has_header(Component kind, ByteView packet) noexcept {
  return kind == Component::kRtp ? rtp::Header::parse(packet).has_value() : rtp::RtcpHeader::parse(packet).has_value();
}

/// Whose RTP or RTCP it would be; nothing: it cannot be any.
std::optional<Ssrc> source_of(ByteView packet) noexcept {
  if (rtp::classify(packet) == rtp::Kind::kRtcp) {
    const auto header = rtp::RtcpHeader::parse(packet);
    return header ? std::optional(header->sender) : std::nullopt;
  }
  const auto header = rtp::Header::parse(packet);
  return header ? std::optional(header->ssrc) : std::nullopt;
}

/// What the peer says, and of other SSRCs what we saw, as far as there is room.
std::vector<srtp::Progress> resumed(std::vector<srtp::Progress> said, const std::vector<srtp::Progress>& seen) {
  for (const srtp::Progress& stream : seen) {
    const auto same = [&](const srtp::Progress& other) { return other.ssrc == stream.ssrc; };
    if (said.size() < srtp::kMaxSsrcs && std::none_of(said.begin(), said.end(), same)) said.push_back(stream);
  }
  return said;
}

}  // namespace

Leg::Leg(LegIndex index, LegSetup&& setup, TimePoint now)
    : index_(index),
      mux_(setup.mux),
      feedback_(setup.feedback),
      rtp_(setup.rtp_socket, setup.rtp, setup, now),
      rtcp_(setup.rtcp_socket, setup.rtcp, setup, now),
      counters_(setup.counters ? std::move(setup.counters) : std::make_shared<LiveCounters>()) {
  protect_by(setup, now);
}

void Leg::change(LegSetup&& setup, TimePoint now) {
  mux_ = setup.mux;
  feedback_ = setup.feedback;
  rtp_.change(setup.rtp_socket, setup.rtp, setup, now);
  rtcp_.change(setup.rtcp_socket, setup.rtcp, setup, now);
  protect_by(setup, now);
}

void Leg::secure(Secured keys, TimePoint now) {
  auto* blocked = std::get_if<Blocked>(&protection_);
  // A leg that has failed stays mute until an answer says otherwise.
  if (blocked != nullptr && blocked->why == Drop::kFailed) {
    suspended_ = std::move(keys);
    return;
  }
  retiring_.reset();
  if (auto* older = std::get_if<Secured>(&protection_)) {
    retiring_.emplace(Retiring{std::move(older->in), older->ssrc_mask, now + kRekeyOverlap});
  }
  protection_ = std::move(keys);
  numbers_ = Renumbering(srtp::kMaxSsrcs);
}

Secured* Leg::keys() noexcept { return suspended_ ? &*suspended_ : std::get_if<Secured>(&protection_); }

void Leg::secure_rtcp(Contexts keys) {
  Secured* secured = this->keys();
  if (secured != nullptr && secured->rtcp) secured->rtcp->keys = std::move(keys);
}

void Leg::share_keys(RtcpKeys with) {
  Secured* secured = keys();
  if (secured == nullptr) return;
  if (with == RtcpKeys::kShared) {
    secured->rtcp.reset();
  } else if (!secured->rtcp) {
    secured->rtcp = RtcpApart{};
  }
}

void Leg::block(Drop why) {
  protection_ = Blocked{why};
  suspended_.reset();
  retiring_.reset();
}

void Leg::select(Component component, const Endpoint& peer, TimePoint now) { path(component).select(peer, now); }
void Leg::deselect(Component component) noexcept { path(component).deselect(); }

void Leg::protect_by(LegSetup& setup, TimePoint now) {
  std::visit(Overloaded{
                 [&](Keep&) { resume(); },
                 [&](Rekey& next) { rekey(next, now); },
                 [&](Replace& next) { replace(next, now); },
                 [&](Suspend& next) { suspend(next.why); },
                 [&](auto& next) {
                   protection_ = std::move(next);
                   suspended_.reset();
                   retiring_.reset();
                   numbers_ = Renumbering(srtp::kMaxSsrcs);
                 },
             },
             setup.protection);
}

void Leg::suspend(Drop why) {
  if (auto* secured = std::get_if<Secured>(&protection_)) suspended_.emplace(std::move(*secured));
  protection_ = Blocked{why};
  retiring_.reset();
}

void Leg::resume() {
  auto* blocked = std::get_if<Blocked>(&protection_);
  if (suspended_) {
    protection_ = *std::move(suspended_);
    suspended_.reset();
  } else if (blocked != nullptr && blocked->why == Drop::kFailed) {
    blocked->why = Drop::kNotKeyed;  // its handshake was suspended before there were any
  }
}

bool Leg::renew(Secured& keys, const Rekey& next, TimePoint now) {
  const auto progress = resumed(next.streams, keys.in.progress());
  auto in = srtp::Context::create(srtp::Direction::kInbound, next.in, next.replay_window, progress);
  if (!in) return false;
  retiring_.emplace(Retiring{std::exchange(keys.in, *std::move(in)), keys.ssrc_mask, now + kRekeyOverlap});
  return true;
}

void Leg::rekey(const Rekey& rekey, TimePoint now) {
  resume();
  auto* secured = std::get_if<Secured>(&protection_);
  if (secured != nullptr && renew(*secured, rekey, now)) return;
  protection_ = Blocked{Drop::kFailed};
  retiring_.reset();
}

void Leg::replace(Replace& next, TimePoint now) {
  resume();
  numbers_ = Renumbering(srtp::kMaxSsrcs);
  auto* secured = std::get_if<Secured>(&protection_);
  if (secured != nullptr && renew(*secured, next.in, now)) {
    secured->out = std::move(next.out);
    secured->rtcp.reset();
    secured->ssrc_mask = next.ssrc_mask;
    return;
  }
  retiring_.reset();
  auto in = srtp::Context::create(srtp::Direction::kInbound, next.in.in, next.in.replay_window, next.in.streams);
  if (in) {
    protection_ = Secured{*std::move(in), std::move(next.out), {}, next.ssrc_mask};
  } else {
    protection_ = Blocked{Drop::kFailed};
  }
}

Result<Passing, Drop> Leg::receive(Component component, Datagram datagram, Passage passage, TimePoint now) noexcept {
  const auto opened = open(component, datagram.packet(), passage, now);
  if (!opened) return fail(opened.error());
  const bool secured = std::holds_alternative<Secured>(protection_);
  const Proof proof = secured ? Proof::kKey : Proof::kNone;
  if (!accept(opened->kind, datagram.from, proof, now)) return fail(Drop::kWrongSource);
  if (secured) counters_->authenticated.add();
  counters_->hear(now);
  if (opened->kind == Component::kRtp && !is_opaque()) {
    if (const auto header = rtp::Header::parse(datagram.packet())) {
      heard_ = header->ssrc;
      if (const auto more = loss_.hear(header->ssrc, header->sequence); more != 0) counters_->lost.change(more);
    }
  }
  return *opened;
}

bool Leg::accept(Component kind, const Endpoint& source, Proof proof, TimePoint now) noexcept {
  Path& by = path(kind);
  const auto before = by.peer();
  if (!by.accept(source, proof, now)) return false;
  const bool leads = proof == Proof::kKey && kind == Component::kRtp && mux_ == Mux::kSeparate;
  if (leads && before) rtcp_.go_along(before->address, source.address);
  if (before != source) moved_ = true;
  return true;
}

Result<Passing, Drop> Leg::open(Component component, ByteSpan packet, Passage passage, TimePoint now) noexcept {
  using Opened = Result<Passing, Drop>;
  return std::visit(Overloaded{
                        [](Blocked& blocked) -> Opened { return fail(blocked.why); },
                        [&](Plain&) -> Opened { return open_plain(component, packet, passage); },
                        [&](Secured& keys) -> Opened { return open_secured(keys, component, packet, now); },
                        [&](Opaque&) -> Opened { return open_opaque(component, packet); },
                    },
                    protection_);
}

// What still comes of the sound that ran on this line is not for the other end, and where that was encrypted not for
// the network either. The SSRC tells it: the first octets may be anything.
Result<Passing, Drop> Leg::open_opaque(Component component, ByteView packet) const noexcept {
  if (component == Component::kRtcp && !rtcp_.target()) return fail(Drop::kUnknownKind);
  if (heard_ && source_of(packet) == heard_) return fail(Drop::kUnknownKind);
  return Passing{component, packet.size()};
}

Result<Passing, Drop> Leg::open_plain(Component component, ByteView packet, Passage passage) const noexcept {
  const bool copied = passage == Passage::kCopied;
  if (copied && component == Component::kRtp && rtp::classify(packet) == rtp::Kind::kZrtp) {
    return Passing{Component::kRtp, packet.size()};
  }
  const auto kind = kind_of(packet, component);
  if (!kind) return fail(kind.error());
  if (!copied && *kind == Component::kRtcp && !rtp::Compound::parse(packet)) return fail(Drop::kMalformed);
  return Passing{*kind, packet.size()};
}

// What RTCP says behind its header is for whoever has authenticated to answer for.
Result<Passing, Drop> Leg::open_secured(Secured& keys, Component component, ByteSpan packet, TimePoint now) noexcept {
  const auto kind = kind_of(packet, component);
  if (!kind) return fail(kind.error());
  if (*kind == Component::kRtcp && keys.rtcp) {
    if (!keys.rtcp->keys) return fail(Drop::kNotKeyed);
    const auto plain = keys.rtcp->keys->in.unprotect_rtcp(packet);
    if (!plain) return fail(inbound_drop(plain.error()));
    return Passing{*kind, plain->size()};
  }
  auto plain = unprotect(keys.in, *kind, packet);
  if (plain) retiring_.reset();  // the peer has changed over
  const bool may_be_older = !plain && plain.error() == srtp::Error::kAuthentication;
  std::uint32_t mask = keys.ssrc_mask;
  if (may_be_older && retiring_ && now < retiring_->until) {
    plain = unprotect(retiring_->in, *kind, packet);
    mask = retiring_->ssrc_mask;
  }
  if (!plain) return fail(inbound_drop(plain.error()));
  if (mask != 0 && *kind == Component::kRtcp) rtp::mask_subjects(*plain, mask);
  return Passing{*kind, plain->size()};
}

// A separate port takes its own kind only: RTCP on the RTP port would be read as RTP of
// ever new SSRCs, and RTCP beside a muxed port would pull its latch to and fro.
Result<Component, Drop> Leg::kind_of(ByteView packet, Component component) const noexcept {
  const rtp::Kind found = rtp::classify(packet);
  if (found != rtp::Kind::kRtp && found != rtp::Kind::kRtcp) return fail(Drop::kUnknownKind);
  const Component kind = found == rtp::Kind::kRtp ? Component::kRtp : Component::kRtcp;
  const Component expected = mux_ == Mux::kMuxed ? Component::kRtp : kind;
  if (component != expected) return fail(Drop::kUnknownKind);
  if (!has_header(kind, packet)) return fail(Drop::kMalformed);
  return kind;
}

Result<Forward, Drop> Leg::send(Passing passing, ByteSpan buffer) noexcept {
  using Sealed = Result<ByteView, Drop>;
  if (const auto* blocked = std::get_if<Blocked>(&protection_)) return fail(blocked->why);
  const Path& out = path(passing.kind);
  const auto target = out.target();
  if (!target) return fail(Drop::kHeld);
  const auto wanted = wanted_size(passing, buffer);
  if (!wanted) return fail(wanted.error());
  passing.size = *wanted;
  const auto sealed = std::visit(Overloaded{
                                     [](Blocked& blocked) -> Sealed { return fail(blocked.why); },
                                     [&](Plain&) -> Sealed { return ByteView(buffer.first(passing.size)); },
                                     [&](Secured& keys) -> Sealed { return seal(keys, passing, buffer); },
                                     [&](Opaque&) -> Sealed { return ByteView(buffer.first(passing.size)); },
                                 },
                                 protection_);
  if (!sealed) return fail(sealed.error());
  (passing.kind == Component::kRtp ? counters_->sent_rtp : counters_->sent_rtcp).add(sealed->size());
  return Forward{out.socket(), *target, *sealed};
}

Result<std::size_t, Drop> Leg::wanted_size(Passing passing, ByteSpan buffer) const noexcept {
  if (passing.kind == Component::kRtp || feedback_ == Feedback::kWanted || is_opaque()) return passing.size;
  const std::size_t left = rtp::strip_feedback(buffer.first(passing.size));
  if (left == 0) return fail(Drop::kFeedback);
  return left;
}

Result<ByteView, Drop> Leg::seal(Secured& keys, Passing passing, ByteSpan buffer) noexcept {
  if (passing.kind == Component::kRtp) return seal_rtp(keys, buffer, passing.size);
  if (keys.rtcp && !keys.rtcp->keys) return fail(Drop::kNotKeyed);
  srtp::Context& out = keys.rtcp ? keys.rtcp->keys->out : keys.out;
  if (keys.ssrc_mask != 0) rtp::mask_senders(buffer.first(passing.size), keys.ssrc_mask);
  const auto sealed = out.protect_rtcp(buffer, passing.size);
  if (!sealed) return fail(outbound_drop(sealed.error()));
  return ByteView(*sealed);
}

Result<ByteView, Drop> Leg::seal_rtp(Secured& keys, ByteSpan buffer, std::size_t size) noexcept {
  const auto header = rtp::Header::parse(buffer.first(size));
  if (!header) return fail(Drop::kInternal);
  const auto number = numbers_.outgoing(header->ssrc, header->sequence);
  if (!number) return fail(Drop::kDuplicate);
  buffer[2] = static_cast<std::uint8_t>(number->get() >> 8U);
  buffer[3] = static_cast<std::uint8_t>(number->get());
  if (keys.ssrc_mask != 0) rtp::mask_source(buffer.first(size), keys.ssrc_mask);
  const auto sealed = keys.out.protect_rtp(buffer, size);
  if (!sealed) return fail(outbound_drop(sealed.error()));
  numbers_.went_out(header->ssrc, header->sequence);
  return ByteView(*sealed);
}

Path& Leg::path(Component kind) noexcept {
  const bool by_rtp = kind == Component::kRtp || (mux_ == Mux::kMuxed && !is_opaque());
  return by_rtp ? rtp_ : rtcp_;
}

void Leg::count_relayed(Component kind, std::size_t octets) noexcept {
  (kind == Component::kRtp ? counters_->received_rtp : counters_->received_rtcp).add(octets);
}

Sources Leg::sources() const noexcept {
  return {rtp_.target(), mux_ == Mux::kMuxed && !is_opaque() ? rtp_.target() : rtcp_.target()};
}

LegCounters Leg::counters() const {
  LegCounters counters = counters_->read();
  const Sources to = sources();
  counters.rtp_source = to.rtp;
  counters.rtcp_source = to.rtcp;
  return counters;
}

}  // namespace osrtp::relay
