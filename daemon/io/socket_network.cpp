#include "io/socket_network.hpp"

#include <utility>

#include "io/socket_lane.hpp"

namespace osrtp::io {

Result<std::shared_ptr<PacketPort>, SocketError> SocketNetwork::open(const Endpoint& local) {
  auto socket = UdpSocket::bind(local);
  if (!socket) return fail(socket.error());
  return std::shared_ptr<PacketPort>(std::make_shared<SocketPort>(*std::move(socket)));
}

Result<std::unique_ptr<PacketLane>, SocketError> SocketNetwork::lane() {
  auto lane = SocketLane::create();
  if (!lane) return fail(lane.error());
  return std::unique_ptr<PacketLane>(*std::move(lane));
}

}  // namespace osrtp::io
