#pragma once

#include <atomic>
#include <utility>

namespace osrtp::app {

/// Messages for another thread. Neither side waits, whatever the other does.
template <class Message>
class Mailbox {
 public:
  Mailbox() = default;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox() {
    take([](Message&&) {});
  }

  /// Any thread.
  void put(Message message) {
    Letter* earlier = newest_.load(std::memory_order_relaxed);
    auto* const letter = new Letter{std::move(message), earlier};
    // Sequentially consistent: who then finds the receiver awake may rely on its looking once more.
    while (!newest_.compare_exchange_weak(earlier, letter, std::memory_order_seq_cst, std::memory_order_relaxed)) {
      letter->earlier = earlier;
    }
  }

  [[nodiscard]] bool is_empty() const noexcept { return newest_.load(std::memory_order_seq_cst) == nullptr; }

  /// Hands every message to `receive`, in the order in which they came. One thread only.
  template <class Receive>
  void take(Receive&& receive) {
    if (newest_.load(std::memory_order_relaxed) == nullptr) return;
    Letter* oldest = reversed(newest_.exchange(nullptr, std::memory_order_acquire));
    while (oldest != nullptr) {
      receive(std::move(oldest->message));
      delete std::exchange(oldest, oldest->earlier);
    }
  }

 private:
  struct Letter {
    Message message;
    Letter* earlier;
  };
  static Letter* reversed(Letter* newest) noexcept {
    Letter* turned = nullptr;
    while (newest != nullptr) {
      Letter* const earlier = std::exchange(newest->earlier, turned);
      turned = std::exchange(newest, earlier);
    }
    return turned;
  }
  std::atomic<Letter*> newest_{nullptr};
};

}  // namespace osrtp::app
