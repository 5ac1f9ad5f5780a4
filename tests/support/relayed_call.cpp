#include "support/relayed_call.hpp"

#include <algorithm>
#include <numeric>

namespace osrtp::testing {

using relay::Component;
using relay::Drop;
using relay::Mux;

RelayedPhone::RelayedPhone(relay::LegIndex index, PhoneSetup how) : leg(index), setup(std::move(how)) {
  if (!setup.suite) return;
  out = context(srtp::Direction::kOutbound, own_key());
  oracle.emplace(*setup.suite, relay_key().master.reveal(), setup.mki.size());
}

srtp::Key RelayedPhone::own_key() const {
  srtp::Key key = test_key(setup.suite.value(), static_cast<std::uint8_t>(1 + 64 * leg));
  key.mki = setup.mki;
  key.lifetime = setup.lifetime;
  return key;
}

srtp::Key RelayedPhone::relay_key() const {
  srtp::Key key = test_key(setup.suite.value(), static_cast<std::uint8_t>(101 + 64 * leg));
  key.mki = setup.mki;
  key.lifetime = setup.lifetime;
  return key;
}

relay::LegSetup RelayedPhone::addresses() const {
  relay::LegSetup one;
  one.rtp_socket = SocketId(10U * leg);
  one.rtcp_socket = SocketId(10U * leg + 1U);
  one.rtp = at(Component::kRtp);
  one.rtcp = at(Component::kRtcp);
  one.mux = setup.mux;
  one.latch_window = setup.latch_window;
  return one;
}

relay::LegSetup RelayedPhone::leg_setup() const {
  if (!setup.suite) return leg_setup(relay::Plain{});
  return leg_setup(
      relay::Secured{context(srtp::Direction::kInbound, own_key()), context(srtp::Direction::kOutbound, relay_key())});
}

Octets RelayedPhone::seal(Component kind, ByteView plain) {
  if (!out) return octets_of(plain);
  const auto sealed = kind == Component::kRtp ? protect_rtp(*out, plain) : protect_rtcp(*out, plain);
  return sealed ? *sealed : throw std::runtime_error("the phone cannot protect");
}

Component RelayedPhone::port(Component kind) const { return setup.mux == Mux::kMuxed ? Component::kRtp : kind; }

Endpoint RelayedPhone::at(Component kind) const {
  const std::string host = std::to_string(leg + 1);
  const std::string address = setup.family == Family::kIpv4 ? "198.51.100." + host : "[2001:db8::" + host + "]";
  return endpoint(address + (port(kind) == Component::kRtp ? ":4000" : ":4001"));
}

SocketId RelayedPhone::socket(Component kind) const {
  return SocketId(10U * leg + (port(kind) == Component::kRtp ? 0U : 1U));
}

RelayedCall::RelayedCall(PhoneSetup caller_setup, PhoneSetup callee_setup)
    : caller(relay::kCallerLeg, std::move(caller_setup)), callee(1, std::move(callee_setup)) {
  add(caller);
  add(callee);
  stream.connect(callee.leg);
}

void RelayedCall::add(RelayedPhone& phone) {
  stream.set_leg(phone.leg, phone.leg_setup(), now);
  phones_.push_back(&phone);
}

Result<Sent, Drop> RelayedCall::says(RelayedPhone& phone, Component kind, ByteView plain) {
  return feed(phone, phone.port(kind), phone.at(kind), phone.seal(kind, plain));
}

Result<Sent, Drop> RelayedCall::feed(const RelayedPhone& leg_of, Component port, const Endpoint& from, ByteView wire) {
  Buffer buffer(wire);
  const auto forward = stream.handle(leg_of.leg, port, Datagram{from, buffer.whole(), buffer.size}, now);
  if (!forward) return fail(forward.error());
  return inspect(*forward);
}

// By socket and not by address, which may have been learnt.
Sent RelayedCall::inspect(const Forward& forward) {
  Sent sent{forward.socket, forward.to, octets_of(forward.packet), octets_of(forward.packet)};
  const auto facing = [&](const RelayedPhone* phone) { return phone->leg == forward.socket.get() / 10; };
  RelayedPhone& to = **std::find_if(phones_.begin(), phones_.end(), facing);
  if (!to.oracle) return sent;
  EXPECT_EQ(to.oracle->see(forward.packet), Verdict::kProtected);
  sent.plain = octets_of(to.oracle->plain());
  return sent;
}

std::uint64_t RelayedCall::accounted(const RelayedPhone& phone) const {
  const auto numbers = counters(phone);
  return std::accumulate(numbers.dropped.begin(), numbers.dropped.end(),
                         numbers.received_rtp.packets + numbers.received_rtcp.packets);
}

}  // namespace osrtp::testing
