#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/entropy.hpp"
#include "base/strong.hpp"
#include "base/time.hpp"

namespace osrtp::call {

/// Media ports, both ends included.
struct PortRange {
  std::uint16_t first = 30'000;
  std::uint16_t last = 39'999;

  /// How many RTP ports with the RTCP port above them fit: RTP is even (RFC 3550 §11).
  [[nodiscard]] constexpr std::size_t pairs() const noexcept {
    const std::uint32_t even = first == 0 ? 2U : (first + 1U) & ~1U;
    return last <= even ? 0 : (last - even + 1U) / 2U;
  }
  friend constexpr bool operator==(const PortRange&, const PortRange&) noexcept = default;
};

/// Which port pairs of one address are free. Pure: opens nothing. Every operation is O(1).
///
/// Pairs leave in the order in which they came back, so that each rests as long as the
/// range allows, and at least `quarantine`: what still arrives for an ended call finds
/// a closed port, never another call. The first round is in random order, so that a
/// stranger cannot tell where the next call will be.
class PortPool {
 public:
  PortPool(PortRange range, std::chrono::milliseconds quarantine, const Entropy& entropy);

  /// An RTP port that nobody has; the one above it is its RTCP port. Nothing: all are
  /// in use or resting.
  [[nodiscard]] std::optional<Port> take(TimePoint now);
  /// Gives a pair back, which then rests. What was not taken is ignored.
  void give_back(Port rtp, TimePoint now);
  /// The same of a pair that could not be opened: nothing can arrive there, so it need not rest and is the next again.
  void put_back(Port rtp);

  [[nodiscard]] std::size_t size() const noexcept { return taken_.size(); }
  [[nodiscard]] std::size_t in_use() const noexcept { return taken_.size() - free_.size(); }

 private:
  struct Free {
    Port rtp;
    TimePoint ready;
  };
  [[nodiscard]] std::size_t index(Port rtp) const noexcept;
  [[nodiscard]] bool release(Port rtp) noexcept;

  std::uint32_t first_;  // of the first pair, even
  std::chrono::milliseconds quarantine_;
  std::deque<Free> free_;  // soonest ready first
  std::vector<bool> taken_;
};

}  // namespace osrtp::call
