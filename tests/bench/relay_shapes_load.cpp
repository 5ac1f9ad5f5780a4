#include "bench/relay_shapes_load.hpp"

#include <arpa/inet.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>

namespace osrtp::bench {
namespace {

constexpr std::int64_t kInterval = 20'000'000;
constexpr std::int64_t kJitter = 2'000'000;
constexpr std::int64_t kCycle = 960'000'000;  // whole intervals of bursts of 1, 2, 3, 4, 6, 8

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

void option(int fd, int level, int name, int value) {
  if (value != 0 && setsockopt(fd, level, name, &value, sizeof(value)) != 0) die("setsockopt");
}

Socket open_socket(const Shape& shape, const char* address, std::uint16_t port) {
  Socket one{socket(shape.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), {}, 0};
  if (one.fd < 0) die("socket");
  if (shape.v6) {
    one.name.sin6_family = AF_INET6;
    one.name.sin6_addr = in6addr_loopback;
    one.name.sin6_port = htons(port);
    one.size = sizeof(sockaddr_in6);
  } else {
    auto& name = reinterpret_cast<sockaddr_in&>(one.name);
    name.sin_family = AF_INET;
    inet_pton(AF_INET, address, &name.sin_addr);
    name.sin_port = htons(port);
    one.size = sizeof(sockaddr_in);
  }
  if (shape.twin == Twin::kReusePort) option(one.fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (shape.twin == Twin::kReuseAddr) option(one.fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (bind(one.fd, reinterpret_cast<sockaddr*>(&one.name), one.size) != 0) die("bind");
  getsockname(one.fd, reinterpret_cast<sockaddr*>(&one.name), &one.size);
  return one;
}

void connect_to(const Socket& one, const Socket& peer) {
  if (connect(one.fd, reinterpret_cast<const sockaddr*>(&peer.name), peer.size) != 0) die("connect");
}

void set_options(int fd, const Shape& shape) {
  option(fd, SOL_SOCKET, SO_RCVBUF, shape.oneport && shape.rcvbuf == 0 ? 4'000'000 : shape.rcvbuf);
  option(fd, SOL_SOCKET, SO_SNDBUF, shape.sndbuf);
  option(fd, SOL_SOCKET, SO_BUSY_POLL, shape.busy);
  option(fd, IPPROTO_IP, IP_TOS, shape.tos);
  option(fd, SOL_UDP, UDP_GRO, shape.gro);
}

}  // namespace

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

Stand::Stand(const Shape& shape, const Addresses& addresses, int calls) {
  const auto streams = static_cast<std::size_t>(calls) * 2;
  const std::size_t open = shape.oneport ? 2 : streams;
  Shape plain = shape;
  plain.twin = Twin::kNone;
  for (std::size_t i = 0; i < streams; ++i) peers.push_back(open_socket(plain, addresses.local, 0));
  for (std::size_t i = 0; i < open; ++i) {
    ports.push_back(open_socket(shape, addresses.local, 0));
    set_options(ports.back().fd, shape);
  }
  for (std::size_t i = 0; i < streams; ++i) connect_to(peers[i], ports[i % open]);
  if (shape.twin != Twin::kNone) {
    for (std::size_t i = 0; i < streams; ++i) {
      twins.push_back(open_socket(shape, addresses.local, ntohs(ports[i].name.sin6_port)));
      connect_to(twins.back(), peers[i]);
    }
  } else if (shape.send == Send::kConnected && !shape.oneport) {
    for (std::size_t i = 0; i < streams; ++i) connect_to(ports[i], peers[i]);
  }
  by_port.resize(65536);
  const std::vector<Socket>& out = twins.empty() ? ports : twins;
  for (std::size_t i = 0; i < streams; ++i) {
    Route route{ports[i % open].fd, out[(i ^ 1U) % open].fd, peers[i ^ 1U].name, peers[i ^ 1U].size};
    if (addresses.sink != nullptr) {
      inet_pton(AF_INET, addresses.sink, &reinterpret_cast<sockaddr_in&>(route.to).sin_addr);
    }
    routes.push_back(route);
    by_port[ntohs(peers[i].name.sin6_port)] = static_cast<int>(i);
  }
  // Packets of the peer go to the connected one of two, so it is served as well.
  for (std::size_t i = 0; i < twins.size(); ++i) {
    routes.push_back(routes[i]);
    routes.back().in = twins[i].fd;
  }
}

Stand::~Stand() {
  for (const auto* sockets : {&peers, &ports, &twins}) {
    for (const Socket& one : *sockets) close(one.fd);
  }
}

Generator::Generator(const Shape& shape, const Stand& stand) : shape_(shape), stand_(stand) {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::int64_t> phase(0, kInterval - 1);
  std::uniform_int_distribution<std::int64_t> jitter(0, kJitter);
  const std::int64_t interval = kInterval * shape.burst;
  for (std::size_t i = 0; i < stand.peers.size(); ++i) {
    const std::int64_t start = phase(random) * shape.burst;
    for (std::int64_t at = 0; at < kCycle; at += interval) {
      schedule_.emplace_back((start + at + jitter(random)) % kCycle, i);
    }
  }
  std::sort(schedule_.begin(), schedule_.end());
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    vectors_[i] = {buffers_[i].data(), kBufferSize};
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
  begin_ = now_ns();
}

void Generator::run_until(std::int64_t end) {
  for (;;) {
    const std::int64_t now = now_ns();
    if (now >= end) return;
    while (begin_ + schedule_[next_].first <= now) {
      late_ = std::max(late_, now - begin_ - schedule_[next_].first);
      step(schedule_[next_].second);
      if (++next_ == schedule_.size()) {
        next_ = 0;
        begin_ += kCycle;
      }
    }
  }
}

void Generator::step(std::size_t stream) {
  const int fd = stand_.peers[stream].fd;
  drain(fd, stream);
  const auto id = static_cast<std::uint32_t>(stream);
  const auto burst = static_cast<std::size_t>(shape_.burst);
  for (std::size_t i = 0; i < burst; ++i) std::memcpy(&out_[(i * kPacketSize) + 4], &id, sizeof(id));
  if (shape_.gso) {
    option(fd, SOL_UDP, UDP_SEGMENT, kPacketSize);
    send(fd, out_.data(), kPacketSize * burst, 0);
  } else {
    for (std::size_t i = 0; i < burst; ++i) send(fd, out_.data(), kPacketSize, 0);
  }
  sent_ += burst;
}

void Generator::drain(int fd, std::size_t stream) {
  for (int n = static_cast<int>(messages_.size()); n == static_cast<int>(messages_.size());) {
    n = recvmmsg(fd, messages_.data(), static_cast<unsigned>(messages_.size()), MSG_DONTWAIT, nullptr);
    for (int i = 0; i < n; ++i) {
      std::uint32_t id = 0;
      std::memcpy(&id, &buffers_[static_cast<std::size_t>(i)][4], sizeof(id));
      if (id == (stream ^ 1U) && messages_[static_cast<std::size_t>(i)].msg_len == kPacketSize) {
        ++came_;
      } else {
        ++wrong_;
      }
    }
  }
}

}  // namespace osrtp::bench
