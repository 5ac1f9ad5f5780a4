#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/datagram.hpp"
#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/traffic_class.hpp"
#include "io/socket_error.hpp"

/// How packets reach the relay and leave it: ports are opened, batches received, batches sent. Sockets are one way
/// (socket_network.hpp); nothing above these three interfaces may care which one runs.
namespace osrtp::io {

/// One UDP port of ours. Whoever opened it and the lane that serves it share it; it closes with the last of them.
class PacketPort {
 public:
  PacketPort() = default;
  PacketPort(const PacketPort&) = delete;
  PacketPort& operator=(const PacketPort&) = delete;
  virtual ~PacketPort() = default;

  /// How all that is sent from now on is marked; costs no packet anything. Any thread.
  /// @return or why the system does not let us.
  [[nodiscard]] virtual std::optional<SocketError> mark(TrafficClass traffic) noexcept = 0;
};

/// A datagram that has arrived on a port.
struct Arrival {
  SocketId port;
  Datagram datagram;
};

/// As many as a lane takes at once.
struct Batch {
  std::span<const Arrival> arrivals;
  bool more;  // others wait, or may: come again before you rest
};

/// The ports of one worker. One thread's, but for wake().
class PacketLane {
 public:
  PacketLane() = default;
  PacketLane(const PacketLane&) = delete;
  PacketLane& operator=(const PacketLane&) = delete;
  virtual ~PacketLane() = default;

  /// Serves `port` under this number, which no other open port of the lane has. It must be of the lane's network.
  /// @return or why the system does not take it; nothing is received there then.
  [[nodiscard]] virtual std::optional<SocketError> add(SocketId id, std::shared_ptr<PacketPort> port) = 0;
  /// A number that is not there is ignored. What arrived on it in the last batch is still valid.
  virtual void remove(SocketId id) noexcept = 0;

  /// What has arrived, of one port in the order of arrival; a busy port starves no other. Never waits.
  /// @return valid until the next call.
  [[nodiscard]] virtual Batch receive() noexcept = 0;
  /// Sends each, in order. @return how many the system took; it loses one that it has no room for, as UDP may.
  virtual std::size_t send(std::span<const Forward> batch) noexcept = 0;
  /// Why the last one that it did not take was not taken (errno); 0: there was none.
  [[nodiscard]] virtual int refusal() const noexcept = 0;

  /// Waits until something has arrived, wake() is called or `until` has come; nothing: however long it takes.
  virtual void wait(std::optional<TimePoint> until) noexcept = 0;
  /// Ends the wait() that goes on, or the next one. Any thread.
  virtual void wake() noexcept = 0;
};

/// One kind of network.
class PacketNetwork {
 public:
  PacketNetwork() = default;
  PacketNetwork(const PacketNetwork&) = delete;
  PacketNetwork& operator=(const PacketNetwork&) = delete;
  virtual ~PacketNetwork() = default;

  /// Opens a port for any lane of this network, on exactly `local`, for us alone. Any thread.
  [[nodiscard]] virtual Result<std::shared_ptr<PacketPort>, SocketError> open(const Endpoint& local) = 0;
  /// @return a lane, or why the system gives none.
  [[nodiscard]] virtual Result<std::unique_ptr<PacketLane>, SocketError> lane() = 0;
};

}  // namespace osrtp::io
