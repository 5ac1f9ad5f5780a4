#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace osrtp::relay {

enum class Proof : std::uint8_t {
  kNone,
  kKey,  // the packet has been authenticated
};

/// Follows a sender behind a NAT without letting a stranger take the stream over
/// ("RTP bleed"): an unauthenticated stream may latch once, within `window` of its
/// start and only while its signalled source has not been heard; an authenticated
/// one moves whenever a packet has proved that it has the key.
class Latch {
 public:
  Latch(std::optional<Endpoint> signalled, TimePoint start, std::chrono::milliseconds window) noexcept
      : current_(signalled), closes_(start + window), learns_(window.count() > 0) {}

  /// Call after authentication has passed, or where the stream has none.
  /// @return whether a packet from `source` is part of this stream.
  bool accept(const Endpoint& source, Proof proof, TimePoint now) noexcept {
    if (source == current_) {
      settled_ = true;  // heard from where it should be: nothing left to learn
      return true;
    }
    const bool may_move = proof == Proof::kKey || (learns_ && !settled_ && now < closes_);
    if (!may_move) return false;
    current_ = source;
    settled_ = true;
    return true;
  }

  /// The offer or answer was repeated: a latch that has learnt nothing may try again.
  void reopen(TimePoint start, std::chrono::milliseconds window) noexcept {
    closes_ = start + window;
    learns_ = window.count() > 0;
  }

  /// Where to send; nothing: not known.
  [[nodiscard]] const std::optional<Endpoint>& current() const noexcept { return current_; }

 private:
  std::optional<Endpoint> current_;
  TimePoint closes_;
  bool learns_;
  bool settled_ = false;
};

}  // namespace osrtp::relay
