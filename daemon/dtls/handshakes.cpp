#include "dtls/handshakes.hpp"

#include <algorithm>
#include <utility>

#include "dtls/cookie.hpp"
#include "dtls/hello_assembly.hpp"
#include "dtls/records.hpp"
#include "dtls/strangers.hpp"

namespace osrtp::dtls {
namespace {

// What waits for take_output(); what is more is lost, as on a network.
constexpr std::size_t kMaxOutgoing = 128;

struct Candidate {
  Endpoint peer;  // where our datagrams go
  Source source;  // the best that has been known of `peer`
  TimePoint opened;
  std::vector<std::uint8_t> random;  // of its ClientHello; empty: not known
  Association association;

  [[nodiscard]] bool is_handshaking() const {
    return std::holds_alternative<Association::Handshaking>(association.state());
  }
  [[nodiscard]] bool may_go(TimePoint now) const {
    return !association.is_advanced() || now >= opened + kHandshakeLimit;
  }
  [[nodiscard]] bool is_connected() const {
    return std::holds_alternative<Association::Connected>(association.state());
  }
  [[nodiscard]] std::optional<Failure> failure() const {
    const auto* failed = std::get_if<Association::Failed>(&association.state());
    return failed != nullptr ? std::optional(failed->why) : std::nullopt;
  }
  /// The peer's own address has shown a wrong certificate or agreed on nothing.
  [[nodiscard]] bool is_mismatch() const {
    const auto why = failure();
    return why && source != Source::kStranger &&
           (*why == Failure::kFingerprintMismatch || *why == Failure::kNoCommonProfile);
  }
  /// Who has done so at the end of a whole handshake is the peer; one that broke may have been broken by anybody.
  [[nodiscard]] bool condemns_component() const {
    return is_mismatch() && std::get<Association::Failed>(association.state()).after_finished;
  }
};

}  // namespace

struct Handshakes::Impl {
  explicit Impl(Setup of_component) : setup(std::move(of_component)) {}

  [[nodiscard]] bool is_pending() const noexcept { return std::holds_alternative<Pending>(state); }
  [[nodiscard]] Candidate* find(const Endpoint& peer);
  void handle(const Endpoint& from, Source source, ByteView datagram, TimePoint now);
  void handle_passive(const Endpoint& from, Source source, ByteView datagram, TimePoint now);
  void admit(const Endpoint& from, Source source, const ClientHello& hello, ByteView datagram, TimePoint now);
  [[nodiscard]] std::optional<Association::Opening> opening_for(const Endpoint& from, Source source,
                                                                const ClientHello& hello, std::size_t size);
  [[nodiscard]] bool make_room(const Endpoint& from, Source source, TimePoint now);
  [[nodiscard]] std::optional<Association> associate(Role role, Association::Opening opening, TimePoint now) const;
  void call_peer(TimePoint now);
  void feed(Candidate& candidate, Source source, ByteView datagram, TimePoint now);
  void send(const Endpoint& to, std::vector<std::uint8_t> octets);
  void collect();
  void review(TimePoint now);
  void end(State last);

