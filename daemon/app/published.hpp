#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace osrtp::app {

/// A value that one thread keeps up to date and others read whole. Neither waits for the other: what is being
/// written is not what is being read, and a reader begins anew only once a newer value is there.
template <class Value>
class Published {
  static_assert(std::is_trivially_copyable_v<Value> && std::is_default_constructible_v<Value>);

 public:
  Published() { store(Value{}); }

  /// One thread only.
  void store(const Value& value) noexcept {
    Words words{};
    std::memcpy(words.data(), &value, sizeof value);
    const std::uint32_t next = version_.load(std::memory_order_relaxed) + 1;
    // Released one by one: none may be seen before the version that gave this copy up.
    for (std::size_t i = 0; i < kWords; ++i) copies_[next % 2][i].store(words[i], std::memory_order_release);
    version_.store(next, std::memory_order_release);
  }

  /// The newest, or the one before it.
  [[nodiscard]] Value load() const noexcept {
    Words words;
    std::uint32_t version = version_.load(std::memory_order_acquire);
    while (true) {
      for (std::size_t i = 0; i < kWords; ++i) words[i] = copies_[version % 2][i].load(std::memory_order_acquire);
      const std::uint32_t after = version_.load(std::memory_order_acquire);
      if (after == version) break;
      version = after;
    }
    Value value;
    std::memcpy(static_cast<void*>(&value), words.data(), sizeof value);
    return value;
  }

 private:
  static constexpr std::size_t kWords = (sizeof(Value) + 7) / 8;
  using Words = std::array<std::uint64_t, kWords>;

  std::array<std::array<std::atomic<std::uint64_t>, kWords>, 2> copies_{};
  std::atomic<std::uint32_t> version_{0};
};

}  // namespace osrtp::app
