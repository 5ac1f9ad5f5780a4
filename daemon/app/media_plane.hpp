#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/socket_table.hpp"
#include "base/log.hpp"
#include "base/log_throttle.hpp"
#include "call/media_plane.hpp"
#include "call/port_pool.hpp"

namespace osrtp::app {

/// What no call counts.
struct PlaneCounters {
  std::uint64_t unrouted = 0;   // arrived where no call expects anything yet, or any more
  std::uint64_t unsent = 0;     // the system refused to send
  std::uint64_t port_busy = 0;  // another process had a port of ours
};

/// The media side on sockets and one loop: receives, hands to the stream, sends what came
/// out. No allocation and no log line per packet.
class LoopMediaPlane final : public call::MediaPlane {
 public:
  /// How long a pair of ports rests after a call.
  static constexpr std::chrono::milliseconds kQuarantine{5'000};
  /// How many pairs are tried when other processes have theirs in our range.
  static constexpr std::size_t kAttempts = 64;

  /// `loop` is borrowed. Interfaces on the same address with the same ports share them.
  /// @param interfaces complete
  LoopMediaPlane(io::Loop& loop, std::vector<call::Interface> interfaces, LogSink log);

  [[nodiscard]] const std::vector<call::Interface>& interfaces() const override { return interfaces_; }
  [[nodiscard]] Result<call::LocalPorts, call::PortError> open_ports(std::size_t interface) override;
  void mark(const call::LocalPorts& ports, std::optional<TrafficClass> traffic) override;
  void close_ports(const call::LocalPorts& ports) override;
  void open_stream(StreamId stream) override;
  void set_leg(StreamId stream, relay::LegIndex leg, transport::LegSetup setup, TimePoint now) override;
  void remove_leg(StreamId stream, relay::LegIndex leg) override;
  void connect(StreamId stream, relay::LegIndex callee, relay::Choice choice, TimePoint now) override;
  [[nodiscard]] relay::LegCounters counters(StreamId stream, relay::LegIndex leg) const override;
  [[nodiscard]] transport::Progress progress(StreamId stream, relay::LegIndex leg) const override;
  void close_stream(StreamId stream) override;

  [[nodiscard]] const PlaneCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] std::size_t open_sockets() const noexcept { return sockets_.size(); }

 private:
  struct Routed {
    SocketId socket;
    relay::LegIndex leg;
    relay::Component component;
  };
  struct StreamHash {
    std::size_t operator()(StreamId id) const noexcept { return std::hash<std::uint64_t>{}(id.get()); }
  };
  struct OpenStream {
    transport::Stream stream;
    std::vector<Routed> routed;
    std::optional<TimePoint> deadline;  // its entry in deadlines_
  };
  void on_readable(SocketId id) noexcept;
  void send(SocketId id, const Endpoint& to, ByteView packet) noexcept;
  [[nodiscard]] Result<call::LocalPorts, io::SocketError> open_pair(std::size_t interface, Port rtp);
  Failure<call::PortError> exhausted(std::size_t interface, std::string_view why, TimePoint now);
  void log_failed(std::size_t interface, Port rtp, const io::SocketError& error, TimePoint now);
  [[nodiscard]] std::string named(std::size_t interface) const;
  void route(StreamId id, OpenStream& open, relay::LegIndex leg, relay::Component component, SocketId socket);
  /// Sends what the stream wants sent, and notes when it wants to be woken.
  void attend(StreamId id, OpenStream& open);
  void schedule(StreamId id, OpenStream& open);
  void arm();
  void on_deadline();
  void unroute(StreamId id, OpenStream& open, relay::LegIndex leg);

  std::vector<call::Interface> interfaces_;
  LogSink log_;
  LogThrottle failed_;  // by interface, as the next two
  LogThrottle exhausted_;
  LogThrottle unmarked_;
  std::deque<call::PortPool> pools_;
  std::vector<call::PortPool*> pool_of_;  // by interface
  std::unordered_map<StreamId, std::unique_ptr<OpenStream>, StreamHash> streams_;
  std::unique_ptr<io::ReceiveBuffer> buffer_ = std::make_unique<io::ReceiveBuffer>();
  SocketTable sockets_;
  std::set<std::pair<TimePoint, StreamId>> deadlines_;  // of streams with a handshake under way
  std::optional<io::Loop::Subscription> timer_;
  PlaneCounters counters_;
};

}  // namespace osrtp::app
