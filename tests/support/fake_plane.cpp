#include "support/fake_plane.hpp"

#include <algorithm>

namespace osrtp::testing {

// A socket's number is its port, which keeps the two easy to tell apart from everything else.
FakePlane::FakePlane() {
  const auto v4 = *IpAddress::parse("192.0.2.10");
  const auto v6 = *IpAddress::parse("2001:db8::10");
  interfaces_ = {{"default", v4, v4}, {"six", v6, v6}};
}

Result<call::LocalPorts, call::PortError> FakePlane::open_ports(std::size_t interface) {
  if (open_.size() >= limit_) return fail(call::PortError::kExhausted);
  const std::uint16_t port = next_port_;
  next_port_ = static_cast<std::uint16_t>(next_port_ + 2);
  open_.insert(port);
  const IpAddress address = interfaces_.at(interface).advertised;
  return call::LocalPorts{interface, SocketId(port), SocketId(port + 1U), Endpoint{address, *Port::from(port)},
                          Endpoint{address, *Port::from(port + 1U)}};
}

void FakePlane::close_ports(const call::LocalPorts& ports) {
  open_.erase(ports.rtp_advertised.port.number());
  routes_.erase(ports.rtp);
  routes_.erase(ports.rtcp);
}

void FakePlane::set_leg(StreamId stream, relay::LegIndex leg, relay::LegSetup setup, TimePoint now) {
  routes_.insert_or_assign(setup.rtp_socket, Route{stream, leg, relay::Component::kRtp});
  routes_.insert_or_assign(setup.rtcp_socket, Route{stream, leg, relay::Component::kRtcp});
  streams_.at(stream).set_leg(leg, std::move(setup), now);
}

Result<FakePlane::Sent, relay::Drop> FakePlane::receive(std::uint16_t port, const Endpoint& from,
                                                        const std::vector<std::uint8_t>& packet, TimePoint now) {
  const auto route = routes_.find(SocketId(port));
  if (route == routes_.end()) return fail(relay::Drop::kInternal);
  std::vector<std::uint8_t> buffer(packet.size() + kTailRoom);
  std::copy(packet.begin(), packet.end(), buffer.begin());
  const Datagram datagram{from, buffer, packet.size()};
  const auto& [stream, leg, component] = route->second;
  const auto forward = streams_.at(stream).handle(leg, component, datagram, now);
  if (!forward) return fail(forward.error());
  return Sent{
      forward->to, static_cast<std::uint16_t>(forward->socket.get()), {forward->packet.begin(), forward->packet.end()}};
}

}  // namespace osrtp::testing
