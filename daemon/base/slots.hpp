#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/strong.hpp"

/// Sockets by number: a place in a table, and how often that place has been given away.
namespace osrtp {

inline constexpr std::uint32_t kSlotBits = 20;  // as many descriptors as one process can have
inline constexpr std::uint32_t kSlotMask = (1U << kSlotBits) - 1;

/// The numbers. One that was given back means nothing for the next 4095 sockets in its place. O(1).
class SocketNumbers {
 public:
  /// Nothing: all are in use.
  [[nodiscard]] std::optional<SocketId> take() {
    if (free_.empty()) {
      if (generations_.size() > kSlotMask) return std::nullopt;
      free_.push_back(static_cast<std::uint32_t>(generations_.size()));
      generations_.push_back(0);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return SocketId(generations_[slot] << kSlotBits | slot);
  }
  /// Once for each that was taken.
  void give_back(SocketId id) {
    const std::uint32_t slot = id.get() & kSlotMask;
    ++generations_[slot];
    free_.push_back(slot);
  }
  [[nodiscard]] std::size_t in_use() const noexcept { return generations_.size() - free_.size(); }

 private:
  std::vector<std::uint32_t> generations_;
  std::vector<std::uint32_t> free_;
};

/// What somebody has to say of some of them. O(1); a value stays where it is until it is erased.
template <class Value>
class SlotTable {
 public:
  /// In place of what was in its slot before.
  Value& put(SocketId id, Value value) {
    const std::uint32_t slot = id.get() & kSlotMask;
    if (slot >= entries_.size()) entries_.resize(slot + std::size_t{1});
    if (entries_[slot] == nullptr) ++size_;
    entries_[slot] = std::make_unique<Entry>(Entry{id, std::move(value)});
    return entries_[slot]->value;
  }
  void erase(SocketId id) noexcept {
    if (find(id) == nullptr) return;
    entries_[id.get() & kSlotMask].reset();
    --size_;
  }
  [[nodiscard]] Value* find(SocketId id) noexcept {
    const std::uint32_t slot = id.get() & kSlotMask;
    if (slot >= entries_.size() || entries_[slot] == nullptr || entries_[slot]->id != id) return nullptr;
    return &entries_[slot]->value;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Entry {
    SocketId id;
    Value value;
  };
  std::vector<std::unique_ptr<Entry>> entries_;
  std::size_t size_ = 0;
};

}  // namespace osrtp
