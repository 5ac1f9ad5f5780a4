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
  if (open_.size() >= limit_) return fail(beyond_limit_);
  const std::uint16_t port = next_port_;
  next_port_ = static_cast<std::uint16_t>(next_port_ + 2);
  open_.insert(port);
  const IpAddress address = interfaces_.at(interface).advertised;
  return call::LocalPorts{interface, SocketId(port), SocketId(port + 1U), Endpoint{address, *Port::from(port)},
                          Endpoint{address, *Port::from(port + 1U)}};
}

void FakePlane::mark(const call::LocalPorts& ports, std::optional<TrafficClass> traffic) {
  const std::uint16_t port = ports.rtp_advertised.port.number();
  marked_.erase(port);
  if (traffic) marked_.emplace(port, *traffic);
}

std::optional<TrafficClass> FakePlane::marking(std::uint16_t port) const {
  const auto found = marked_.find(port);
  return found == marked_.end() ? std::nullopt : std::optional(found->second);
}

void FakePlane::close_ports(const call::LocalPorts& ports) {
  open_.erase(ports.rtp_advertised.port.number());
  marked_.erase(ports.rtp_advertised.port.number());
  routes_.erase(ports.rtp);
  routes_.erase(ports.rtcp);
}

void FakePlane::set_leg(StreamId stream, relay::LegIndex leg, transport::LegSetup setup, TimePoint now) {
  const auto route = [&](SocketId socket, relay::Component component) {
    std::erase_if(routes_[socket], [&](const Route& known) { return known.stream == stream && known.leg == leg; });
    routes_[socket].push_back({stream, leg, component});
  };
  route(setup.relay.rtp_socket, relay::Component::kRtp);
  route(setup.relay.rtcp_socket, relay::Component::kRtcp);
  PaperPlane::set_leg(stream, leg, std::move(setup), now);
}

void FakePlane::remove_leg(StreamId stream, relay::LegIndex leg) {
  PaperPlane::remove_leg(stream, leg);
  for (auto& [socket, routes] : routes_) {
    std::erase_if(routes, [&](const Route& known) { return known.stream == stream && known.leg == leg; });
  }
}

Result<FakePlane::Sent, relay::Drop> FakePlane::receive(std::uint16_t port, const Endpoint& from,
                                                        const std::vector<std::uint8_t>& packet, TimePoint now) {
  const auto route = routes_.find(SocketId(port));
  if (route == routes_.end() || route->second.empty()) return fail(relay::Drop::kInternal);
  std::vector<std::uint8_t> buffer(packet.size() + kTailRoom);
  std::copy(packet.begin(), packet.end(), buffer.begin());
  const Datagram datagram{from, buffer, packet.size()};
  const auto [stream, leg, component] = route->second.back();
  const auto handled = streams_.at(stream).handle(leg, component, datagram, now);
  if (const auto* drop = std::get_if<relay::Drop>(&handled)) return fail(*drop);
  const auto* forward = std::get_if<Forward>(&handled);
  if (forward == nullptr) return fail(relay::Drop::kInternal);
  return Sent{
      forward->to, static_cast<std::uint16_t>(forward->socket.get()), {forward->packet.begin(), forward->packet.end()}};
}

std::vector<FakePlane::Sent> FakePlane::take_sent() {
  std::vector<Sent> all;
  for (auto& [id, stream] : streams_) {
    for (auto& sending : stream.take_output()) {
      all.push_back({sending.to, static_cast<std::uint16_t>(sending.socket.get()), std::move(sending.octets)});
    }
  }
  return all;
}

std::optional<TimePoint> FakePlane::next_timeout() const {
  std::optional<TimePoint> next;
  for (const auto& [id, stream] : streams_) {
    const auto wanted = stream.next_timeout();
    if (wanted && (!next || *wanted < *next)) next = wanted;
  }
  return next;
}

void FakePlane::handle_timeout(TimePoint now) {
  for (auto& [id, stream] : streams_) stream.handle_timeout(now);
}

}  // namespace osrtp::testing
