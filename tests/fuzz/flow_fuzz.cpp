// The life of one stream, told in octets: legs come, change, are held and go, phones
// speak and a stranger throws what it likes at our ports. A step is an octet: the verb
// (bits 0-2), the leg (4-6), RTCP (7); what it needs follows it.
//
// Whatever happens: what a stranger sends to a leg with keys changes nothing but a drop
// counter; what leaves a leg with keys opens under its key, and into the packet that was
// sent; what leaves a plain leg is what came; nothing goes to the stranger, to a leg
// on hold or to a blocked one; and each packet is received or dropped, once.
#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <vector>

#include "relay/stream.hpp"
#include "support/script.hpp"

using namespace osrtp;
using namespace osrtp::relay;
using osrtp::srtp::Context;
using osrtp::srtp::Direction;
using osrtp::testing::Script;

namespace {

using Octets = std::vector<std::uint8_t>;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

constexpr int kMaxSteps = 100;
constexpr std::size_t kLegs = 3;  // the caller's and two branches

Endpoint at(std::uint8_t host, std::uint32_t port) {
  return {IpAddress::from_v4({192, 0, 2, host}), *Port::from(port)};
}
const Endpoint kStranger = at(66, 9);

enum class Kind : std::uint8_t { kBlocked, kPlain, kSecured, kOpaque };

/// A phone, and what we know of the leg that faces it.
struct Phone {
  std::uint8_t leg = 0;
  bool present = false;
  Kind kind = Kind::kBlocked;
  Mux mux = Mux::kSeparate;
  bool held = false;
  std::optional<Context> out{};
  std::optional<Context> in{};
  srtp::Key relay_key{.suite = Suite::kAeadAes128Gcm, .master = {}};
  std::uint64_t fed = 0;

  [[nodiscard]] Endpoint home(Component kind_of) const {
    const bool rtp = kind_of == Component::kRtp || (mux == Mux::kMuxed && kind != Kind::kOpaque);
    return at(leg, rtp ? 4000 : 4001);
  }
};

class Life {
 public:
  explicit Life(Script script) : script_(script) {
    for (std::uint8_t i = 0; i < kLegs; ++i) phones_[i].leg = i;
  }

  void run() {
    for (int steps = 0; steps < kMaxSteps && !script_.is_over(); ++steps) step();
  }

 private:
  void step() {
    const std::uint8_t verb = script_.octet();
    Phone& phone = phones_[(verb >> 4U) % kLegs];
    const auto component = (verb & 0x80U) != 0 ? Component::kRtcp : Component::kRtp;
    switch (verb & 7U) {
      case 0:
        return set(phone);
      case 1:
        stream_.connect(phone.leg);
        connected_ = phone.leg;
        return;
      case 2:
        stream_.remove_leg(phone.leg);
        phone = Phone{.leg = phone.leg};
        if (connected_ == phone.leg) connected_ = 0;
        return;
      case 3:
        now_ += std::chrono::milliseconds(script_.number());
        return;
      case 4:
        return strange(phone, component);
      default:
        return speak(phone, component);
    }
  }

  /// One octet: protection (bits 0-1), suite (2-4), hold (5), muxed (6), keep or rekey where possible (7).
  void set(Phone& phone) {
    const std::uint8_t how = script_.octet();
    const Suite suite = kSuites[how >> 2U & 7U].suite;
    const bool keeps = (how & 0x80U) != 0 && phone.present;
    phone.held = (how & 0x20U) != 0;
    phone.mux = (how & 0x40U) != 0 ? Mux::kMuxed : Mux::kSeparate;
    LegSetup setup;
    setup.rtp_socket = SocketId(phone.leg * 2U);
    setup.rtcp_socket = SocketId(phone.leg * 2U + 1U);
    setup.mux = phone.mux;
    if (!phone.held) {
      setup.rtp = at(phone.leg, 4000);
      setup.rtcp = at(phone.leg, 4001);
    }
    if (keeps) {
      if (phone.kind == Kind::kSecured && (how & 1U) != 0) setup.protection = rekey(phone);
    } else {
      phone.kind = static_cast<Kind>(how & 3U);
      setup.protection = protection(phone, suite);
    }
    phone.present = true;
    stream_.set_leg(phone.leg, std::move(setup), now_);
  }

  srtp::Key fresh_key(Suite suite) {
    Octets master(facts(suite).master_size());
    std::iota(master.begin(), master.end(), std::uint8_t{0});
    ++keys_;
    master[0] = static_cast<std::uint8_t>(keys_);
    master[1] = static_cast<std::uint8_t>(keys_ >> 8U);
    return {.suite = suite, .master = *Secret::from(master)};
  }
  static Context context(Direction direction, const srtp::Key& key) {
    auto made = Context::create(direction, key);
    check(made.has_value());
    return *std::move(made);
  }

  decltype(LegSetup::protection) protection(Phone& phone, Suite suite) {
    switch (phone.kind) {
      case Kind::kBlocked:
        return Blocked{Drop::kFailed};
      case Kind::kPlain:
        return Plain{};
      case Kind::kOpaque:
        return Opaque{};
      case Kind::kSecured:
        break;
    }
    const srtp::Key own = fresh_key(suite);
    phone.relay_key = fresh_key(suite);
    phone.out = context(Direction::kOutbound, own);
    phone.in = context(Direction::kInbound, phone.relay_key);
    return Secured{context(Direction::kInbound, own), context(Direction::kOutbound, phone.relay_key)};
  }

