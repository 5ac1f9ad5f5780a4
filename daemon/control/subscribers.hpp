#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "protocol/event.hpp"
#include "protocol/message.hpp"

namespace osrtp::control {

/// Who has sent a request.
struct Asker {
  std::string_view address;  // octets that whoever owns the sockets can send to; empty: events have nowhere to go
  std::string_view cookie;
};

/// A datagram for a subscriber.
struct Notice {
  std::string address;  // as its Asker had it
  std::string frame;

  friend bool operator==(const Notice&, const Notice&) = default;
};

/// Who is told of events, and until when. Pure. Nobody but an asker is told, each at most kMostPerSecond events a
/// second, and what is over that is lost and counted: an event is a hint, `query` tells what is.
class Subscribers {
 public:
  static constexpr std::size_t kMost = 16;
  static constexpr std::chrono::seconds kLongest{300};
  static constexpr std::uint64_t kMostPerSecond = 200;

  /// Begins a subscription, or goes on with the address's own, under the cookie of now. One beyond kMost takes the
  /// place of the one that would end first. No seconds: it ends.
  protocol::SubscribeReply subscribe(const Asker& asker, std::chrono::seconds wish, TimePoint now);
  /// @return what is to be sent now
  [[nodiscard]] std::vector<Notice> tell(const std::vector<protocol::Event>& events, TimePoint now);
  /// What tell() has returned could not be sent.
  void lost(std::string_view address) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

 private:
  struct Subscriber {
    std::string address;
    std::string cookie;
    TimePoint until;
    TimePoint second;        // the one that is counted in
    std::uint64_t sent = 0;  // in it
    std::uint64_t lost = 0;  // ever
  };
  [[nodiscard]] Subscriber* find(std::string_view address) noexcept;
  Subscriber& make_room_for(std::string_view address, TimePoint now);
  void drop_old(TimePoint now);

  std::vector<Subscriber> all_;
};

}  // namespace osrtp::control
