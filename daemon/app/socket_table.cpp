#include "app/socket_table.hpp"

#include <utility>

namespace osrtp::app {

Result<SocketId, io::SocketError> SocketTable::open(const Endpoint& local) {
  using Kind = io::SocketError::Kind;
  auto socket = io::UdpSocket::bind(local);
  if (!socket) return fail(socket.error());
  if (free_.empty()) {
    if (slots_.size() > kSlotMask) return fail(io::SocketError{Kind::kNoDescriptors, "too many sockets"});
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const SocketId id = id_of(free_.back());
  auto readable = loop_.on_readable(socket->descriptor(), [this, id] { readable_(id); });
  if (!readable) return fail(io::SocketError{Kind::kNoDescriptors, "the event queue takes no more"});
  slots_[free_.back()].entry.emplace(Entry{*std::move(socket), *std::move(readable), std::nullopt});
  free_.pop_back();
  return id;
}

void SocketTable::close(SocketId id) {
  if (find(id) == nullptr) return;
  const std::uint32_t slot = id.get() & kSlotMask;
  slots_[slot].entry.reset();
  ++slots_[slot].generation;
  free_.push_back(slot);
}

SocketTable::Entry* SocketTable::find(SocketId id) noexcept {
  const std::uint32_t slot = id.get() & kSlotMask;
  if (slot >= slots_.size() || !slots_[slot].entry || id_of(slot) != id) return nullptr;
  return &*slots_[slot].entry;
}

SocketId SocketTable::id_of(std::uint32_t slot) const noexcept {
  return SocketId(slots_[slot].generation << kSlotBits | slot);
}

}  // namespace osrtp::app
