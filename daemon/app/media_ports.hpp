#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/log_throttle.hpp"
#include "base/slots.hpp"
#include "call/media_plane.hpp"
#include "call/port_pool.hpp"
#include "io/packet_network.hpp"

namespace osrtp::app {

/// The media ports that are open, in pairs of RTP and RTCP. The control thread's.
class MediaPorts {
 public:
  /// How long a pair of ports rests after a call.
  static constexpr std::chrono::milliseconds kQuarantine{5'000};
  /// How many pairs are tried when other processes have theirs in our range.
  static constexpr std::size_t kAttempts = 64;

  /// `network` is borrowed. Interfaces on the same address with the same ports share them.
  /// @param interfaces complete
  MediaPorts(io::PacketNetwork& network, std::vector<call::Interface> interfaces, LogSink log);

  [[nodiscard]] const std::vector<call::Interface>& interfaces() const noexcept { return interfaces_; }
  [[nodiscard]] Result<call::LocalPorts, call::PortError> open(std::size_t interface, TimePoint now);
  void mark(const call::LocalPorts& ports, std::optional<TrafficClass> traffic, TimePoint now);
  /// Lets go of a pair. Whoever serves it has been told, or is about to be.
  void close(const call::LocalPorts& ports, TimePoint now);

  /// One of a pair.
  struct Held {
    std::shared_ptr<io::PacketPort> port;
    std::optional<std::size_t> worker;  // that serves it; nothing: none yet
  };
  /// Nothing: closed, or never was. Valid until it is closed.
  [[nodiscard]] Held* find(SocketId id) noexcept { return held_.find(id); }
  /// Whence an interface has its ports; see share_ports().
  [[nodiscard]] const call::PortPool& pool(std::size_t interface) const { return *pool_of_[interface]; }
  [[nodiscard]] std::size_t size() const noexcept { return held_.size(); }
  /// Pairs that other processes had.
  [[nodiscard]] std::uint64_t busy() const noexcept { return busy_; }

 private:
  [[nodiscard]] Result<call::LocalPorts, io::SocketError> open_pair(std::size_t interface, Port rtp);
  [[nodiscard]] Result<SocketId, io::SocketError> open_one(const Endpoint& local);
  void let_go(SocketId id);
  Failure<call::PortError> exhausted(std::size_t interface, std::string_view why, TimePoint now);
  void log_failed(std::size_t interface, Port rtp, const io::SocketError& error, TimePoint now);
  [[nodiscard]] std::string named(std::size_t interface) const;

  io::PacketNetwork& network_;
  std::vector<call::Interface> interfaces_;
  LogSink log_;
  LogThrottle failed_;  // by interface, as the next two
  LogThrottle exhausted_;
  LogThrottle unmarked_;
  std::deque<call::PortPool> pools_;
  std::vector<call::PortPool*> pool_of_;  // by interface
  SocketNumbers numbers_;
  SlotTable<Held> held_;
  std::uint64_t busy_ = 0;
};

}  // namespace osrtp::app
