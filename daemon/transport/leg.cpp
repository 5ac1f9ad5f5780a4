#include "transport/leg.hpp"

#include <algorithm>
#include <utility>

#include "ice/stun.hpp"

namespace osrtp::transport {
namespace {

constexpr std::size_t index_of(relay::Component component) noexcept { return static_cast<std::size_t>(component); }

}  // namespace

Leg::ComponentState& Leg::at(relay::Component component) noexcept { return components_[index_of(component)]; }

void Leg::change(const Place& place, std::optional<Connectivity> connectivity, const std::optional<Keying>& keying,
                 TimePoint now) {
  set_place(place);
  change_ice(std::move(connectivity));
  suspended_ = false;
  change_dtls(keying, now);
}

void Leg::suspend(const Place& place, std::optional<Connectivity> connectivity) {
  set_place(place);
  change_ice(std::move(connectivity));
  suspended_ = true;
}

void Leg::set_place(const Place& place) {
  mux_ = place.mux;
  for (std::size_t n = 0; n < components_.size(); ++n) {
    components_[n].socket = place.sockets[n];
    components_[n].signalled = place.signalled[n];
  }
}

void Leg::change_ice(std::optional<Connectivity> connectivity) {
  if (!connectivity) {
    agent_.reset();
    consent_check_.reset();
    return;
  }
  if (!agent_) {
    agent_.emplace(std::move(connectivity->local), ice::kMaxComponents);
  } else if (agent_->local().ufrag != connectivity->local.ufrag) {
    agent_->restart(std::move(connectivity->local), ice::kMaxComponents);
  }
  if (!connectivity->remote_ufrag.empty()) agent_->set_remote(connectivity->remote_ufrag);
}

void Leg::change_dtls(const std::optional<Keying>& keying, TimePoint now) {
  if (!keying) {
    for (ComponentState& component : components_) component.handshakes.reset();
    return;
  }
  role_ = keying->role;
  final_ = final_ || keying->final;
  replay_window_ = keying->replay_window;
  if (is_muxed()) components_[1].handshakes.reset();
  for (std::size_t n = 0; n < (is_muxed() ? 1 : components_.size()); ++n) {
    ComponentState& component = components_[n];
    if (!component.handshakes || keying->association == Keying::Association::kNew) start(component, *keying);
    go_on(n, *keying, now);
  }
}

void Leg::start(ComponentState& component, const Keying& keying) {
  component.handshakes.emplace(
      dtls::Handshakes::Setup{.identity = keying.identity, .cookie_secret = keying.cookie_secret});
  component.won = false;
}

void Leg::go_on(std::size_t n, const Keying& keying, TimePoint now) {
  ComponentState& component = components_[n];
  if (!keying.peer.empty()) component.handshakes->expect(keying.peer, now);
  if (role_ == dtls::Role::kPassive) open_path(component, keying);
  const auto peer = target(n);
  if (role_ == dtls::Role::kActive && peer) component.handshakes->connect(*peer, now);
  if (peer || !agent_) limit(component, now);
  see_winner(component);
}

void Leg::limit(ComponentState& component, TimePoint now) {
  if (final_ && role_ && component.handshakes) component.handshakes->start_limit(now);
}

// A passive side behind no NAT still has a peer that may sit behind one of a kind that lets in only whom it has
// heard from the inside; the request makes its own NAT's mapping, the peer answers it or not (DTLS-14).
void Leg::open_path(ComponentState& component, const Keying& keying) {
  const bool waiting = std::holds_alternative<dtls::Handshakes::Pending>(component.handshakes->state());
  if (agent_ || keying.peer.empty() || !component.signalled || !waiting) return;
  output_.push_back({component.socket, *component.signalled, ice::binding_request(keying.binding)});
}

std::optional<Endpoint> Leg::target(std::size_t n) const {
  return agent_ ? agent_->selected(n + 1) : components_[n].signalled;
}

dtls::Source Leg::source(std::size_t n, const Endpoint& from) const {
  if (agent_) return agent_->is_validated(n + 1, from) ? dtls::Source::kValidated : dtls::Source::kStranger;
  return components_[n].signalled == from ? dtls::Source::kSignalled : dtls::Source::kStranger;
}

bool Leg::knows(relay::Component component, const Endpoint& from) const noexcept {
  const std::size_t n = index_of(component);
  if (source(n, from) != dtls::Source::kStranger) return true;
  const auto& handshakes = components_[n].handshakes;
  const auto* won = handshakes ? std::get_if<dtls::Handshakes::Connected>(&handshakes->state()) : nullptr;
  return won != nullptr && won->peer == from;
}

bool Leg::waits(relay::Component component) const noexcept {
  const auto& handshakes = components_[index_of(component)].handshakes;
  return handshakes && std::holds_alternative<dtls::Handshakes::Pending>(handshakes->state());
}

bool Leg::handle_stun(relay::Component component, const Endpoint& from, ByteView datagram, TimePoint now) {
  if (!agent_) return false;
  const std::size_t n = index_of(component);
  auto handled = agent_->handle(n + 1, from, datagram, now);
  ComponentState& state = at(component);
  if (!handled.reply.empty()) output_.push_back({state.socket, from, std::move(handled.reply)});
  if (handled.selected) {
    state.peer_found = agent_->selected(n + 1);
    const bool calls = role_ == dtls::Role::kActive && state.handshakes && !suspended_;
    if (calls) state.handshakes->connect(*state.peer_found, now);
    limit(state, now);
  }
  see_consent(n, now);
  return handled.verdict == ice::Verdict::kAnswered || handled.verdict == ice::Verdict::kRefused;
}

bool Leg::handle_dtls(relay::Component component, const Endpoint& from, ByteView datagram, TimePoint now) {
  ComponentState& state = at(component);
  if (!state.handshakes) return false;
  const dtls::Source known = source(index_of(component), from);
  if (agent_ && known != dtls::Source::kValidated) return false;  // with ICE nobody else may try (S14)
  state.handshakes->handle(from, known, datagram, now);
  see_winner(state);
  return true;
}

// A lite agent cannot ask, so the peer's own checks stand for its consent.
void Leg::see_consent(std::size_t n, TimePoint now) {
  ComponentState& component = components_[n];
  const auto selected = agent_->selected(n + 1);
  const bool consents = selected && agent_->has_consent(n + 1, now);
  if (consents && !component.consents) component.peer_found = selected;
  if (!consents && component.consents) component.lost_consent = true;
  component.consents = consents;
  if (consents && !consent_check_) consent_check_ = now + kConsentInterval;
}

std::optional<TimePoint> Leg::next_timeout() const noexcept {
  std::optional<TimePoint> next = consent_check_;
  if (suspended_) return next;
  for (const ComponentState& component : components_) {
    if (!component.handshakes) continue;
    const auto wanted = component.handshakes->next_timeout();
    if (wanted && (!next || *wanted < *next)) next = wanted;
  }
  return next;
}

void Leg::handle_timeout(TimePoint now) {
  if (consent_check_ && *consent_check_ <= now) {
    consent_check_.reset();
    for (std::size_t n = 0; agent_ && n < components_.size(); ++n) see_consent(n, now);
  }
  if (suspended_) return;
  for (ComponentState& component : components_) {
    if (!component.handshakes) continue;
    const auto wanted = component.handshakes->next_timeout();
    if (wanted && *wanted <= now) component.handshakes->handle_timeout(now);
    see_winner(component);
  }
}

void Leg::see_winner(ComponentState& component) {
  const auto* connected = std::get_if<dtls::Handshakes::Connected>(&component.handshakes->state());
  if (component.won || connected == nullptr) return;
  component.won = true;
  if (!agent_) component.peer_found = connected->peer;
}

std::vector<Sending> Leg::take_output() {
  for (ComponentState& component : components_) {
    if (!component.handshakes) continue;
    for (dtls::Outgoing& outgoing : component.handshakes->take_output()) {
      output_.push_back({component.socket, outgoing.to, std::move(outgoing.octets)});
    }
  }
  return std::exchange(output_, {});
}

bool Leg::take_lost_consent(relay::Component component) noexcept {
  return std::exchange(at(component).lost_consent, false);
}

std::optional<Endpoint> Leg::take_peer(relay::Component component) {
  return std::exchange(at(component).peer_found, std::nullopt);
}

std::optional<dtls::Keys> Leg::take_keys(relay::Component component) {
  auto& handshakes = at(component).handshakes;
  return handshakes ? handshakes->take_keys() : std::nullopt;
}

// A phone whose RTCP never gets its association has RTP all the same; one that shows a wrong certificate there is
// not trusted with RTP either, unless that has shown the right one.
std::optional<dtls::Failure> Leg::failure() const {
  const auto of = [](const ComponentState& component) -> std::optional<dtls::Failure> {
    if (!component.handshakes) return std::nullopt;
    const auto* failed = std::get_if<dtls::Handshakes::Failed>(&component.handshakes->state());
    return failed != nullptr ? std::optional(failed->why) : std::nullopt;
  };
  if (!components_[0].handshakes) return std::nullopt;
  if (const auto why = of(components_[0])) return why;
  const bool rtp_runs = std::holds_alternative<dtls::Handshakes::Connected>(components_[0].handshakes->state());
  const auto rtcp = of(components_[1]);
  return rtcp == dtls::Failure::kFingerprintMismatch && !rtp_runs ? rtcp : std::nullopt;
}

}  // namespace osrtp::transport
