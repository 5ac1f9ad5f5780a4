#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/strong.hpp"
#include "io/loop.hpp"
#include "io/udp_socket.hpp"
#include "transport/stream.hpp"

namespace osrtp::app {

/// Whose packets arrive on a socket.
struct Route {
  StreamId id;
  transport::Stream* stream;  // the media plane's
  relay::LegIndex leg;
  relay::Component component;
};

/// The open media sockets by the number that stands for them. A number that has been
/// closed means nothing for the next 4095 sockets in its place.
class SocketTable {
 public:
  using Readable = std::function<void(SocketId)>;

  struct Entry {
    io::UdpSocket socket;
    io::Loop::Subscription readable;  // ends before the socket closes
    std::optional<Route> route;
  };

  /// `loop` is borrowed. `readable` is called from it with the number of a socket that has something.
  SocketTable(io::Loop& loop, Readable readable) : loop_(loop), readable_(std::move(readable)) {}

  [[nodiscard]] Result<SocketId, io::SocketError> open(const Endpoint& local);
  void close(SocketId id);
  /// Nothing: closed, or never was. Valid until the next open() or close().
  [[nodiscard]] Entry* find(SocketId id) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return slots_.size() - free_.size(); }

 private:
  static constexpr std::uint32_t kSlotBits = 20;  // as many descriptors as one process can have
  static constexpr std::uint32_t kSlotMask = (1U << kSlotBits) - 1;
  struct Slot {
    std::uint32_t generation = 0;
    std::optional<Entry> entry;
  };
  [[nodiscard]] SocketId id_of(std::uint32_t slot) const noexcept;

  io::Loop& loop_;
  Readable readable_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace osrtp::app
