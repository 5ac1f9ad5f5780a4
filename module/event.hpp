#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "protocol/event.hpp"

/// What a node tells unasked. Pure: who owns this sends what it says, hands it what comes, and tells the time.
namespace osrtp::module {

/// The frame that subscribes: one and the same each time, since it is executed each time.
[[nodiscard]] std::string subscribe_frame(std::string_view cookie, std::chrono::seconds time);

/// Whether a SIP message can have this Call-ID and these tags (RFC 3261 section 25.1): none with white space or control
/// characters in it, which would begin another header field, and none is empty.
[[nodiscard]] bool is_sip(const protocol::Event& event) noexcept;

/// This process's subscription at one node.
class Subscription {
 public:
  static constexpr std::chrono::seconds kTime{30};
  static constexpr std::chrono::seconds kAgain{10};  // a node that was restarted knows of no subscription

  explicit Subscription(std::string cookie);

  /// What to send now; empty: nothing is due. What is sent need not arrive.
  [[nodiscard]] std::string_view due(TimePoint now);

  struct Heard {
    std::optional<protocol::Event> event;
    std::uint64_t lost = 0;  // events since the last time that this was told
    std::string refusal;     // why the node tells nothing, each time it says so
  };
  /// Reads a datagram of the node's; whatever is neither an event nor an answer is nothing.
  [[nodiscard]] Heard receive(std::string_view datagram);

 private:
  [[nodiscard]] Heard answered(std::string_view dictionary);

  std::string cookie_;
  std::string frame_;
  std::optional<TimePoint> sent_;
  std::uint64_t lost_ = 0;
};

}  // namespace osrtp::module
