#include "io/socket_lane.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "io/clock.hpp"

namespace osrtp::io {

namespace {

// Of the bell in the queue; no port has it, for theirs have 32 bits.
constexpr std::uint64_t kBell = std::numeric_limits<std::uint64_t>::max();
// An odd number of cache lines: the first octets of each buffer are in other sets of the cache.
constexpr std::size_t kLine = 64;
constexpr std::size_t kStride = (((kMaxDatagram + kTailRoom) / kLine + 1) | 1U) * kLine;

bool watch(const Descriptor& queue, int descriptor, std::uint32_t events, std::uint64_t number) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.u64 = number;
  return epoll_ctl(queue.number(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

}  // namespace

Result<std::unique_ptr<SocketLane>, SocketError> SocketLane::create() {
  Descriptor queue(epoll_create1(EPOLL_CLOEXEC));
  Descriptor bell(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  // Edge-triggered, it need not be read: every ring is an edge.
  if (!queue || !bell || !watch(queue, bell.number(), EPOLLIN | EPOLLET, kBell)) {
    return fail(SocketError::from_errno(errno));
  }
  return std::unique_ptr<SocketLane>(new SocketLane(std::move(queue), std::move(bell)));
}

SocketLane::SocketLane(Descriptor queue, Descriptor bell)
    : queue_(std::move(queue)),
      bell_(std::move(bell)),
      buffers_(std::make_unique_for_overwrite<std::uint8_t[]>(kBatch * kStride)) {
  arrivals_.reserve(kBatch);
}

std::optional<SocketError> SocketLane::add(SocketId id, std::shared_ptr<PacketPort> port) {
  auto socket = std::static_pointer_cast<SocketPort>(std::move(port));
  const int descriptor = socket->socket().descriptor();
  ports_.put(id, Served{descriptor, std::move(socket)});
  if (watch(queue_, descriptor, EPOLLIN, id.get())) return std::nullopt;
  return SocketError::from_errno(errno);
}

void SocketLane::remove(SocketId id) noexcept {
  Served* const served = ports_.find(id);
  if (served == nullptr) return;
  // Somebody else may hold the socket a little longer, and the queue would go on announcing it.
  epoll_ctl(queue_.number(), EPOLL_CTL_DEL, served->descriptor, nullptr);
  ports_.erase(id);
}

ByteSpan SocketLane::buffer(std::size_t n) noexcept { return {buffers_.get() + n * kStride, kMaxDatagram + kTailRoom}; }

Batch SocketLane::receive() noexcept {
  arrivals_.clear();
  if (next_ready_ == ready_count_) {
    ++polls_;
    poll(0);
  }
  while (next_ready_ < ready_count_ && arrivals_.size() < kBatch) {
    const std::uint64_t number = ready_[next_ready_++].data.u64;
    const SocketId id(static_cast<std::uint32_t>(number));
    Served* const served = number != kBell ? ports_.find(id) : nullptr;
    if (served != nullptr) receive_from(id, *served);
  }
  const bool cut_short = ready_count_ == ready_.size() || unread_ > 0;
  return {arrivals_, next_ready_ < ready_count_ || cut_short};
}

void SocketLane::receive_from(SocketId id, Served& served) noexcept {
  const bool bursting = served.announced + 1 == polls_;
  served.announced = polls_;
  const std::size_t most = std::min(bursting ? kBurst : 1, kBatch - arrivals_.size());
  for (std::size_t i = 0; i < most; ++i) {
    const auto datagram = receive_datagram(served.descriptor, buffer(arrivals_.size()));
    if (!datagram) return;
    arrivals_.push_back({id, *datagram});
  }
  if (bursting) ++unread_;
}

std::size_t SocketLane::send(std::span<const Forward> batch) noexcept {
  std::size_t sent = 0;
  for (const Forward& packet : batch) {
    Served* const served = ports_.find(packet.socket);
    if (served == nullptr) continue;
    if (send_datagram(served->descriptor, packet.to, packet.packet)) {
      ++sent;
    } else {
      refusal_ = errno;
    }
  }
  return sent;
}

void SocketLane::wait(std::optional<TimePoint> until) noexcept {
  polls_ += 2;
  if (!until) return poll(-1);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - Clock::now()).count();
  poll(static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max())));
}

void SocketLane::poll(int milliseconds) noexcept {
  const int count = epoll_wait(queue_.number(), ready_.data(), static_cast<int>(ready_.size()), milliseconds);
  ready_count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  next_ready_ = 0;
  unread_ = 0;
}

void SocketLane::wake() noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(bell_.number(), &one, sizeof one));
}

}  // namespace osrtp::io