  Rekey rekey(Phone& phone) {
    const srtp::Key own = fresh_key(phone.out->suite());
    phone.out = context(Direction::kOutbound, own);
    return {.in = own.clone()};
  }

  /// A length and as many octets, from a stranger or from where the phone is.
  void strange(Phone& phone, Component component) {
    const std::uint8_t size = script_.octet();
    const Octets packet = script_.octets(size);
    const Endpoint from = size % 2 == 0 ? kStranger : phone.home(component);
    const auto before = counters();
    const auto sent = feed(phone, component, from, packet, packet);
    const bool could_pass = from != kStranger && (phone.kind == Kind::kPlain || phone.kind == Kind::kOpaque);
    if (!could_pass) check(!sent && only_drops_moved(before));
  }

  /// Sequence number, SSRC and payload size of a packet that the phone sends, RTP or RTCP.
  void speak(Phone& phone, Component kind) {
    const std::uint16_t sequence = script_.number();
    const std::uint8_t ssrc = script_.octet();
    const std::uint8_t size = script_.octet();
    Octets plain = kind == Component::kRtp ? rtp(sequence, ssrc, size) : rtcp(ssrc);
    Octets wire = plain;
    if (phone.kind == Kind::kSecured) {
      wire.resize(plain.size() + phone.out->trailer_size());
      const auto sealed = kind == Component::kRtp ? phone.out->protect_rtp(wire, plain.size())
                                                  : phone.out->protect_rtcp(wire, plain.size());
      if (!sealed) return;
      wire.resize(sealed->size());
    }
    const bool muxed = phone.mux == Mux::kMuxed && phone.kind != Kind::kOpaque;
    feed(phone, muxed ? Component::kRtp : kind, phone.home(kind), wire, plain);
  }
  static Octets rtp(std::uint16_t sequence, std::uint8_t ssrc, std::uint8_t size) {
    Octets packet{
        0x80, 0,   static_cast<std::uint8_t>(sequence >> 8U), static_cast<std::uint8_t>(sequence), 0, 0, 0, 0, 0, 0,
        0,    ssrc};
    packet.resize(packet.size() + size, size);
    return packet;
  }
  static Octets rtcp(std::uint8_t ssrc) { return {0x80, 201, 0, 1, 0, 0, 0, ssrc}; }

  bool feed(Phone& phone, Component component, const Endpoint& from, const Octets& wire, const Octets& plain) {
    Octets buffer = wire;
    buffer.resize(wire.size() + kTailRoom);
    const auto sent = stream_.handle(phone.leg, component, {from, buffer, wire.size()}, now_);
    if (phone.present) ++phone.fed;
    check(phone.present || (!sent && sent.error() == Drop::kInternal));
    if (sent) left(phone, *sent, buffer, plain);
    account(phone);
    return sent.has_value();
  }

  void left(const Phone& from, const Forward& sent, ByteView buffer, const Octets& plain) {
    check(connected_ != 0 && (from.leg == 0 || from.leg == connected_));
    Phone& to = phones_[from.leg == 0 ? connected_ : 0];
    check(sent.packet.data() == buffer.data() && sent.packet.size() <= buffer.size());
    check(sent.socket.get() / 2 == to.leg && sent.to != kStranger && sent.to.address == at(to.leg, 1).address);
    check(from.kind != Kind::kBlocked && to.kind != Kind::kBlocked && !to.held && to.present);
    check((from.kind == Kind::kOpaque) == (to.kind == Kind::kOpaque));
    if (to.kind != Kind::kSecured)
      return check(std::equal(sent.packet.begin(), sent.packet.end(), plain.begin(), plain.end()));
    check(sent.packet.size() > plain.size());
    opens_into(to, sent.packet, plain);
  }

  static void opens_into(Phone& to, ByteView packet, const Octets& plain) {
    Octets wire(packet.begin(), packet.end());
    const bool rtcp = (wire[1] & 0x7fU) >= 64 && (wire[1] & 0x7fU) <= 95;
    const auto opened = rtcp ? to.in->unprotect_rtcp(wire) : to.in->unprotect_rtp(wire);
    check(opened && opened->size() == plain.size());
    if (!rtcp) std::copy(plain.begin() + 2, plain.begin() + 4, opened->begin() + 2);  // may have been renumbered
    check(std::equal(plain.begin(), plain.end(), opened->begin()));
  }

  void account(const Phone& phone) {
    const auto now = stream_.counters(phone.leg);
    const std::uint64_t passed = now.received_rtp.packets + now.received_rtcp.packets;
    check(std::accumulate(now.dropped.begin(), now.dropped.end(), passed) == phone.fed);
  }

  [[nodiscard]] std::array<LegCounters, kLegs> counters() const {
    return {stream_.counters(0), stream_.counters(1), stream_.counters(2)};
  }
  [[nodiscard]] bool only_drops_moved(std::array<LegCounters, kLegs> before) const {
    const auto after = counters();
    for (std::size_t i = 0; i < kLegs; ++i) {
      for (std::size_t d = 0; d < kDropCount; ++d) check(after[i].dropped[d] >= before[i].dropped[d]);
      before[i].dropped = after[i].dropped;
    }
    return before == after;
  }

  Script script_;
  Stream stream_;
  std::array<Phone, kLegs> phones_;
  LegIndex connected_ = 0;
  unsigned keys_ = 0;
  TimePoint now_{std::chrono::hours(1)};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = srtp::initialize().has_value();
  check(ready);
  Life(Script(data, size)).run();
  return 0;
}
