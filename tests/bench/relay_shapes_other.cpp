// The relay over other loops: libevent, and io_uring where liburing is installed.

#include <event2/event.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "bench/relay_shapes.hpp"

#if __has_include(<liburing.h>)
#include <liburing.h>
#define HAVE_URING 1
#endif

namespace osrtp::bench {
namespace {

struct Watch {
  const Route* route;
  Counters* count;
};

void on_readable(evutil_socket_t fd, short /*events*/, void* argument) {
  const Watch& watch = *static_cast<Watch*>(argument);
  std::uint8_t packet[kBufferSize];
  sockaddr_in6 from;
  socklen_t from_size = sizeof(from);
  const auto size = recvfrom(fd, packet, sizeof(packet), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &from_size);
  add(watch.count->receives, 1);
  if (size <= 0) return;
  touch(packet, static_cast<int>(size));
  sendto(watch.route->out, packet, static_cast<std::size_t>(size), 0,
         reinterpret_cast<const sockaddr*>(&watch.route->to), watch.route->to_size);
  add(watch.count->sends, 1);
  add(watch.count->packets, 1);
}

}  // namespace

void relay_by_libevent(const Shape& shape, const std::vector<Route>& routes, Counters& counters) {
  event_config* config = event_config_new();
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_base* base = event_base_new_with_config(config);
  std::vector<Watch> watches;
  watches.reserve(routes.size());
  for (const Route& route : routes) {
    watches.push_back({&route, &counters});
    event_add(event_new(base, route.in, EV_READ | EV_PERSIST, on_readable, &watches.back()), nullptr);
  }
  if (shape.wake == Wake::kEvent) event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
  for (std::int64_t last = 0;;) {
    last = rest_unless_behind(shape.tick, last);
    add(counters.waits, 2);
    event_base_loop(base, EVLOOP_ONCE);
  }
}

#ifdef HAVE_URING
namespace {

/// Receives stay armed (multishot) and fill buffers of a ring; the sends of a round go in with one system call.
class Ring {
 public:
  Ring(const Shape& shape, const std::vector<Route>& routes, Counters& counters)
      : shape_(shape), routes_(routes), count_(counters) {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
    parameters.cq_entries = 16384;
    check(io_uring_queue_init_params(kBuffers, &ring_, &parameters), "io_uring_queue_init");
    std::vector<int> files;
    for (const Route& route : routes) files.push_back(route.in);
    check(io_uring_register_files(&ring_, files.data(), static_cast<unsigned>(files.size())), "register files");
    place_.resize(65536);
    for (std::size_t i = 0; i < files.size(); ++i) place_[static_cast<std::size_t>(files[i])] = static_cast<int>(i);
    provide_buffers();
    wanted_.msg_namelen = sizeof(sockaddr_in6);
    for (std::size_t i = 0; i < routes.size(); ++i) arm(i);
  }

  // With kTick the one call that sends also waits, for the boundary and not for packets.
  [[noreturn]] void run() {
    for (;;) {
      if (shape_.wake == Wake::kTick) {
        wait_for_boundary();
      } else {
        if (shape_.wake == Wake::kRest) {
          io_uring_submit(&ring_);
          last_ = rest_unless_behind(shape_.tick, last_);
          add(count_.waits, 2);
        }
        io_uring_submit_and_wait(&ring_, 1);
      }
      add(count_.waits, 1);
      give_back();
      take();
    }
  }

 private:
  static constexpr unsigned kBuffers = 4096;

  static void check(int result, const char* what) {
    if (result >= 0) return;
    std::fprintf(stderr, "%s: %d\n", what, result);
    std::exit(1);
  }

  void wait_for_boundary() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t tick = shape_.tick * 1000LL;
    __kernel_timespec left{0, tick - (now.tv_nsec % tick)};
    io_uring_cqe* done = nullptr;
    io_uring_submit_and_wait_timeout(&ring_, &done, kBuffers / 4, &left, nullptr);
  }

  std::uint8_t* buffer(unsigned id) { return memory_ + (static_cast<std::size_t>(id) * kBufferSize); }

