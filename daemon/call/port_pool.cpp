#include "call/port_pool.hpp"

#include <algorithm>

namespace osrtp::call {

namespace {

/// Numbers 0..size-1 in random order. The bias of the modulo is of no use to anybody.
std::vector<std::size_t> shuffled(std::size_t size, const Entropy& entropy) {
  std::vector<std::size_t> order(size);
  for (std::size_t i = 0; i < size; ++i) order[i] = i;
  std::vector<std::uint32_t> draws(size);
  entropy({reinterpret_cast<std::uint8_t*>(draws.data()), draws.size() * sizeof(std::uint32_t)});
  for (std::size_t i = size; i > 1; --i) std::swap(order[i - 1], order[draws[i - 1] % i]);
  return order;
}

}  // namespace

PortPool::PortPool(PortRange range, std::chrono::milliseconds quarantine, const Entropy& entropy)
    : first_(range.first == 0 ? 2U : (range.first + 1U) & ~1U), quarantine_(quarantine), taken_(range.pairs()) {
  for (const std::size_t i : shuffled(range.pairs(), entropy)) {
    const auto rtp = Port::from(first_ + 2U * static_cast<std::uint32_t>(i));
    if (rtp) free_.push_back({*rtp, TimePoint::min()});
  }
}

std::optional<Port> PortPool::take(TimePoint now) {
  if (free_.empty() || now < free_.front().ready) return std::nullopt;
  const Port rtp = free_.front().rtp;
  free_.pop_front();
  taken_[index(rtp)] = true;
  return rtp;
}

void PortPool::give_back(Port rtp, TimePoint now) {
  if (release(rtp)) free_.push_back({rtp, now + quarantine_});
}

void PortPool::put_back(Port rtp) {
  if (release(rtp)) free_.push_front({rtp, TimePoint::min()});
}

bool PortPool::release(Port rtp) noexcept {
  const std::size_t i = index(rtp);
  if (i >= taken_.size() || !taken_[i]) return false;
  taken_[i] = false;
  return true;
}

std::size_t PortPool::index(Port rtp) const noexcept {
  const bool ours = rtp.number() >= first_ && rtp.number() % 2 == 0;
  return ours ? (rtp.number() - first_) / 2U : taken_.size();
}

}  // namespace osrtp::call
