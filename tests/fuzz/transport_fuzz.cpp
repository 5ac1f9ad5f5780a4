// The life of one stream whose legs are plain or keyed by DTLS, with ICE or without, told in octets: legs are set up,
// changed, suspended and removed; their phones shake hands, check and send media, whole or changed; a stranger sends
// what it likes; time passes. A step is an octet: the verb (bits 0-2), the leg (3), the component (4) and a parameter
// (5-7); what it needs follows it.
//
// Whatever happens: from a leg that has a keying only what its phone has sealed goes further, and into what was sealed;
// what goes to such a leg has nothing in it that can be read; what the stream sends of its own is bounded in size and
// number, and goes to a phone, or to the stranger not more than it has sent; and after it has been woken, it wants to
// be woken later, or not at all.
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "support/script.hpp"
#include "support/stun.hpp"
#include "transport/stream.hpp"

using namespace osrtp;
using osrtp::relay::Component;
using osrtp::testing::Check;
using osrtp::testing::Script;
using transport::Keying;

namespace {

using Octets = std::vector<std::uint8_t>;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

constexpr int kMaxSteps = 48;
constexpr std::size_t kLegs = 2;
constexpr std::size_t kMaxAtOnce = 256;
constexpr std::size_t kMaxDatagram = 1500;
constexpr std::size_t kHeader = 12;
constexpr std::size_t kPayload = 64;
constexpr std::uint8_t kFill = 0xa7;  // what a phone says; nothing else has so many of them in a row
constexpr std::size_t kRun = 16;

Endpoint at(std::uint8_t host, std::uint32_t port) {
  return {IpAddress::from_v4({192, 0, 2, host}), *Port::from(port)};
}
const Endpoint kStranger = at(66, 9);

std::shared_ptr<const dtls::Identity> new_identity() {
  auto made = dtls::Identity::generate(WallTime{std::chrono::seconds(1'800'000'000)});
  check(made.has_value());
  return *made;
}
struct People {
  std::shared_ptr<const dtls::Identity> us = new_identity();
  std::shared_ptr<const dtls::Identity> phone = new_identity();
};
const People& people() {
  static const People all;
  return all;
}
std::vector<Fingerprint> only(const dtls::Identity& identity) { return {identity.fingerprint(HashFunction::kSha256)}; }

bool can_be_read(ByteView packet) {
  const Octets run(kRun, kFill);
  return std::search(packet.begin(), packet.end(), run.begin(), run.end()) != packet.end();
}

/// The phone's end of one component's association.
struct Line {
  std::optional<dtls::Association> association{};
  std::optional<srtp::Context> out{};
};

/// A phone, and what we have set up for it.
struct Phone {
  std::uint8_t leg = 0;
  bool present = false;
  bool keyed = false;  // it has a keying, or had one when it was suspended
  bool ice = false;
  relay::Mux mux = relay::Mux::kMuxed;
  unsigned generation = 0;  // of its ICE credentials
  std::array<Line, 2> lines{};
  std::uint16_t sequence = 0;

  [[nodiscard]] Endpoint home(Component component) const {
    return at(leg, component == Component::kRtp || mux == relay::Mux::kMuxed ? 4000 : 4001);
  }
  [[nodiscard]] SocketId socket(Component component) const {
    return SocketId(leg * 2U + (component == Component::kRtp ? 0U : 1U));
  }
  [[nodiscard]] std::string ufrag() const { return "ours" + std::to_string(generation); }
  static std::string password() { return "ourpassword0123456789abc"; }
};

class Life {
 public:
  explicit Life(Script script) : script_(script) {
    check(srtp::initialize().has_value());
    for (std::uint8_t i = 0; i < kLegs; ++i) phones_[i].leg = i;
    stream_.connect(1);
  }

  void run() {
    for (int steps = 0; steps < kMaxSteps && !script_.is_over(); ++steps) {
      step();
      collect();
    }
  }

 private:
  void step() {
    const std::uint8_t verb = script_.octet();
    Phone& phone = phones_[verb >> 3U & 1U];
    const auto component = (verb & 0x10U) != 0 ? Component::kRtcp : Component::kRtp;
    const std::uint8_t parameter = verb >> 5U;
    switch (verb & 7U) {
      case 0:
        return set(phone);
      case 1:
        return suspend_or_remove(phone, parameter);
      case 2:
        return shake(phone, component, parameter);
      case 3:
        return speak(phone, component, parameter);
      case 4:
        return nominate(phone, component, parameter);
      case 5:
        return strange(phone, component, parameter);
      default:
        return pass_time(parameter);
    }
  }

  transport::LegSetup ground(const Phone& phone) const {
    transport::LegSetup setup{};
    setup.relay.rtp_socket = phone.socket(Component::kRtp);
    setup.relay.rtcp_socket = phone.socket(Component::kRtcp);
    setup.relay.rtp = phone.home(Component::kRtp);
    setup.relay.rtcp = phone.home(Component::kRtcp);
    setup.relay.mux = phone.mux;
    if (phone.ice) {
      setup.relay.follow = relay::Follow::kNomination;
      setup.connectivity = transport::Connectivity{{phone.ufrag(), *Secret::from(bytes_of(Phone::password()))}, "them"};
    }
    return setup;
  }

  /// One octet: keyed (bit 0), we are active (1), not answered yet (2), a new association (3), ICE (4), separate
  /// RTCP (5), ICE restarts (6).
  void set(Phone& phone) {
    const std::uint8_t how = script_.octet();
    const bool had = phone.present && phone.keyed;
    phone.present = true;
    phone.ice = (how & 0x10U) != 0;
    phone.mux = (how & 0x20U) != 0 ? relay::Mux::kSeparate : relay::Mux::kMuxed;
    if ((how & 0x40U) != 0) ++phone.generation;
    phone.keyed = (how & 1U) != 0;
    transport::LegSetup setup = ground(phone);
    if (phone.keyed) {
      setup.keying = keying(how, had);
      if (had) setup.relay.protection = relay::Keep{};
      if (!had) setup.relay.protection = relay::Blocked{relay::Drop::kNotKeyed};
      if (!had || setup.keying->association == Keying::Association::kNew) begin(phone, (how & 2U) != 0);
    } else {
      setup.relay.protection = relay::Plain{};
      phone.lines = {};
    }
    stream_.set_leg(phone.leg, std::move(setup), now_);
  }
  static Keying keying(std::uint8_t how, bool had) {
    Keying keying;
    keying.identity = people().us;
    if (had && (how & 8U) != 0) keying.association = Keying::Association::kNew;
    if ((how & 4U) != 0) return keying;
    keying.role = (how & 2U) != 0 ? dtls::Role::kActive : dtls::Role::kPassive;
    keying.peer = only(*people().phone);
    return keying;
  }
  /// The phone takes part in a new association; what it had sealed under the older one's keys it goes on with.
  void begin(Phone& phone, bool we_are_active) const {
    for (Line& line : phone.lines) {
      line.association = dtls::Association::create({.identity = people().phone,
                                                    .role = we_are_active ? dtls::Role::kPassive : dtls::Role::kActive,
                                                    .peer = only(*people().us)},
                                                   now_);
      check(line.association.has_value());
    }
  }
  void suspend_or_remove(Phone& phone, std::uint8_t parameter) {
    if ((parameter & 1U) != 0) {
      stream_.remove_leg(phone.leg);
      phone.present = phone.keyed = false;
      phone.lines = {};
      return;
    }
    if (!phone.present) return;
    transport::LegSetup setup = ground(phone);
    setup.relay.protection = relay::Suspend{relay::Drop::kFailed};
    stream_.set_leg(phone.leg, std::move(setup), now_);
  }

  /// What the phone has to say of its handshake; changed in one octet where the parameter is 0.
  void shake(Phone& phone, Component component, std::uint8_t parameter) {
    Line& line = phone.lines[static_cast<std::size_t>(component)];
    if (!line.association) return;
    for (Octets& one : line.association->take_output()) {
      if (parameter == 0) change(one);
      check(!feed(phone, component, phone.home(component), one));
    }
  }
  void change(Octets& octets) {
    octets[script_.number() % octets.size()] ^= static_cast<std::uint8_t>(script_.octet() | 1U);
  }

  Octets media(Phone& phone) {
    ++phone.sequence;
    Octets packet{0x80,
                  0x00,
                  static_cast<std::uint8_t>(phone.sequence >> 8U),
                  static_cast<std::uint8_t>(phone.sequence),
                  0,
                  0,
                  0,
                  1,
                  0,
                  0,
                  0,
                  phone.leg};
    packet.resize(kHeader + kPayload, kFill);
    return packet;
  }
  /// Sealed where the phone has keys (parameter 0-3), in clear (4-5), or sealed and changed (6-7).
  void speak(Phone& phone, Component component, std::uint8_t parameter) {
    const Octets clear = media(phone);
    Octets wire = clear;
    auto& out = phone.lines[0].out;
    const bool sealed = out && (parameter < 4 || parameter > 5);
    if (sealed) {
      wire.resize(clear.size() + out->trailer_size());
      const auto done = out->protect_rtp(wire, clear.size());
      check(done.has_value());
      wire.resize(done->size());
      if (parameter > 5) change(wire);
    }
    const bool genuine = sealed && parameter < 4;
    const bool went = feed(phone, component, phone.home(component), wire);
    if (phone.keyed && !genuine) check(!went);
  }

  void nominate(Phone& phone, Component component, std::uint8_t parameter) {
    Check request{.username = phone.ufrag() + ":them", .password = Phone::password()};
    request.transaction = script_.octet();
    request.use_candidate = (parameter & 1U) != 0;
    if ((parameter & 2U) != 0) request.password = "notthepassword0123456789";
    if ((parameter & 4U) != 0) request.controlled = std::exchange(request.controlling, std::nullopt);
    check(!feed(phone, component, phone.home(component), request.octets()));
  }

  void strange(Phone& phone, Component component, std::uint8_t parameter) {
    const Octets octets = script_.octets(script_.octet());
    if (octets.empty()) return;
    strangers_octets_ += octets.size();
    const bool as_phone = (parameter & 1U) != 0;
    const bool went = feed(phone, component, as_phone ? phone.home(component) : kStranger, octets);
    if (phone.keyed) check(!went);
  }

  void pass_time(std::uint8_t parameter) {
    if ((parameter & 1U) != 0) {
      now_ = std::max(now_, stream_.next_timeout().value_or(now_));
    } else {
      now_ += std::chrono::milliseconds(script_.number());
    }
    stream_.handle_timeout(now_);
    const auto next = stream_.next_timeout();
    check(!next || *next > now_);
    for (Phone& phone : phones_) {
      for (Line& line : phone.lines) {
        if (line.association) line.association->handle_timeout(now_);
      }
    }
  }

  /// @return whether it went further
  bool feed(const Phone& from, Component component, const Endpoint& source, const Octets& octets) {
    Octets buffer = octets;
    buffer.resize(octets.size() + kTailRoom);
    const auto handled = stream_.handle(from.leg, component, {source, buffer, octets.size()}, now_);
    const auto* forward = std::get_if<Forward>(&handled);
    if (forward == nullptr) return false;
    const Phone& to = phones_[1U - from.leg];
    check(from.present && to.present);
    check(forward->socket == to.socket(Component::kRtp) || forward->socket == to.socket(Component::kRtcp));
    if (to.keyed) check(!can_be_read(forward->packet));
    return true;
  }

  void collect() {
    const auto all = stream_.take_output();
    check(all.size() <= kMaxAtOnce);
    for (const auto& one : all) {
      check(!one.octets.empty() && one.octets.size() <= kMaxDatagram);
      check(!can_be_read(one.octets));
      if (one.to == kStranger) strangers_share_ += one.octets.size();
      deliver(one);
    }
    check(strangers_share_ <= strangers_octets_);
    for (Phone& phone : phones_) {
      for (Line& line : phone.lines) take_keys(line);
    }
  }
  void deliver(const transport::Sending& one) {
    if (one.to == kStranger) return;
    Phone& phone = phones_[one.socket.get() / 2U];
    const auto component = static_cast<std::size_t>(one.socket.get() % 2U);
    check(one.to == phone.home(Component::kRtp) || one.to == at(phone.leg, 4001));
    Line& line = phone.lines[component];
    if (line.association && one.octets[0] >= 20) line.association->handle(one.octets, now_);
  }
  static void take_keys(Line& line) {
    if (!line.association) return;
    auto keys = line.association->take_keys();
    if (!keys) return;
    line.out = *srtp::Context::create(srtp::Direction::kOutbound, {keys->suite, std::move(keys->ours)});
  }

  Script script_;
  TimePoint now_{std::chrono::seconds(1)};
  transport::Stream stream_;
  std::array<Phone, kLegs> phones_{};
  std::size_t strangers_octets_ = 0;
  std::size_t strangers_share_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Life(Script(data, size)).run();
  return 0;
}
