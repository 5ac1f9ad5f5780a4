#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/slots.hpp"
#include "io/descriptor.hpp"
#include "io/packet_network.hpp"
#include "io/udp_socket.hpp"

namespace osrtp::io {

/// A UDP socket as a port.
class SocketPort final : public PacketPort {
 public:
  explicit SocketPort(UdpSocket socket) noexcept : socket_(std::move(socket)) {}
  [[nodiscard]] std::optional<SocketError> mark(TrafficClass traffic) noexcept override {
    return socket_.mark(traffic);
  }
  [[nodiscard]] UdpSocket& socket() noexcept { return socket_; }

 private:
  UdpSocket socket_;
};

/// Sockets behind one epoll queue, level-triggered: a port costs one receive call for each time that it is announced,
/// and is announced again if there was more. A port that bursts has its share of each round, and then waits for the
/// next.
class SocketLane final : public PacketLane {
 public:
  [[nodiscard]] static Result<std::unique_ptr<SocketLane>, SocketError> create();

  [[nodiscard]] std::optional<SocketError> add(SocketId id, std::shared_ptr<PacketPort> port) override;
  void remove(SocketId id) noexcept override;
  [[nodiscard]] Batch receive() noexcept override;
  std::size_t send(std::span<const Forward> batch) noexcept override;
  [[nodiscard]] int refusal() const noexcept override { return refusal_; }
  void wait(std::optional<TimePoint> until) noexcept override;
  void wake() noexcept override;

 private:
  static constexpr std::size_t kBatch = 32;
  static constexpr std::size_t kReady = 1024;
  /// How many of a port that has had something twice running: it sends more than one packet a tick.
  static constexpr std::size_t kBurst = 8;
  struct Served {
    int descriptor;                    // the port's; at hand, for every packet needs it
    std::shared_ptr<SocketPort> port;  // kept open
    std::uint32_t announced = 0;       // by which poll, the last time
  };
  SocketLane(Descriptor queue, Descriptor bell);
  [[nodiscard]] ByteSpan buffer(std::size_t n) noexcept;
  void poll(int milliseconds) noexcept;
  void receive_from(SocketId id, Served& served) noexcept;

  Descriptor queue_;
  Descriptor bell_;
  SlotTable<Served> ports_;
  std::array<epoll_event, kReady> ready_{};
  std::size_t ready_count_ = 0;
  std::size_t next_ready_ = 0;  // of these, the first that has not been received from
  std::size_t unread_ = 0;      // of these, how many had all that they were asked for, and so perhaps more
  std::uint32_t polls_ = 2;     // two that follow one another: nothing was waited for in between
  int refusal_ = 0;
  std::vector<Arrival> arrivals_;
  std::unique_ptr<std::uint8_t[]> buffers_;
};

}  // namespace osrtp::io
