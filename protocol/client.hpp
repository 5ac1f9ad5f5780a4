#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"

/// A client's side of one request, without socket or clock: the module and osrtpctl drive it
/// with their own.
namespace osrtp::protocol {

/// Makes the cookies of one process. Not thread-safe: one per process or thread, each with its own salt.
class CookieMaker {
 public:
  /// `salt`: fresh random octets, so that neither a restarted process with the pid of its
  /// predecessor nor one on another machine repeats a cookie that the server still remembers.
  CookieMaker(std::uint32_t pid, std::uint64_t salt);
  /// Unique; hexadecimal digits and '_' only.
  [[nodiscard]] std::string next();

 private:
  std::string prefix_;
  std::uint64_t sequence_ = 0;
};

/// When to send a request again, and when to give up. All counted from its start.
struct Schedule {
  std::chrono::milliseconds budget{400};
  std::vector<std::chrono::milliseconds> resend{std::chrono::milliseconds{150}, std::chrono::milliseconds{300}};
};

/// One request on its way. Ask step() what to do, do it, ask again:
///
///     for (;;) {
///       const auto step = transaction.step(now());
///       if (std::holds_alternative<Send>(step)) send(transaction.frame());
///       else if (auto* wait = std::get_if<Wait>(&step)) { if (readable before wait->until)
///       transaction.receive(read()); } else if (auto* done = std::get_if<Answered>(&step)) return
///       decode_reply(done->dictionary, command); else return nothing;  // TimedOut
///     }
///
/// The server executes a repeated cookie once, so sending again is always safe.
class Transaction {
 public:
  struct Send {};
  struct Wait {
    TimePoint until;
  };
  struct Answered {
    std::string_view dictionary;  // lives in the transaction
  };
  struct TimedOut {};
  using Step = std::variant<Send, Wait, Answered, TimedOut>;

  /// `frame` starts with `cookie` and a space (see join()). The budget runs from `start`. Times of
  /// `schedule.resend` outside the budget never come; their order does not matter.
  Transaction(std::string cookie, std::string frame, const Schedule& schedule, TimePoint start);

  /// What is due at `now`. A Send counts as done. However late it is asked, one Send stands for all
  /// that were missed; nothing is sent once the budget is spent. An answer beats the timeout.
  [[nodiscard]] Step step(TimePoint now);

  /// Takes a datagram from the server's socket. @return whether it answers this request. Others
  /// (late replies to earlier requests, garbage) change nothing, and no clock starts again.
  bool receive(std::string_view datagram);

  /// What was to be sent could not be, since the server's queue is full: one more Send is due at `when`. The others
  /// stay due, and the budget is what it was.
  void again(TimePoint when);

  [[nodiscard]] const std::string& frame() const noexcept { return frame_; }
  [[nodiscard]] const std::string& cookie() const noexcept { return cookie_; }

 private:
  std::string cookie_;
  std::string frame_;
  std::vector<TimePoint> due_;  // sends not yet made, latest first
  TimePoint deadline_;
  std::optional<std::string> answer_;
};

}  // namespace osrtp::protocol