  void provide_buffers() {
    void* memory = nullptr;
    if (posix_memalign(&memory, 4096, kBuffers * std::size_t{kBufferSize}) != 0) std::abort();
    memory_ = static_cast<std::uint8_t*>(memory);
    if (posix_memalign(&memory, 4096, kBuffers * sizeof(io_uring_buf)) != 0) std::abort();
    buffers_ = static_cast<io_uring_buf_ring*>(memory);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uint64_t>(buffers_);
    registration.ring_entries = kBuffers;
    check(io_uring_register_buf_ring(&ring_, &registration, 0), "register buffers");
    io_uring_buf_ring_init(buffers_);
    for (unsigned i = 0; i < kBuffers; ++i) used_.push_back(i);
    give_back();
  }

  void arm(std::size_t route) {
    io_uring_sqe* entry = next_entry();
    if (shape_.send == Send::kConnected) {
      io_uring_prep_recv_multishot(entry, static_cast<int>(route), nullptr, 0, 0);
    } else {
      io_uring_prep_recvmsg_multishot(entry, static_cast<int>(route), &wanted_, 0);
    }
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    entry->buf_group = 0;
    io_uring_sqe_set_data64(entry, route);
  }

  io_uring_sqe* next_entry() {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr) {
      io_uring_submit(&ring_);
      entry = io_uring_get_sqe(&ring_);
    }
    return entry;
  }

  // A datagram is sent while its entry is submitted, so its buffer is free afterwards.
  void give_back() {
    int n = 0;
    for (const unsigned id : used_) {
      io_uring_buf_ring_add(buffers_, buffer(id), kBufferSize, static_cast<unsigned short>(id),
                            io_uring_buf_ring_mask(kBuffers), n++);
    }
    io_uring_buf_ring_advance(buffers_, n);
    used_.clear();
  }

  void take() {
    unsigned head = 0;
    unsigned seen = 0;
    io_uring_cqe* done = nullptr;
    io_uring_for_each_cqe(&ring_, head, done) {
      ++seen;
      if (done->user_data == kSent) {
        if (!told_) std::fprintf(stderr, "send: %d\n", done->res);
        told_ = true;
        continue;
      }
      if ((done->flags & IORING_CQE_F_MORE) == 0) arm(done->user_data);
      if (done->res > 0 && (done->flags & IORING_CQE_F_BUFFER) != 0) {
        forward(done->user_data, done->flags >> IORING_CQE_BUFFER_SHIFT, done->res);
      }
    }
    io_uring_cq_advance(&ring_, seen);
  }

  void forward(std::size_t from, unsigned id, int size) {
    add(count_.receives, 1);
    used_.push_back(id);
    std::uint8_t* packet = buffer(id);
    auto length = static_cast<std::size_t>(size);
    if (shape_.send != Send::kConnected) {
      io_uring_recvmsg_out* message = io_uring_recvmsg_validate(packet, size, &wanted_);
      if (message == nullptr) return;
      packet = static_cast<std::uint8_t*>(io_uring_recvmsg_payload(message, &wanted_));
      length = message->payloadlen;
    }
    touch(packet, static_cast<int>(length));
    const Route& route = routes_[from];
    io_uring_sqe* entry = next_entry();
    io_uring_prep_send(entry, place_[static_cast<std::size_t>(route.out)], packet, length, 0);
    if (shape_.send == Send::kTo) {
      io_uring_prep_send_set_addr(entry, reinterpret_cast<const sockaddr*>(&route.to),
                                  static_cast<std::uint16_t>(route.to_size));
    }
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(entry, kSent);
    add(count_.sends, 1);
    add(count_.packets, 1);
  }

  static constexpr std::uint64_t kSent = ~0ULL;

  const Shape& shape_;
  const std::vector<Route>& routes_;
  Counters& count_;
  io_uring ring_{};
  io_uring_buf_ring* buffers_ = nullptr;
  std::uint8_t* memory_ = nullptr;
  msghdr wanted_{};
  std::vector<int> place_;
  std::int64_t last_ = 0;
  std::vector<unsigned> used_;
  bool told_ = false;
};

}  // namespace

void relay_by_ring(const Shape& shape, const std::vector<Route>& routes, Counters& counters) {
  Ring(shape, routes, counters).run();
}
#else
void relay_by_ring(const Shape& /*shape*/, const std::vector<Route>& /*routes*/, Counters& /*counters*/) {
  std::fprintf(stderr, "built without liburing\n");
  std::exit(1);
}
#endif

}  // namespace osrtp::bench
