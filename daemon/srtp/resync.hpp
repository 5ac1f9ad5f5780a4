#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

namespace osrtp::srtp {

/// How far ahead of us a sender is looked for: the rollovers that an hour without a packet brings at 100 packets a
/// second, and a few more.
inline constexpr std::uint32_t kMaxTurnsAhead = 8;
/// Failures in a row before the first try, and at most so many between two of them.
inline constexpr std::uint32_t kFirstResync = 16;
inline constexpr std::uint32_t kMaxResyncGap = 128;

/// When to look for a sender that has turned its rollover counter while we did not hear it. Its packets are read with
/// an index that is 2^16, or a multiple, too low, and fail for ever (RFC 3711 §3.3.1): as forged, or as seen before.
/// Every so many failures one packet is tried once more, further ahead; never behind, where what has been heard would
/// be heard again. Who sends garbage gets one try for 16 packets, then for 32, 64 and 128, so that it costs little more
/// than without; a packet that passes ends it.
class Resync {
 public:
  /// A packet has failed. @return by how many turns to move it and try again; nothing: not this one.
  [[nodiscard]] constexpr std::optional<std::uint32_t> failed() noexcept {
    if (++failures_ < gap()) return std::nullopt;
    failures_ = 0;
    ++tries_;
    // 1 2 1 3 1 2 1 4 ...: what is likelier is tried more often.
    return std::min(static_cast<std::uint32_t>(std::countr_zero(tries_)) + 1, kMaxTurnsAhead);
  }
  constexpr void passed() noexcept { failures_ = tries_ = 0; }

 private:
  [[nodiscard]] constexpr std::uint32_t gap() const noexcept {
    constexpr std::uint32_t doublings = std::bit_width(kMaxResyncGap / kFirstResync);
    return std::min(kFirstResync << std::min(tries_, doublings), kMaxResyncGap);
  }

  std::uint32_t failures_ = 0;  // since the last try
  std::uint32_t tries_ = 0;
};

}  // namespace osrtp::srtp
