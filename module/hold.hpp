#pragma once

#include <atomic>

namespace osrtp::module {

/// Keeps other processes out of a part of shared memory, for a few instructions and never while anybody is asked. Who
/// does not get in within so many looks goes on without: one that died in there stops nobody. Works in zeroed memory.
class Hold {
 public:
  Hold(std::atomic<bool>& flag, int looks) noexcept : flag_(flag) {
    for (int look = 0; look < looks && !held_; ++look)
      held_ = !flag_.load(std::memory_order_relaxed) && !flag_.exchange(true, std::memory_order_acquire);
  }
  ~Hold() {
    if (held_) flag_.store(false, std::memory_order_release);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  /// Whether it got in.
  explicit operator bool() const noexcept { return held_; }

 private:
  std::atomic<bool>& flag_;
  bool held_ = false;
  static_assert(std::atomic<bool>::is_always_lock_free);
};

}  // namespace osrtp::module
