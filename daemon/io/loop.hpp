#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

struct event;
struct event_base;

namespace osrtp::io {

/// Waits for sockets, time and signals, and calls back, one at a time, on the thread that
/// runs it. Level-triggered: what a callback left unread is announced again.
class Loop {
 public:
  using Callback = std::function<void()>;

  /// Ends its subscription when it goes. Must not outlive the loop, nor go from inside its
  /// own callback.
  class Subscription {
   public:
    Subscription(Subscription&&) noexcept;
    Subscription& operator=(Subscription&&) noexcept;
    ~Subscription();

    /// Of a timer(): calls back once, `after` from now; instead of what was armed before. Zero: as soon as the loop
    /// turns.
    void arm(std::chrono::milliseconds after);

   private:
    friend class Loop;
    struct Free {
      void operator()(event* subscribed) const noexcept;
    };
    Subscription(std::unique_ptr<Callback> callback, event* subscribed) noexcept;
    std::unique_ptr<Callback> callback_;  // behind a pointer: its address is the loop's
    std::unique_ptr<event, Free> event_;
  };

  /// Ends the process when the system gives no event queue: nothing can be done without.
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  /// Nothing: the system takes no more (epoll's limit, memory). The descriptor must stay
  /// open for as long as the subscription.
  [[nodiscard]] std::optional<Subscription> on_readable(int descriptor, Callback callback);
  [[nodiscard]] std::optional<Subscription> every(std::chrono::milliseconds interval, Callback callback);
  /// Sleeps until it is armed.
  [[nodiscard]] std::optional<Subscription> timer(Callback callback);
  [[nodiscard]] std::optional<Subscription> on_signal(int signal, Callback callback);

  /// Returns after stop().
  void run();
  /// For what libevent itself runs on it, in io/ alone. Borrowed.
  [[nodiscard]] event_base* base() const noexcept { return base_.get(); }
  /// Lets the running callback finish, then no other starts.
  void stop();

 private:
  struct FreeBase {
    void operator()(event_base* base) const noexcept;
  };
  [[nodiscard]] std::optional<Subscription> subscribe(int what, short events, const struct timeval* interval,
                                                      Callback callback);
  std::unique_ptr<event_base, FreeBase> base_;
};

}  // namespace osrtp::io
