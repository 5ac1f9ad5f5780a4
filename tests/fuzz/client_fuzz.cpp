// A sequence of waits and datagrams against one transaction, in virtual time. Each octet of the
// input: below 0x80 so many milliseconds pass; otherwise a datagram of (octet - 0x80) octets follows.
// Whatever arrives: at most one send for each in the schedule, none past the deadline, no wait
// beyond it, and an answer only from a frame with the cookie.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "protocol/client.hpp"

namespace {

using osrtp::protocol::Transaction;

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

class Run {
 public:
  void advance(int milliseconds) { now_ += std::chrono::milliseconds(milliseconds); }

  void receive(std::string_view datagram) {
    const bool taken = transaction_.receive(datagram);
    expect(taken == (!answered_ && datagram.starts_with("c1 ")));
    answered_ = answered_ || taken;
  }

  void look() {
    const auto step = transaction_.step(now_);
    const bool late = now_ >= kStart + kSchedule.budget;
    expect(std::holds_alternative<Transaction::Answered>(step) == answered_);
    expect(std::holds_alternative<Transaction::TimedOut>(step) == (late && !answered_));
    if (std::holds_alternative<Transaction::Send>(step)) expect(!late && ++sends_ <= 1 + kSchedule.resend.size());
    if (const auto* wait = std::get_if<Transaction::Wait>(&step)) {
      expect(sends_ > 0 && wait->until > now_ && wait->until <= kStart + kSchedule.budget);
    }
  }

 private:
  inline static const osrtp::protocol::Schedule kSchedule;
  static constexpr osrtp::TimePoint kStart{};

  osrtp::TimePoint now_ = kStart;
  Transaction transaction_{"c1", "c1 {}", kSchedule, kStart};
  std::size_t sends_ = 0;
  bool answered_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run run;
  run.look();
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const auto octet = static_cast<std::uint8_t>(rest[0]);
    rest.remove_prefix(1);
    if (octet < 0x80) {
      run.advance(octet);
    } else {
      const std::size_t length = std::min<std::size_t>(octet - 0x80U, rest.size());
      run.receive(rest.substr(0, length));
      rest.remove_prefix(length);
    }
    run.look();
  }
  return 0;
}
