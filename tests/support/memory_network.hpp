#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/slots.hpp"
#include "io/packet_network.hpp"

namespace osrtp::testing {

/// A network in memory, for one worker and the test on one thread: what the test puts on the wire arrives at the port
/// it is addressed to, and what leaves is kept.
class MemoryNetwork final : public io::PacketNetwork {
 public:
  struct Packet {
    Endpoint from;
    Endpoint to;
    std::vector<std::uint8_t> octets;
  };

  [[nodiscard]] Result<std::shared_ptr<io::PacketPort>, io::SocketError> open(const Endpoint& local) override;
  [[nodiscard]] Result<std::unique_ptr<io::PacketLane>, io::SocketError> lane() override;

  /// @return whether a lane serves a port there.
  bool deliver(const Endpoint& from, const Endpoint& to, std::span<const std::uint8_t> octets);
  [[nodiscard]] std::vector<Packet> take_sent() { return std::exchange(sent_, {}); }
  [[nodiscard]] std::size_t open_ports() const noexcept { return open_.size(); }
  [[nodiscard]] int wakes() const noexcept { return wakes_; }
  /// From now on the system takes nothing that is sent, for this reason (errno).
  void refuse_to_send(int error) noexcept { sending_fails_ = error; }
  void send_again() noexcept { sending_fails_ = 0; }
  /// From now on, or from the time on that `ports` more are open, none opens for this reason (errno).
  void refuse_to_open(int error, std::size_t ports = 0) noexcept { refusal_ = {error, open_.size() + ports}; }
  void open_again() noexcept { refusal_.reset(); }

  static constexpr std::size_t kBatch = 4;

 private:
  class Port;
  class Lane;
  struct Waiting {
    SocketId port;
    Endpoint from;
    std::vector<std::uint8_t> octets;
  };
  std::set<Endpoint> open_;
  std::map<Endpoint, SocketId> served_;
  std::deque<Waiting> waiting_;
  std::vector<Packet> sent_;
  int wakes_ = 0;
  int sending_fails_ = 0;
  struct Refusal {
    int error;
    std::size_t most;
  };
  std::optional<Refusal> refusal_;
};

}  // namespace osrtp::testing
