#pragma once

#include "io/packet_network.hpp"

namespace osrtp::io {

/// Packets over UDP sockets of the kernel: a socket is a port, an epoll queue a lane.
class SocketNetwork final : public PacketNetwork {
 public:
  [[nodiscard]] Result<std::shared_ptr<PacketPort>, SocketError> open(const Endpoint& local) override;
  [[nodiscard]] Result<std::unique_ptr<PacketLane>, SocketError> lane() override;
};

}  // namespace osrtp::io
