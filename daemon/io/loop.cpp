#include "io/loop.hpp"

#include <event2/event.h>
#include <sys/time.h>

#include <cstdlib>
#include <utility>

namespace osrtp::io {

namespace {

void call(evutil_socket_t /*descriptor*/, short /*events*/, void* callback) noexcept {
  (*static_cast<Loop::Callback*>(callback))();
}

timeval to_timeval(std::chrono::milliseconds duration) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  const std::chrono::microseconds rest = duration - seconds;
  return {seconds.count(), rest.count()};
}

/// One thread only, and a clock that need not be exact: no lock, no timerfd.
event_base* create_base() {
  event_config* config = event_config_new();
  if (config == nullptr) std::abort();
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_base* base = event_base_new_with_config(config);
  event_config_free(config);
  if (base == nullptr) std::abort();
  return base;
}

}  // namespace

Loop::Subscription::Subscription(std::unique_ptr<Callback> callback, event* subscribed) noexcept
    : callback_(std::move(callback)), event_(subscribed) {}
Loop::Subscription::Subscription(Subscription&&) noexcept = default;
Loop::Subscription& Loop::Subscription::operator=(Subscription&&) noexcept = default;
Loop::Subscription::~Subscription() = default;
void Loop::Subscription::arm(std::chrono::milliseconds after) {
  const timeval tv = to_timeval(after);
  event_add(event_.get(), &tv);
}
void Loop::Subscription::Free::operator()(event* subscribed) const noexcept { event_free(subscribed); }

Loop::Loop() : base_(create_base()) {}
Loop::~Loop() = default;
void Loop::FreeBase::operator()(event_base* base) const noexcept { event_base_free(base); }

std::optional<Loop::Subscription> Loop::on_readable(int descriptor, Callback callback) {
  return subscribe(descriptor, EV_READ | EV_PERSIST, nullptr, std::move(callback));
}

std::optional<Loop::Subscription> Loop::every(std::chrono::milliseconds interval, Callback callback) {
  const timeval tv = to_timeval(interval);
  return subscribe(-1, EV_PERSIST, &tv, std::move(callback));
}

std::optional<Loop::Subscription> Loop::timer(Callback callback) {
  auto kept = std::make_unique<Callback>(std::move(callback));
  event* made = event_new(base_.get(), -1, 0, call, kept.get());
  if (made == nullptr) return std::nullopt;
  return Subscription(std::move(kept), made);
}

std::optional<Loop::Subscription> Loop::on_signal(int signal, Callback callback) {
  return subscribe(signal, EV_SIGNAL | EV_PERSIST, nullptr, std::move(callback));
}

std::optional<Loop::Subscription> Loop::subscribe(int what, short events, const timeval* interval, Callback callback) {
  auto kept = std::make_unique<Callback>(std::move(callback));
  event* made = event_new(base_.get(), what, events, call, kept.get());
  if (made == nullptr) return std::nullopt;
  Subscription subscription(std::move(kept), made);
  if (event_add(made, interval) != 0) return std::nullopt;
  return subscription;
}

void Loop::run() { event_base_dispatch(base_.get()); }
void Loop::stop() { event_base_loopbreak(base_.get()); }

}  // namespace osrtp::io
