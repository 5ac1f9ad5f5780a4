#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/call.hpp"
#include "bench/load/dialect.hpp"
#include "bench/load/histogram.hpp"
#include "io/descriptor.hpp"

namespace osrtp::bench {

/// The SIP proxy: tells the relay of calls, several requests in flight.
class Signalling {
 public:
  struct Setup {
    Relay relay;
    Profile profile;
    std::string control;  // "ADDRESS:PORT", UDP
    std::size_t window;   // requests in flight
  };

  explicit Signalling(Setup setup);

  /// The next call for a place of the window, which stays until that place is asked for again; none: there are no more.
  using Next = std::function<Call*(std::size_t place)>;

  /// Takes each call that `next` gives through the commands from `first` to `last`. Ends the process where the relay
  /// refuses a request or does not answer.
  void run(Command first, Command last, const Next& next);

  /// How long replies took, since forget_waits().
  [[nodiscard]] const Histogram& waits() const noexcept { return waits_; }
  void forget_waits() noexcept { waits_ = {}; }
  /// How long it has been reading replies and writing requests, and not waiting.
  [[nodiscard]] std::uint64_t busy_ns() const noexcept { return busy_ns_; }
  /// Requests that had to be sent again.
  [[nodiscard]] std::uint64_t repeated() const noexcept { return repeated_; }

 private:
  struct Request {
    Call* call = nullptr;  // none: free
    Command command{};
    std::uint32_t serial = 0;
    std::uint64_t sent_at_ns = 0;
    unsigned sent = 0;
    std::string frame;
  };

  void ask(std::size_t n, Call& call, Command command);
  void send(Request& request);
  void repeat_unanswered();
  /// The request that a reply belongs to; nothing has come, or it is one that was answered before: none.
  [[nodiscard]] Request* take_reply(std::string_view& dictionary);
  void settle(Call& call, Command command, std::string_view dictionary) const;

  Setup setup_;
  io::Descriptor socket_;
  std::vector<Request> requests_;
  std::vector<char> buffer_;
  std::uint32_t serial_ = 0;
  Histogram waits_;
  std::uint64_t busy_ns_ = 0;
  std::uint64_t repeated_ = 0;
};

}  // namespace osrtp::bench
