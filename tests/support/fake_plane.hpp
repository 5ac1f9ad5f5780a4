#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "explain/paper_plane.hpp"

namespace osrtp::testing {

/// A media plane in memory: fixed interfaces, ports from 30000 up that can run out, and a way to the streams for
/// packets.
class FakePlane : public explain::PaperPlane {
 public:
  FakePlane();

  [[nodiscard]] Result<call::LocalPorts, call::PortError> open_ports(std::size_t interface) override;
  void mark(const call::LocalPorts& ports, std::optional<TrafficClass> traffic) override;
  void close_ports(const call::LocalPorts& ports) override;
  void set_leg(StreamId stream, relay::LegIndex leg, transport::LegSetup setup, TimePoint now) override;
  void remove_leg(StreamId stream, relay::LegIndex leg) override;
  [[nodiscard]] call::MediaHealth health() const override { return health_; }
  void set_health(const call::MediaHealth& health) noexcept { health_ = health; }

  struct Sent {
    Endpoint to;
    std::uint16_t from_port;  // ours
    std::vector<std::uint8_t> packet;
  };
  /// A datagram arrives at our `port`. @return what left, or the reason why nothing did.
  /// What was for us alone (STUN, DTLS) counts as kInternal; what it made us send is in take_sent().
  [[nodiscard]] Result<Sent, relay::Drop> receive(std::uint16_t port, const Endpoint& from,
                                                  const std::vector<std::uint8_t>& packet, TimePoint now);
  /// What streams have sent of their own.
  [[nodiscard]] std::vector<Sent> take_sent();
  [[nodiscard]] std::optional<TimePoint> next_timeout() const;
  void handle_timeout(TimePoint now);

  [[nodiscard]] std::size_t open_port_pairs() const noexcept { return open_.size(); }
  [[nodiscard]] std::size_t open_streams() const noexcept { return streams_.size(); }
  /// open_ports() fails once this many pairs are open.
  void limit_pairs(std::size_t limit, call::PortError why = call::PortError::kExhausted) noexcept {
    limit_ = limit;
    beyond_limit_ = why;
  }
  /// In place of an IPv4 and an IPv6 one; before any port is opened.
  void set_interfaces(std::vector<call::Interface> interfaces) { interfaces_ = std::move(interfaces); }
  /// How what leaves from our RTP `port` is marked; nothing: as its interface has it.
  [[nodiscard]] std::optional<TrafficClass> marking(std::uint16_t port) const;

 private:
  struct Route {
    StreamId stream;
    relay::LegIndex leg;
    relay::Component component;
  };
  std::map<SocketId, std::vector<Route>> routes_;  // forks share a socket
  std::set<std::uint16_t> open_;
  std::map<std::uint16_t, TrafficClass> marked_;
  std::uint16_t next_port_ = 30000;
  call::MediaHealth health_;
  std::size_t limit_ = 1000;
  call::PortError beyond_limit_ = call::PortError::kExhausted;
};

}  // namespace osrtp::testing
