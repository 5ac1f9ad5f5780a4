#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace osrtp {

/// Very many timers, to the millisecond. Arming, disarming and running one are O(1). Pure: it is told the time.
class TimerWheel {
 public:
  /// Belongs to what is to be woken. Disarms itself when it goes; must not outlive the wheel.
  class Timer {
   public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { unlink(); }
    [[nodiscard]] bool is_armed() const noexcept { return previous_ != nullptr; }

   private:
    friend class TimerWheel;
    void unlink() noexcept {
      if (previous_ == nullptr) return;
      previous_->next_ = next_;
      next_->previous_ = previous_;
      previous_ = next_ = nullptr;
    }
    void link_before(Timer& head) noexcept {
      previous_ = head.previous_;
      next_ = &head;
      previous_->next_ = this;
      head.previous_ = this;
    }
    Timer* previous_ = nullptr;
    Timer* next_ = nullptr;
    std::int64_t due_ = 0;  // milliseconds of the clock
  };

  explicit TimerWheel(TimePoint start) noexcept : turned_(floor(start)) {
    for (Timer& head : heads_) head.previous_ = head.next_ = &head;
  }
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  ~TimerWheel() {
    for (Timer& head : heads_) {
      while (head.next_ != &head) head.next_->unlink();
      head.previous_ = nullptr;
    }
  }

  /// In place of when it was due before. Never early, and less than a millisecond late by itself.
  void arm(Timer& timer, TimePoint due) noexcept {
    timer.unlink();
    timer.due_ = std::max(ceil(due), turned_ + 1);
    place(timer);
  }
  static void disarm(Timer& timer) noexcept { timer.unlink(); }

  /// When run() wants to be called; nothing: no timer is armed. Earlier than the first timer where that is far away.
  [[nodiscard]] std::optional<TimePoint> next() noexcept {
    for (std::int64_t ms = turned_ + 1; ms <= turned_ + kSlots;) {
      const std::size_t slot = index(ms);
      std::uint64_t& word = maybe_[slot / kBits];
      const std::uint64_t ahead = word >> (slot % kBits);
      if (ahead == 0) {
        ms += static_cast<std::int64_t>(kBits - slot % kBits);
        continue;
      }
      ms += std::countr_zero(ahead);
      const Timer& head = heads_[index(ms)];
      if (ms <= turned_ + kSlots && head.next_ != &head) return TimePoint(std::chrono::milliseconds(ms));
      if (head.next_ == &head) word &= ~(std::uint64_t{1} << (index(ms) % kBits));
      ++ms;
    }
    return std::nullopt;
  }

  /// Calls `wake` with each timer that is due, which may arm it or any other again.
  template <class Wake>
  void run(TimePoint now, Wake&& wake) {
    const std::int64_t until = floor(now);
    if (until - turned_ > kSlots) turned_ = until - kSlots;
    while (turned_ < until) {
      ++turned_;
      Timer& head = heads_[index(turned_)];
      // What has been put off to a later turn goes behind the mark.
      Timer mark;
      mark.link_before(head);
      while (head.next_ != &mark) {
        Timer& timer = *head.next_;
        timer.unlink();
        if (timer.due_ > turned_) {
          place(timer);
        } else {
          wake(timer);
        }
      }
    }
  }

 private:
  static constexpr std::int64_t kSlots = 4096;
  static constexpr std::size_t kBits = 64;
  static std::int64_t floor(TimePoint time) noexcept {
    return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  }
  static std::int64_t ceil(TimePoint time) noexcept {
    return std::chrono::ceil<std::chrono::milliseconds>(time.time_since_epoch()).count();
  }
  static std::size_t index(std::int64_t ms) noexcept { return static_cast<std::size_t>(ms % kSlots); }
  // Farther than one turn of the wheel: looked at again after that.
  void place(Timer& timer) noexcept {
    const std::size_t slot = index(std::min(timer.due_, turned_ + kSlots));
    maybe_[slot / kBits] |= std::uint64_t{1} << (slot % kBits);
    timer.link_before(heads_[slot]);
  }

  std::int64_t turned_;  // everything due until then has been woken
  std::array<Timer, kSlots> heads_;
  std::array<std::uint64_t, kSlots / kBits> maybe_{};  // slots that are not empty, and some that were not
};

}  // namespace osrtp
