#pragma once

#include <atomic>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "app/mailbox.hpp"
#include "relay/tap.hpp"

namespace osrtp::app {

/// What a worker has shown of one stream and nobody has taken yet: at most kMost packets, the rest is counted. The
/// worker never waits.
class TapQueue final : public relay::Tap {
 public:
  static constexpr std::size_t kMost = 4096;

  struct Seen {
    relay::LegIndex leg;
    relay::Component kind;
    Endpoint source;
    TimePoint at;
    std::vector<std::uint8_t> octets;
  };

  void see(relay::LegIndex from, relay::Component kind, const Endpoint& source, ByteView plain,
           TimePoint now) noexcept override {
    try {
      if (waiting_.load(std::memory_order_relaxed) < kMost) {
        mailbox_.put({from, kind, source, now, {plain.begin(), plain.end()}});
        waiting_.fetch_add(1, std::memory_order_relaxed);
        return;
      }
    } catch (const std::bad_alloc&) {  // then it is not seen, and the call goes on
    }
    lost_.fetch_add(1, std::memory_order_relaxed);
  }

  /// One thread only; see Mailbox.
  template <class Receive>
  void take(Receive&& receive) {
    mailbox_.take([&](Seen&& seen) {
      waiting_.fetch_sub(1, std::memory_order_relaxed);
      receive(std::move(seen));
    });
  }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

 private:
  Mailbox<Seen> mailbox_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace osrtp::app