  Setup setup;
  State state = Pending{};
  std::vector<Fingerprint> expected{};
  std::optional<TimePoint> deadline{};
  std::optional<Failure> mismatch{};      // the last one, for when the time is over
  std::optional<Endpoint> target{};       // we are active
  std::optional<TimePoint> call_again{};  // our own handshake broke
  StrangerLimit strangers{};
  std::vector<Candidate> candidates{};  // oldest first; once Connected the winner alone
  HelloAssembly assembly{};
  std::optional<Keys> keys{};
  std::vector<Outgoing> outgoing{};
};

Candidate* Handshakes::Impl::find(const Endpoint& peer) {
  const auto found = std::find_if(candidates.begin(), candidates.end(),
                                  [&](const Candidate& candidate) { return candidate.peer == peer; });
  return found != candidates.end() ? &*found : nullptr;
}

std::optional<Association> Handshakes::Impl::associate(Role role, Association::Opening opening, TimePoint now) const {
  return Association::create(
      {.identity = setup.identity, .role = role, .profiles = setup.profiles, .peer = expected, .opening = opening},
      now);
}

void Handshakes::Impl::call_peer(TimePoint now) {
  call_again.reset();
  auto association = associate(Role::kActive, Association::Opening::kHello, now);
  if (!association) {
    call_again = now + kCallAgain;
    return;
  }
  candidates.push_back({.peer = *target,
                        .source = Source::kSignalled,
                        .opened = now,
                        .random = {},
                        .association = *std::move(association)});
}

void Handshakes::Impl::handle(const Endpoint& from, Source source, ByteView datagram, TimePoint now) {
  if (std::holds_alternative<Failed>(state)) return;
  if (is_pending() && !target) return handle_passive(from, source, datagram, now);
  if (candidates.empty()) return;
  Candidate& only = candidates.front();
  if (from != only.peer && source != Source::kValidated) return;
  // A passive winner answers where it is spoken to; an active one calls where connect() says.
  if (!target) only.peer = from;
  feed(only, from == only.peer ? source : only.source, datagram, now);
}

void Handshakes::Impl::handle_passive(const Endpoint& from, Source source, ByteView datagram, TimePoint now) {
  const auto hello = ClientHello::parse(datagram);
  if (hello && hello->random.empty()) {
    if (const auto whole = assembly.add(from, *hello)) return handle_passive(from, source, *whole, now);
  }
  Candidate* known = find(from);
  const bool is_new =
      hello && (known == nullptr || (!hello->random.empty() && !std::ranges::equal(hello->random, known->random)));
  if (is_new) return admit(from, source, *hello, datagram, now);
  if (known == nullptr) return;
  feed(*known, source, datagram, now);
}

// Nothing: this ClientHello begins no association, though it may have been answered with a cookie.
std::optional<Association::Opening> Handshakes::Impl::opening_for(const Endpoint& from, Source source,
                                                                  const ClientHello& hello, std::size_t size) {
  const bool is_first = hello.message_sequence == 0 && hello.cookie.empty();
  // Who begins again while a handshake runs shows that it is there, wherever it calls from: anybody can write a
  // ClientHello.
  if (source == Source::kValidated && is_first && find(from) == nullptr) return Association::Opening::kHello;
  if (hello.random.empty()) return std::nullopt;
  if (has_right_cookie(setup.cookie_secret, from, hello)) {
    if (hello.whole) return Association::Opening::kHelloWithCookie;
    assembly.begin(from, hello);
    return std::nullopt;
  }
  const auto cookie = cookie_for(setup.cookie_secret, from, hello);
  if (!cookie) return std::nullopt;
  auto reply = hello_verify_request(*cookie, hello);
  if (reply.size() <= size) send(from, std::move(reply));
  return std::nullopt;
}

void Handshakes::Impl::admit(const Endpoint& from, Source source, const ClientHello& hello, ByteView datagram,
                             TimePoint now) {
  const Candidate* known = find(from);
  if (known != nullptr && !known->is_handshaking()) return;
  const auto opening = opening_for(from, source, hello, datagram.size());
  if (!opening || (source == Source::kStranger && !strangers.admits(from.address, now))) return;
  std::erase_if(candidates, [&](const Candidate& candidate) { return candidate.peer == from; });
  if (!make_room(from, source, now)) return;
  auto association = associate(Role::kPassive, *opening, now);
  if (!association) return;
  candidates.push_back({.peer = from,
                        .source = source,
                        .opened = now,
                        .random = {hello.random.begin(), hello.random.end()},
                        .association = *std::move(association)});
  feed(candidates.back(), source, datagram, now);
}

// The oldest stranger goes, of the newcomer's own network where there is one: many ports of one host do not drive out
// other hosts. Who is far with its handshake stays until the time for it is over.
bool Handshakes::Impl::make_room(const Endpoint& from, Source source, TimePoint now) {
  const bool is_stranger = source == Source::kStranger;
  const auto is_alike = [=](const Candidate& c) { return (c.source == Source::kStranger) == is_stranger; };
  if (std::ranges::count_if(candidates, is_alike) < static_cast<std::ptrdiff_t>(kMaxAssociations)) return true;
  if (!is_stranger) return false;
  const auto is_neighbour = [network = network_of(from.address)](const Candidate& c) {
    return c.source == Source::kStranger && network_of(c.peer.address) == network;
  };
  const bool has_neighbour = std::ranges::any_of(candidates, is_neighbour);
  const auto goes = std::ranges::find_if(candidates, [&](const Candidate& c) {
    return is_alike(c) && c.may_go(now) && (!has_neighbour || is_neighbour(c));
  });
  if (goes == candidates.end()) return false;
  candidates.erase(goes);
  return true;
}

void Handshakes::Impl::feed(Candidate& candidate, Source source, ByteView datagram, TimePoint now) {
  candidate.source = std::min(candidate.source, source);
  candidate.association.handle(datagram, now);
}

void Handshakes::Impl::send(const Endpoint& to, std::vector<std::uint8_t> octets) {
  if (outgoing.size() < kMaxOutgoing) outgoing.push_back({to, std::move(octets)});
}

void Handshakes::Impl::collect() {
  for (Candidate& candidate : candidates) {
    for (auto& octets : candidate.association.take_output()) send(candidate.peer, std::move(octets));
  }
}

void Handshakes::Impl::end(State last) {
  candidates.clear();
  assembly = {};
  call_again.reset();
  deadline.reset();
  state = last;
}

void Handshakes::Impl::review(TimePoint now) {
  collect();
  if (!is_pending()) return;
  const auto winner =
      std::find_if(candidates.begin(), candidates.end(), [](const auto& c) { return c.is_connected(); });
  if (winner != candidates.end()) {
    Candidate kept = std::move(*winner);
    keys = kept.association.take_keys();
    end(Connected{kept.peer});
    candidates.push_back(std::move(kept));
    return;
  }
  const auto condemned =
      std::find_if(candidates.begin(), candidates.end(), [](const auto& c) { return c.condemns_component(); });
  if (condemned != candidates.end()) return end(Failed{*condemned->failure()});
  for (const Candidate& candidate : candidates) {
    if (candidate.is_mismatch()) mismatch = candidate.failure();
  }
  std::erase_if(candidates, [](const Candidate& c) { return c.failure().has_value(); });
  if (target && candidates.empty() && !call_again) call_again = now + kCallAgain;
}

Handshakes::Handshakes(Setup setup) : impl_(std::make_unique<Impl>(std::move(setup))) {}
Handshakes::Handshakes(Handshakes&&) noexcept = default;
Handshakes& Handshakes::operator=(Handshakes&&) noexcept = default;
Handshakes::~Handshakes() = default;

void Handshakes::expect(std::vector<Fingerprint> peer, TimePoint now) {
  if (!impl_->is_pending()) return;
  impl_->expected = std::move(peer);
  for (Candidate& candidate : impl_->candidates) candidate.association.expect(impl_->expected, now);
  impl_->review(now);
}

void Handshakes::start_limit(TimePoint now) {
  if (impl_->is_pending() && !impl_->deadline) impl_->deadline = now + kHandshakeLimit;
}

void Handshakes::connect(const Endpoint& peer, TimePoint now) {
  if (impl_->target) {
    impl_->target = peer;
    if (!impl_->candidates.empty()) impl_->candidates.front().peer = peer;
    return;
  }
  if (!impl_->is_pending()) return;
  impl_->candidates.clear();
  impl_->target = peer;
  impl_->call_peer(now);
  impl_->review(now);
}

void Handshakes::handle(const Endpoint& from, Source source, ByteView datagram, TimePoint now) {
  impl_->handle(from, source, datagram, now);
  impl_->review(now);
}

std::optional<TimePoint> Handshakes::next_timeout() const noexcept {
  std::optional<TimePoint> next = impl_->deadline;
  const auto consider = [&next](std::optional<TimePoint> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  consider(impl_->call_again);
  for (const Candidate& candidate : impl_->candidates) consider(candidate.association.next_timeout());
  return next;
}

void Handshakes::handle_timeout(TimePoint now) {
  if (!impl_->is_pending()) return;
  if (impl_->deadline && now >= *impl_->deadline) {
    return impl_->end(Failed{impl_->mismatch.value_or(Failure::kTimeout)});
  }
  for (Candidate& candidate : impl_->candidates) candidate.association.handle_timeout(now);
  if (impl_->call_again && now >= *impl_->call_again) impl_->call_peer(now);
  impl_->review(now);
}

std::vector<Outgoing> Handshakes::take_output() { return std::exchange(impl_->outgoing, {}); }

const Handshakes::State& Handshakes::state() const noexcept { return impl_->state; }

std::optional<Keys> Handshakes::take_keys() {
  auto taken = std::move(impl_->keys);
  impl_->keys.reset();
  return taken;
}

}  // namespace osrtp::dtls
