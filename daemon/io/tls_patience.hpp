#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.hpp"

namespace osrtp::io {

/// How long a TLS control connection may take for what it does. Pure. Octets alone buy no time: a handshake has to end,
/// a frame to become complete, what is sent to be read.
class TlsPatience {
 public:
  static constexpr std::chrono::seconds kHandshake{5};
  static constexpr std::chrono::seconds kFrame{10};      // from its first octet to its last
  static constexpr std::chrono::seconds kUnread{10};     // until what was sent has left
  static constexpr std::chrono::seconds kIdle{15 * 60};  // without a request

  explicit TlsPatience(TimePoint now) noexcept
      : began_(now), idle_since_(now), partial_since_(now), unread_since_(now) {}

  /// How it stands after octets came or went.
  struct Standing {
    bool open = false;       // the handshake is over
    std::size_t frames = 0;  // complete ones that have come since the last note
    bool partial = false;    // there is the beginning of another
    bool unread = false;     // something waits for the other end to read
  };
  void note(const Standing& standing, TimePoint now) noexcept {
    if (standing.frames != 0 || !standing_.open) idle_since_ = now;
    if (standing.frames != 0 || !standing_.partial) partial_since_ = now;
    if (!standing_.unread) unread_since_ = now;
    standing_ = standing;
  }

  [[nodiscard]] bool over(TimePoint now) const noexcept {
    if (!standing_.open) return now - began_ >= kHandshake;
    return (standing_.partial && now - partial_since_ >= kFrame) ||
           (standing_.unread && now - unread_since_ >= kUnread) || now - idle_since_ >= kIdle;
  }

 private:
  TimePoint began_;
  TimePoint idle_since_;
  TimePoint partial_since_;
  TimePoint unread_since_;
  Standing standing_;
};

}  // namespace osrtp::io
