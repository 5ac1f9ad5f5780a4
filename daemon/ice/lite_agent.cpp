#include "ice/lite_agent.hpp"

#include <algorithm>
#include <utility>

namespace osrtp::ice {
namespace {

constexpr std::uint16_t kUnknownAttribute = 420;  // RFC 8489 §14.8
constexpr std::uint16_t kRoleConflict = 487;      // RFC 8445 §16.2

std::size_t allowed(std::size_t components) { return std::clamp<std::size_t>(components, 1, kMaxComponents); }

bool is_binding_request(const Message& message) {
  return message.message_class == Class::kRequest && message.method == kBinding;
}

/// The sender's half of "ours:theirs"; nothing if ours is not before it. A colon is no ice-char.
std::optional<std::string_view> peer_of(std::optional<std::string_view> username, std::string_view ours) {
  if (!username || !username->starts_with(ours)) return std::nullopt;
  username->remove_prefix(ours.size());
  if (!username->starts_with(':')) return std::nullopt;
  return username->substr(1);
}

Handled respond(const Message& request, const Endpoint& from, ByteView password) {
  const auto& id = request.transaction;
  if (!request.unknown_required.empty()) {
    return {Verdict::kRefused, binding_error(id, kUnknownAttribute, request.unknown_required, password)};
  }
  if (request.ice_controlled) return {Verdict::kRefused, binding_error(id, kRoleConflict, {}, password)};
  return {Verdict::kAnswered, binding_success(id, from, password)};
}

}  // namespace

LiteAgent::LiteAgent(Credentials local, std::size_t components)
    : current_{.local = std::move(local)}, components_(allowed(components)) {}

void LiteAgent::set_remote(std::string_view ufrag) {
  current_.remote = ufrag;
  for (Component& component : components_) component.forget_all_but(ufrag);
}

void LiteAgent::restart(Credentials local, std::size_t components) {
  // Credentials that have nominated nothing leave nothing to keep alive; what was selected before them still is.
  if (is_nominated(Generation::kCurrent)) former_ = std::move(current_);
  current_ = Session{.local = std::move(local)};
  components_.resize(allowed(components));
  for (Component& component : components_) component.become_former();
  if (!is_nominated(Generation::kFormer)) former_.reset();
}

Handled LiteAgent::handle(std::size_t component, const Endpoint& from, ByteView datagram, TimePoint now) {
  const auto message = Message::parse(datagram);
  if (!message) return {Verdict::kNotStun};
  if (at(component) == nullptr || !is_binding_request(*message)) return {Verdict::kUnexpected};
  Component& state = components_[component - 1];
  const auto generation = authenticate(state, from, datagram, *message, now);
  if (!generation) return {Verdict::kUnauthenticated};
  const Credentials& ours = *generation == Generation::kCurrent ? current_.local : former_->local;
  Handled handled = respond(*message, from, ours.password.reveal());
  if (state.find(from) == nullptr && handled.reply.size() > datagram.size()) return {Verdict::kUnexpected};
  if (handled.verdict != Verdict::kAnswered) return handled;
  const std::string peer(*peer_of(message->username, ours.ufrag));
  handled.selected = accept(state, {from, peer, now}, *generation, *message);
  return handled;
}

std::optional<LiteAgent::Generation> LiteAgent::authenticate(const Component& component, const Endpoint& from,
                                                             ByteView datagram, const Message& message,
                                                             TimePoint now) const {
  const auto proves = [&](const Session& session) {
    const auto peer = peer_of(message.username, session.local.ufrag);
    if (!peer || (session.remote && *peer != *session.remote)) return false;
    return verify_integrity(datagram, message, session.local.password.reveal());
  };
  if (proves(current_)) return Generation::kCurrent;
  // RFC 8445 §9: media goes on as before, so the peer's consent checks do until it has our new credentials.
  const bool goes_on = former_ && component.is_selected(from) && component.has_consent(now) &&
                       component.nomination->generation == Generation::kFormer;
  if (goes_on && proves(*former_)) return Generation::kFormer;
  return std::nullopt;
}

bool LiteAgent::accept(Component& component, Source source, Generation generation, const Message& message) {
  const Endpoint from = source.address;
  const TimePoint now = source.heard;
  component.touch(std::move(source));
  if (!message.use_candidate || generation == Generation::kFormer) return false;
  const bool changed = component.nominate(from, message.priority.value_or(0), now);
  if (!is_nominated(Generation::kFormer)) former_.reset();
  return changed;
}

bool LiteAgent::is_nominated(Generation generation) const {
  return std::any_of(components_.begin(), components_.end(), [generation](const Component& component) {
    return component.nomination && component.nomination->generation == generation;
  });
}

std::optional<Endpoint> LiteAgent::selected(std::size_t component) const {
  const Component* state = at(component);
  if (state == nullptr || !state->nomination) return std::nullopt;
  return state->nomination->address;
}

bool LiteAgent::is_validated(std::size_t component, const Endpoint& from) const {
  const Component* state = at(component);
  return state != nullptr && state->find(from) != nullptr;
}

bool LiteAgent::has_consent(std::size_t component, TimePoint now) const {
  const Component* state = at(component);
  return state != nullptr && state->has_consent(now);
}

const LiteAgent::Component* LiteAgent::at(std::size_t component) const {
  return component >= 1 && component <= components_.size() ? &components_[component - 1] : nullptr;
}

bool LiteAgent::Component::is_selected(const Endpoint& address) const {
  return nomination && nomination->address == address;
}

const LiteAgent::Source* LiteAgent::Component::find(const Endpoint& address) const {
  const auto found =
      std::find_if(sources.begin(), sources.end(), [&](const Source& s) { return s.address == address; });
  return found == sources.end() ? nullptr : &*found;
}

bool LiteAgent::Component::has_consent(TimePoint now) const {
  const Source* source = nomination ? find(nomination->address) : nullptr;
  return source != nullptr && now - source->heard < kConsent;
}

void LiteAgent::Component::touch(Source source) {
  auto place =
      std::find_if(sources.begin(), sources.end(), [&](const Source& s) { return s.address == source.address; });
  if (place == sources.end() && sources.size() == kMaxValidated) {
    const auto oldest =
        std::find_if(sources.rbegin(), sources.rend(), [this](const Source& s) { return !is_selected(s.address); });
    sources.erase(std::prev(oldest.base()));
    place = sources.end();
  }
  if (place == sources.end()) {
    sources.insert(sources.begin(), std::move(source));
    return;
  }
  *place = std::move(source);
  std::rotate(sources.begin(), place, std::next(place));
}

bool LiteAgent::Component::nominate(const Endpoint& address, std::uint32_t priority, TimePoint now) {
  const bool is_first = !nomination || nomination->generation == Generation::kFormer;
  const bool settling = !is_first && now - nomination->first < kSettling;
  const bool changed = !is_selected(address);
  if (changed && settling && priority < nomination->priority) return false;
  nomination = Nomination{address, Generation::kCurrent, priority, is_first ? now : nomination->first};
  return changed;
}

void LiteAgent::Component::forget_all_but(std::string_view peer) {
  const bool is_current = nomination && nomination->generation == Generation::kCurrent;
  if (is_current && find(nomination->address)->peer != peer) nomination.reset();
  std::erase_if(sources, [&](const Source& s) { return s.peer != peer && !is_selected(s.address); });
}

void LiteAgent::Component::become_former() {
  std::erase_if(sources, [this](const Source& s) { return !is_selected(s.address); });
  if (nomination) nomination->generation = Generation::kFormer;
}

}  // namespace osrtp::ice
