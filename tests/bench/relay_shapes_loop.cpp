// The relay over sockets: epoll, ticks, lists of expected sockets.

#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <thread>

#include "bench/relay_shapes.hpp"

namespace osrtp::bench {

namespace {

std::int64_t now_in(int tick) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec * 1'000'000LL + now.tv_nsec / 1000) / tick;
}

}  // namespace

std::int64_t rest(int tick) {
  const std::int64_t next = now_in(tick) + 1;
  const std::int64_t then = next * tick;
  const timespec at{then / 1'000'000, then % 1'000'000 * 1000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
  return next;
}

std::int64_t rest_unless_behind(int tick, std::int64_t last) {
  const std::int64_t now = now_in(tick);
  return now > last ? now : rest(tick);
}

namespace {

struct Staged {
  int route;
  int size;
  std::uint8_t* packet;
};

class Relay {
 public:
  Relay(const Shape& shape, const std::vector<Route>& routes, const std::vector<int>& by_port, Counters& counters)
      : shape_(shape),
        routes_(routes),
        by_port_(by_port),
        count_(counters),
        room_(static_cast<std::size_t>(std::max(shape.stage, shape.oneport ? shape.vlen : shape.stage) + shape.vlen)) {
    void* memory = nullptr;
    if (posix_memalign(&memory, 4096, room_ * static_cast<std::size_t>(shape.stride) + 65536) != 0) std::abort();
    memory_ = static_cast<std::uint8_t*>(memory);
    staged_.reserve(room_);
    prepare_messages();
  }

  [[noreturn]] void run() {
    if (shape_.wake == Wake::kPoll) poll_all();
    if (shape_.wake == Wake::kExpect) poll_expected();
    epoll_ = epoll_create1(0);
    const std::size_t watched = shape_.oneport ? 2 : routes_.size();
    for (std::size_t i = 0; i < watched; ++i) {
      epoll_event event{};
      event.events = EPOLLIN | (shape_.edge ? static_cast<unsigned>(EPOLLET) : 0U);
      event.data.u32 = static_cast<std::uint32_t>(i);
      epoll_ctl(epoll_, EPOLL_CTL_ADD, routes_[i].in, &event);
    }
    if (shape_.wake == Wake::kRest) rest_between();
    for (;;) {
      if (shape_.wake == Wake::kEvent) {
        serve_ready(-1);
        continue;
      }
      rest(shape_.tick);
      add(count_.waits, 1);
      while (serve_ready(0) > 0) {
      }
    }
  }

 private:
  // One round a tick; none when nothing comes; round after round when there is more than a tick can take.
  [[noreturn]] void rest_between() {
    constexpr int kWindow = 16'000;
    std::int64_t last = 0;
    std::int64_t window = 0;
    int came = 0;
    bool busy = shape_.least == 0;
    for (;;) {
      if (busy) {
        last = shape_.behind ? rest_unless_behind(shape_.tick, last) : rest(shape_.tick);
        add(count_.waits, 1);
      }
      came += serve_ready(-1);
      if (shape_.least == 0) continue;
      if (!busy) last = now_in(shape_.tick);
      if (last * shape_.tick / kWindow == window) continue;
      busy = came * shape_.tick >= shape_.least * kWindow;
      window = last * shape_.tick / kWindow;
      came = 0;
    }
  }

  int serve_ready(int timeout) {
    const timespec none{};
    const int ready = shape_.pwait2
                          ? epoll_pwait2(epoll_, events_.data(), shape_.events, timeout < 0 ? nullptr : &none, nullptr)
                          : epoll_wait(epoll_, events_.data(), shape_.events, timeout);
    add(count_.waits, 1);
    for (int i = 0; i < ready; ++i) serve(static_cast<int>(events_[static_cast<std::size_t>(i)].data.u32));
    flush();
    return ready;
  }

  // Nothing tells which socket has a packet.
  [[noreturn]] void poll_all() {
    for (;;) {
      rest(shape_.tick);
      add(count_.waits, 1);
      for (std::size_t i = 0; i < routes_.size(); ++i) serve(static_cast<int>(i));
      flush();
    }
  }

  // A socket that had a packet is looked at again 20 ms later, and from then on each tick until it has one.
  [[noreturn]] void poll_expected() {
    const std::size_t period = static_cast<std::size_t>(20'000 / shape_.tick);
    std::vector<std::vector<int>> wheel(period + 1);
    for (std::size_t i = 0; i < routes_.size(); ++i) wheel[i % period].push_back(static_cast<int>(i));
    std::vector<int> due;
    std::int64_t served = rest(shape_.tick) - 1;
    for (;;) {
      const std::int64_t now = rest(shape_.tick);
      add(count_.waits, 1);
      while (served < now) {
        const auto turn = static_cast<std::size_t>(++served);
        due.swap(wheel[turn % wheel.size()]);
        for (const int route : due) wheel[(turn + (serve(route) ? period : 1)) % wheel.size()].push_back(route);
        due.clear();
      }
      flush();
    }
  }

  // Whether anything was there.
  bool serve(int route) {
    switch (shape_.receive) {
      case Receive::kOnce:
        return receive_one(route);
      case Receive::kMsg:
        return receive_message(route);
      case Receive::kDrain: {
        const bool came = receive_one(route);
        while (came && receive_one(route)) {
        }
        return came;
      }
      case Receive::kBatch: {
        int came = receive_batch(route);
        const bool any = came > 0;
        while (came == shape_.vlen) came = receive_batch(route);
        return any;
      }
    }
    return false;
  }

  std::uint8_t* slot(std::size_t i) const { return memory_ + (i * static_cast<std::size_t>(shape_.stride)); }

  bool receive_one(int route) {
    std::uint8_t* packet = slot(staged_.size());
    sockaddr_in6 from;
    socklen_t from_size = sizeof(from);
    const auto size = recvfrom(routes_[static_cast<std::size_t>(route)].in, packet, kBufferSize, MSG_DONTWAIT,
                               reinterpret_cast<sockaddr*>(&from), &from_size);
    add(count_.receives, 1);
    if (size <= 0) return false;
    stage({route, static_cast<int>(size), packet});
    return true;
  }

  bool receive_message(int route) {
    const std::size_t at = staged_.size();
    if (shape_.gro) vectors_[0].iov_len = 65536;
    vectors_[0].iov_base = slot(at);
    msghdr& message = messages_[0].msg_hdr;
    message.msg_namelen = sizeof(sockaddr_in6);
    alignas(cmsghdr) std::array<std::uint8_t, 128> control;
    message.msg_control = control.data();
    message.msg_controllen = shape_.gro ? control.size() : 0;
    const auto size = recvmsg(routes_[static_cast<std::size_t>(route)].in, &message, MSG_DONTWAIT);
    add(count_.receives, 1);
    if (size <= 0) return false;
    stage({route, static_cast<int>(size), slot(at)});
    return true;
  }

  int receive_batch(int route) {
    const std::size_t at = staged_.size();
    for (std::size_t i = 0; i < static_cast<std::size_t>(shape_.vlen); ++i) {
      vectors_[i].iov_base = slot(at + i);
      messages_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in6);
    }
    const int came = recvmmsg(routes_[static_cast<std::size_t>(route)].in, messages_.data(),
                              static_cast<unsigned>(shape_.vlen), MSG_DONTWAIT, nullptr);
    add(count_.receives, 1);
    for (int i = 0; i < came; ++i) {
      const auto k = static_cast<std::size_t>(i);
      staged_.push_back({shape_.oneport ? by_port_[ntohs(names_[k].sin6_port)] : route,
                         static_cast<int>(messages_[k].msg_len), slot(at + k)});
    }
    if (staged_.size() >= static_cast<std::size_t>(shape_.stage)) flush();
    return came;
  }

  void stage(const Staged& one) {
    staged_.push_back(one);
    if (staged_.size() >= static_cast<std::size_t>(shape_.stage)) flush();
  }

  void flush() {
    if (staged_.empty()) return;
    if (shape_.oneport && shape_.vsend > 1) {
      flush_many();
    } else {
      for (const Staged& one : staged_) forward(one);
    }
    staged_.clear();
  }

  // With one port all of a batch leave through few sockets: one sendmmsg() for each run with the same one.
  void flush_many() {
    std::size_t done = 0;
    while (done < staged_.size()) {
      const int out = routes_[static_cast<std::size_t>(staged_[done].route)].out;
      unsigned n = 0;
      while (done < staged_.size() && n < static_cast<unsigned>(shape_.vsend) &&
             routes_[static_cast<std::size_t>(staged_[done].route)].out == out) {
        const Staged& one = staged_[done++];
        const Route& route = routes_[static_cast<std::size_t>(one.route)];
        touch(one.packet, one.size);
        leaving_[n] = {one.packet, static_cast<std::size_t>(one.size)};
        leave_[n].msg_hdr = {};
        leave_[n].msg_hdr.msg_name = const_cast<sockaddr_in6*>(&route.to);
        leave_[n].msg_hdr.msg_namelen = route.to_size;
        leave_[n].msg_hdr.msg_iov = &leaving_[n];
        leave_[n].msg_hdr.msg_iovlen = 1;
        ++n;
      }
      sendmmsg(out, leave_.data(), n, 0);
      add(count_.sends, 1);
      add(count_.packets, n);
    }
  }

  void forward(const Staged& one) {
    for (int at = 0; at < one.size; at += kPacketSize) touch(one.packet + at, std::min(kPacketSize, one.size - at));
    const Route& route = routes_[static_cast<std::size_t>(one.route)];
    const auto size = static_cast<std::size_t>(one.size);
    const auto* to = reinterpret_cast<const sockaddr*>(&route.to);
    switch (shape_.send) {
      case Send::kTo:
        sendto(route.out, one.packet, size, 0, to, route.to_size);
        break;
      case Send::kConnected:
        ::send(route.out, one.packet, size, 0);
        break;
      case Send::kMsg:
      case Send::kPktinfo:
        send_message(route, one.packet, size);
        break;
    }
    add(count_.sends, 1);
    add(count_.packets, (size + kPacketSize - 1) / kPacketSize);
  }

  void send_message(const Route& route, std::uint8_t* packet, std::size_t size) {
    iovec vector{packet, size};
    msghdr message{};
    message.msg_name = const_cast<sockaddr_in6*>(&route.to);
    message.msg_namelen = route.to_size;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in_pktinfo))> control{};
    auto* header = reinterpret_cast<cmsghdr*>(control.data());
    if (shape_.send == Send::kPktinfo) {
      const in_pktinfo info{0, {htonl(INADDR_LOOPBACK)}, {}};
      *header = {CMSG_LEN(sizeof(info)), IPPROTO_IP, IP_PKTINFO};
      std::memcpy(CMSG_DATA(header), &info, sizeof(info));
      message.msg_control = control.data();
      message.msg_controllen = CMSG_SPACE(sizeof(info));
    } else if (size > kPacketSize) {
      const std::uint16_t segment = kPacketSize;
      *header = {CMSG_LEN(sizeof(segment)), SOL_UDP, UDP_SEGMENT};
      std::memcpy(CMSG_DATA(header), &segment, sizeof(segment));
      message.msg_control = control.data();
      message.msg_controllen = CMSG_SPACE(sizeof(segment));
    }
    sendmsg(route.out, &message, 0);
  }

  void prepare_messages() {
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      vectors_[i] = {nullptr, kBufferSize};
      messages_[i].msg_hdr.msg_name = &names_[i];
      messages_[i].msg_hdr.msg_iov = &vectors_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  const Shape& shape_;
  const std::vector<Route>& routes_;
  const std::vector<int>& by_port_;
  Counters& count_;
  std::size_t room_;
  std::uint8_t* memory_ = nullptr;
  int epoll_ = -1;
  std::vector<Staged> staged_;
  std::array<epoll_event, 4096> events_{};
  std::array<mmsghdr, 128> messages_{};
  std::array<iovec, 128> vectors_{};
  std::array<sockaddr_in6, 128> names_{};
  std::array<mmsghdr, 128> leave_{};
  std::array<iovec, 128> leaving_{};
};

}  // namespace

void relay(const Shape& shape, const std::vector<Route>& routes, const std::vector<int>& by_port, Counters& counters) {
  std::make_unique<Relay>(shape, routes, by_port, counters)->run();
}

}  // namespace osrtp::bench
