#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "bench/relay_shapes.hpp"

namespace osrtp::bench {

/// Where sockets are bound, and where the relay sends (nothing: to the generator). IPv4 in text.
struct Addresses {
  const char* local = "127.0.0.1";
  const char* sink = nullptr;
};

struct Socket {
  int fd;
  sockaddr_in6 name;
  socklen_t size;
};

/// All sockets of one run. Streams 2k and 2k + 1 are the two directions of call k: what comes on the relay's port 2k
/// leaves from port 2k + 1.
struct Stand {
  Stand(const Shape& shape, const Addresses& addresses, int calls);
  Stand(const Stand&) = delete;
  Stand& operator=(const Stand&) = delete;
  ~Stand();

  std::vector<Socket> peers;  // of the generator, one for each stream, connected to the relay's port
  std::vector<Socket> ports;  // of the relay
  std::vector<Socket> twins;
  std::vector<Route> routes;
  std::vector<int> by_port;
};

/// The phones: each sends a packet of 172 octets each 20 ms, with up to 2 ms of jitter, and reads what came back just
/// before. It never sleeps and nobody ever waits on its sockets, so the relay's send wakes nobody.
class Generator {
 public:
  Generator(const Shape& shape, const Stand& stand);

  void run_until(std::int64_t end);
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t came() const noexcept { return came_; }
  /// What came on another stream's socket, or with another size.
  [[nodiscard]] std::uint64_t wrong() const noexcept { return wrong_; }
  /// Nanoseconds that a packet left after its time, at worst.
  [[nodiscard]] std::int64_t late() const noexcept { return late_; }

 private:
  void step(std::size_t stream);
  void drain(int fd, std::size_t stream);

  const Shape& shape_;
  const Stand& stand_;
  std::vector<std::pair<std::int64_t, std::size_t>> schedule_;  // of one cycle: nanoseconds, stream
  std::size_t next_ = 0;
  std::int64_t begin_;
  std::uint64_t sent_ = 0;
  std::uint64_t came_ = 0;
  std::uint64_t wrong_ = 0;
  std::int64_t late_ = 0;
  std::array<std::uint8_t, 65536> out_{};
  std::array<std::array<std::uint8_t, kBufferSize>, 8> buffers_{};
  std::array<mmsghdr, 8> messages_{};
  std::array<iovec, 8> vectors_{};
};

/// Nanoseconds of CLOCK_MONOTONIC.
std::int64_t now_ns();

}  // namespace osrtp::bench
