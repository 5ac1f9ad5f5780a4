// The life of one component's handshakes, told in octets: the peer's datagrams come whole, changed or not at all, a
// stranger with a DTLS client of its own calls, and a host that hears nothing sends what it likes. The first octet is
// the set-up: the source that the peer is known as (bits 0-1), active (2), fingerprints known at once (3), limit
// started (4), ClientHellos in fragments (5). Each step is an octet: the verb (bits 0-2) and a parameter (3-7).
//
// Whatever happens: keys come only when Connected, once, and are the peer's; the component is never Connected to the
// stranger or the deaf host, and never fails over a certificate, for the peer has the right one; datagrams keep to the
// limit, in size and in number; and the deaf host is never sent more than it has sent.
#include <optional>
#include <vector>

#include "dtls/handshakes.hpp"
#include "support/dtls_fragments.hpp"

using namespace osrtp;
using namespace osrtp::dtls;

namespace {

using Octets = std::vector<std::uint8_t>;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

constexpr int kMaxSteps = 64;
constexpr std::size_t kMaxAtOnce = 256;
constexpr std::size_t kFragment = 120;  // ends behind a cookie

Endpoint at(std::uint8_t host) { return {IpAddress::from_v4({192, 0, 2, host}), *Port::from(4000)}; }
const Endpoint kPeer = at(1);
const Endpoint kStranger = at(66);
const Endpoint kDeaf = at(99);

std::shared_ptr<const Identity> new_identity() {
  auto made = Identity::generate(WallTime{std::chrono::seconds(1'800'000'000)});
  check(made.has_value());
  return *made;
}

struct People {
  std::shared_ptr<const Identity> us = new_identity();
  std::shared_ptr<const Identity> peer = new_identity();
  std::shared_ptr<const Identity> stranger = new_identity();
};
const People& people() {
  static const People all;
  return all;
}

std::vector<Fingerprint> only(const Identity& identity) { return {identity.fingerprint(HashFunction::kSha256)}; }

class Life {
 public:
  explicit Life(ByteView script)
      : script_(script),
        setup_(octet()),
        source_(static_cast<Source>((setup_ & 3U) % 3)),
        peer_(associate(people().peer, is_active() ? Role::kPassive : Role::kActive)),
        stranger_(associate(people().stranger, Role::kActive)) {}

  void run() {
    if ((setup_ & 8U) != 0) ours_.expect(only(*people().peer), now_);
    if ((setup_ & 16U) != 0) ours_.start_limit(now_);
    if (is_active()) ours_.connect(kPeer, now_);
    for (int steps = 0; steps < kMaxSteps && !script_.rest().empty(); ++steps) {
      step();
      inspect();
    }
  }

 private:
  [[nodiscard]] bool is_active() const { return (setup_ & 4U) != 0; }
  std::uint8_t octet() { return script_.read<std::uint8_t>().value_or(0); }
  Association associate(const std::shared_ptr<const Identity>& who, Role role) const {
    auto made = Association::create({.identity = who, .role = role, .peer = only(*people().us)}, now_);
    check(made.has_value());
    return *std::move(made);
  }

  void step() {
    const std::uint8_t verb = octet();
    const std::uint8_t parameter = verb >> 3U;
    switch (verb & 7U) {
      case 0:
      case 1:
        return speak(peer_, kPeer, source_, (verb & 1U) != 0);
      case 2:
        return speak(stranger_, kStranger, Source::kStranger, false);
      case 3:
        return raw(kDeaf, (parameter & 1U) != 0 ? Source::kSignalled : Source::kStranger);
      case 4:
        return raw(kPeer, source_);
      case 5:
        now_ += std::chrono::milliseconds(parameter * 40);
        peer_.handle_timeout(now_);
        stranger_.handle_timeout(now_);
        return ours_.handle_timeout(now_);
      case 6:
        if ((parameter & 1U) != 0) return ours_.start_limit(now_);
        return ours_.expect(only(*people().peer), now_);
      default:
        return replay(parameter);
    }
  }
  /// What `who` has to say goes to us, changed in one octet or as it is.
  void speak(Association& who, const Endpoint& from, Source source, bool changed) {
    for (Octets& one : datagrams_of(who)) {
      if (changed && !one.empty()) {
        const std::size_t where = octet() * 256U + octet();
        one[where % one.size()] ^= static_cast<std::uint8_t>(octet() | 1U);
      }
      last_ = one;
      ours_.handle(from, source, one, now_);
    }
  }
  std::vector<Octets> datagrams_of(Association& who) const {
    auto said = who.take_output();
    const bool is_fragmented = (setup_ & 32U) != 0 && said.size() == 1 && ClientHello::parse(said[0]);
    return is_fragmented ? testing::fragments(said[0], kFragment) : std::move(said);
  }
  void raw(const Endpoint& from, Source source) {
    const auto taken = script_.take(std::min<std::size_t>(octet(), script_.rest().size()));
    if (from == kDeaf) deaf_sent_ += taken->size();
    ours_.handle(from, source, *taken, now_);
  }
  /// A whole first flight of the stranger's, for a ClientHello that is not ours.
  void forge() {
    Association client = associate(people().stranger, Role::kActive);
    Association server = associate(people().stranger, Role::kPassive);
    for (const Octets& one : client.take_output()) server.handle(one, now_);
    for (const Octets& one : server.take_output()) ours_.handle(kPeer, source_, one, now_);
  }
  /// What was last said, from somewhere else or again.
  void replay(std::uint8_t parameter) {
    if ((parameter & 2U) != 0) return forge();
    const bool deaf = (parameter & 1U) != 0;
    if (deaf) deaf_sent_ += last_.size();
    ours_.handle(deaf ? kDeaf : kPeer, deaf ? Source::kStranger : source_, last_, now_);
  }

  void inspect() {
    auto output = ours_.take_output();
    check(output.size() <= kMaxAtOnce);
    for (const Outgoing& out : output) {
      check(!out.octets.empty() && out.octets.size() <= kMaxPacket);
      check(out.to == kPeer || out.to == kStranger || out.to == kDeaf);
      if (out.to == kPeer) peer_.handle(out.octets, now_);
      if (out.to == kStranger) stranger_.handle(out.octets, now_);
      if (out.to == kDeaf) deaf_heard_ += out.octets.size();
    }
    check(deaf_heard_ <= deaf_sent_);
    auto keys = ours_.take_keys();
    const auto* connected = std::get_if<Handshakes::Connected>(&ours_.state());
    check(connected == nullptr || connected->peer == kPeer);
    const auto* failed = std::get_if<Handshakes::Failed>(&ours_.state());
    check(failed == nullptr || failed->why == dtls::Failure::kTimeout ||
          failed->why == dtls::Failure::kNoCommonProfile);
    if (keys) {
      check(connected != nullptr && !ours_keys_);
      ours_keys_ = std::move(keys);
    }
    check((connected != nullptr) == ours_keys_.has_value());
    if (auto theirs = peer_.take_keys()) {
      theirs_keys_ = std::move(theirs);
    }
    if (!ours_keys_ || !theirs_keys_) return;
    check(ours_keys_->suite == theirs_keys_->suite && ours_keys_->ours.equals(theirs_keys_->theirs) &&
          ours_keys_->theirs.equals(theirs_keys_->ours));
  }

  ByteReader script_;
  std::uint8_t setup_;
  Source source_;
  TimePoint now_{std::chrono::seconds(1)};
  Handshakes ours_{{.identity = people().us, .cookie_secret = {1, 2, 3}}};
  Association peer_;
  Association stranger_;
  Octets last_{};
  std::size_t deaf_sent_ = 0;
  std::size_t deaf_heard_ = 0;
  std::optional<Keys> ours_keys_{};
  std::optional<Keys> theirs_keys_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Life(ByteView(data, size)).run();
  return 0;
}
