#include "bench/load/keying.hpp"

#include <vector>

#include "bench/load/die.hpp"
#include "bench/load/process.hpp"

namespace osrtp::bench {
namespace {

constexpr std::uint64_t kPatienceNs = 20'000'000'000;
constexpr std::uint64_t kTimeoutsEveryNs = 10'000'000;

TimePoint point(std::uint64_t ns) { return TimePoint(std::chrono::nanoseconds(ns)); }

void send_output(Wire& wire, Phone& phone) {
  for (const auto& datagram : phone.take_output()) wire.send(phone.number(), phone.relay(), datagram);
}

/// Handshakes under way among the calls from `first` to `last`.
class Round {
 public:
  Round(Wire& wire, Calls& calls, std::size_t first, std::size_t last)
      : wire_(wire), calls_(calls), first_(first), next_(first), last_(last) {}

  [[nodiscard]] bool is_done() const noexcept { return done_ == last_ - first_; }
  void start_up_to(std::size_t window) {
    for (; next_ < last_ && next_ - first_ - done_ < window; ++next_) {
      Phone& phone = calls_[next_].at(Side::kCaller);
      phone.start_handshake(point(now_ns()));
      send_output(wire_, phone);
    }
  }
  /// @return whether anything has come
  bool receive() {
    const auto arrivals = wire_.receive();
    for (const Arrival& arrival : arrivals) {
      if (arrival.phone / 2 >= calls_.size()) continue;
      Phone& phone = calls_[arrival.phone / 2].phones[arrival.phone % 2];
      const bool was_keyed = phone.is_keyed();
      phone.handle_dtls(arrival.packet, point(now_ns()));
      send_output(wire_, phone);
      if (phone.has_failed()) die("a DTLS handshake has failed");
      if (!was_keyed && phone.is_keyed()) ++done_;
    }
    return !arrivals.empty();
  }
  void handle_timeouts(std::uint64_t now) {
    for (std::size_t n = first_; n < next_; ++n) {
      Phone& phone = calls_[n].at(Side::kCaller);
      if (phone.is_keyed()) continue;
      phone.handle_timeout(point(now));
      send_output(wire_, phone);
    }
  }

 private:
  Wire& wire_;
  Calls& calls_;
  std::size_t first_;
  std::size_t next_;
  std::size_t last_;
  std::size_t done_ = 0;
};

}  // namespace

std::uint64_t shake_hands(Wire& wire, Calls& calls, std::size_t first, std::size_t last, std::size_t window) {
  Round round(wire, calls, first, last);
  const std::uint64_t began = now_ns();
  std::uint64_t looked = began;
  std::uint64_t busy = 0;
  while (!round.is_done()) {
    const std::uint64_t turn = now_ns();
    round.start_up_to(window);
    const bool received = round.receive();
    const std::uint64_t now = now_ns();
    if (received) busy += now - turn;
    if (now - began > kPatienceNs) die("the DTLS handshakes do not end");
    if (now - looked < kTimeoutsEveryNs) continue;
    round.handle_timeouts(now);
    looked = now;
  }
  return busy;
}

}  // namespace osrtp::bench
