#pragma once

#include <netinet/in.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace osrtp::bench {

/// What sets the relay to work.
enum class Wake : std::uint8_t {
  kEvent,   // epoll_wait() without end: each packet may wake it
  kTick,    // sleep to the next boundary, then epoll_wait(0) until nothing is ready
  kRest,    // sleep to the next boundary, then one epoll_wait() without end: blocks when nothing comes
  kPoll,    // no epoll: at each boundary receive from every socket
  kExpect,  // no epoll: at each boundary receive from the sockets whose next packet is due
};
enum class Receive : std::uint8_t { kOnce, kDrain, kBatch, kMsg };
enum class Send : std::uint8_t { kTo, kConnected, kMsg, kPktinfo };
enum class Loop : std::uint8_t { kOwn, kLibevent, kRing };
/// A second socket on each local port, connected to the peer: what leaves goes through it.
enum class Twin : std::uint8_t { kNone, kReusePort, kReuseAddr };

/// One way to relay, as a line of words: `wake=tick receive=batch vlen=2`. What is not named is as below.
struct Shape {
  std::string name;
  Wake wake = Wake::kEvent;
  Receive receive = Receive::kOnce;
  Send send = Send::kTo;
  Loop loop = Loop::kOwn;
  Twin twin = Twin::kNone;
  int edge = 0;       // 1: edge-triggered
  int vlen = 2;       // of recvmmsg()
  int stage = 1;      // packets received before the first of them is sent
  int stride = 2048;  // octets between packet buffers
  int tick = 1000;    // microseconds
  int least = 0;      // with kRest: packets in a tick from which on it sleeps, as the mean of the last 16 ms
  int behind = 1;     // with kRest: 0 sleeps even when the next boundary has passed
  int slack = 0;      // nanoseconds, 0: the system's 50 us
  int events = 256;   // of one epoll_wait()
  int rcvbuf = 0;     // octets, 0: the system's
  int sndbuf = 0;
  int tos = 0;
  int busy = 0;  // SO_BUSY_POLL, microseconds
  int v6 = 0;
  int oneport = 0;  // 1: one socket for each side of all calls, told apart by source port
  int vsend = 1;    // of sendmmsg(), with oneport
  int alone = 0;    // 1: a process of one thread, so that descriptors need no reference counts
  int pwait2 = 0;   // 1: epoll_pwait2() in place of epoll_wait()
  int gro = 0;      // 1: UDP_GRO on receive, UDP_SEGMENT on send
  int burst = 1;    // the generator: packets back to back, that many times the interval apart
  int gso = 0;      // 1: the generator sends a burst as one segmented datagram

  /// False if a word is not known.
  [[nodiscard]] bool parse(std::string_view line);
};

/// A socket of the relay and where its packets go.
struct Route {
  int in;
  int out;
  sockaddr_in6 to;  // either family
  socklen_t to_size;
};

/// Shared between the relay's process and the generator's.
struct Counters {
  std::atomic<std::uint64_t> packets;
  std::atomic<std::uint64_t> waits;     // epoll_wait(), clock_nanosleep(), io_uring_enter()
  std::atomic<std::uint64_t> receives;  // calls, empty ones too
  std::atomic<std::uint64_t> sends;     // calls
};

constexpr int kPacketSize = 172;
constexpr int kBufferSize = 2048;

/// In place of encryption: reads and writes each octet behind the RTP header.
inline void touch(std::uint8_t* packet, int size) {
  for (int i = 12; i < size; ++i) packet[i] ^= 0x5aU;
}

/// Adds without a bus lock: there is one writer.
inline void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) {
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

/// Relay until killed. `by_port` (oneport only) gives the route of a source port.
[[noreturn]] void relay(const Shape& shape, const std::vector<Route>& routes, const std::vector<int>& by_port,
                        Counters& counters);
[[noreturn]] void relay_by_ring(const Shape& shape, const std::vector<Route>& routes, Counters& counters);
[[noreturn]] void relay_by_libevent(const Shape& shape, const std::vector<Route>& routes, Counters& counters);

/// Sleeps to the next multiple of `tick` microseconds, and says which that is.
std::int64_t rest(int tick);
/// The same, but not if the boundary behind `last` has passed already.
std::int64_t rest_unless_behind(int tick, std::int64_t last);

}  // namespace osrtp::bench
