#include "support/memory_network.hpp"

#include <algorithm>

namespace osrtp::testing {

class MemoryNetwork::Port final : public io::PacketPort {
 public:
  Port(MemoryNetwork& network, const Endpoint& local) : network_(network), local_(local) {}
  ~Port() override { network_.open_.erase(local_); }
  [[nodiscard]] std::optional<io::SocketError> mark(TrafficClass /*traffic*/) noexcept override { return std::nullopt; }
  [[nodiscard]] const Endpoint& local() const noexcept { return local_; }

 private:
  MemoryNetwork& network_;
  Endpoint local_;
};

class MemoryNetwork::Lane final : public io::PacketLane {
 public:
  explicit Lane(MemoryNetwork& network) : network_(network), buffers_(kBatch) {}

  [[nodiscard]] std::optional<io::SocketError> add(SocketId id, std::shared_ptr<io::PacketPort> port) override {
    auto ours = std::static_pointer_cast<Port>(std::move(port));
    network_.served_.insert_or_assign(ours->local(), id);
    ports_.put(id, std::move(ours));
    return std::nullopt;
  }
  void remove(SocketId id) noexcept override {
    if (const auto* port = ports_.find(id)) network_.served_.erase((*port)->local());
    ports_.erase(id);
  }
  [[nodiscard]] io::Batch receive() noexcept override {
    arrivals_.clear();
    while (!network_.waiting_.empty() && arrivals_.size() < kBatch) {
      const Waiting packet = std::move(network_.waiting_.front());
      network_.waiting_.pop_front();
      auto& buffer = buffers_[arrivals_.size()];
      buffer.assign(packet.octets.begin(), packet.octets.end());
      buffer.resize(packet.octets.size() + kTailRoom);
      arrivals_.push_back({packet.port, Datagram{packet.from, buffer, packet.octets.size()}});
    }
    return {arrivals_, !network_.waiting_.empty()};
  }
  std::size_t send(std::span<const Forward> batch) noexcept override {
    std::size_t sent = 0;
    for (const Forward& packet : batch) {
      auto* port = ports_.find(packet.socket);
      if (port == nullptr) continue;
      if (network_.sending_fails_ != 0) {
        refusal_ = network_.sending_fails_;
        continue;
      }
      network_.sent_.push_back({(*port)->local(), packet.to, {packet.packet.begin(), packet.packet.end()}});
      ++sent;
    }
    return sent;
  }
  [[nodiscard]] int refusal() const noexcept override { return refusal_; }
  void wait(std::optional<TimePoint> /*until*/) noexcept override {}
  void wake() noexcept override { ++network_.wakes_; }

 private:
  MemoryNetwork& network_;
  SlotTable<std::shared_ptr<Port>> ports_;
  std::vector<std::vector<std::uint8_t>> buffers_;
  std::vector<io::Arrival> arrivals_;
  int refusal_ = 0;
};

Result<std::shared_ptr<io::PacketPort>, io::SocketError> MemoryNetwork::open(const Endpoint& local) {
  if (refusal_ && open_.size() >= refusal_->most) return fail(io::SocketError::from_errno(refusal_->error));
  if (!open_.insert(local).second) return fail(io::SocketError{io::SocketError::Kind::kPortBusy, "in use"});
  return std::shared_ptr<io::PacketPort>(std::make_shared<Port>(*this, local));
}

Result<std::unique_ptr<io::PacketLane>, io::SocketError> MemoryNetwork::lane() {
  return std::unique_ptr<io::PacketLane>(std::make_unique<Lane>(*this));
}

bool MemoryNetwork::deliver(const Endpoint& from, const Endpoint& to, std::span<const std::uint8_t> octets) {
  const auto port = served_.find(to);
  if (port == served_.end()) return false;
  waiting_.push_back({port->second, from, {octets.begin(), octets.end()}});
  return true;
}

}  // namespace osrtp::testing
