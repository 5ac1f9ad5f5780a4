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
/// start and only while its signalled source has not been heard; should that one be
/// heard later it has the stream back for good. An authenticated stream moves
/// whenever a packet has proved that it has the key.
class Latch {
 public:
  Latch(std::optional<Endpoint> signalled, TimePoint start, std::chrono::milliseconds window) noexcept
      : signalled_(signalled), current_(signalled), closes_(start + window) {}

  /// Call after authentication has passed, or where the stream has none.
  /// @return whether a packet from `source` is part of this stream.
  bool accept(const Endpoint& source, Proof proof, TimePoint now) noexcept {
    const bool known = source == current_ || source == signalled_;
    const bool may_learn = proof == Proof::kKey || (!settled_ && now < closes_);
    if (!known && !may_learn) return false;
    current_ = source;
    settled_ = true;
    return true;
  }

  /// The peer has gone from one host to another, which something else has proved.
  void move(const IpAddress& from, const IpAddress& to) noexcept {
    if (current_ && current_->address == from) current_->address = to;
  }

  /// The offer or answer was repeated: a latch that has heard nobody may try again.
  void reopen(TimePoint start, std::chrono::milliseconds window) noexcept { closes_ = start + window; }

  /// Where to send; nothing: not known.
  [[nodiscard]] const std::optional<Endpoint>& current() const noexcept { return current_; }
  /// What it began with.
  [[nodiscard]] const std::optional<Endpoint>& signalled() const noexcept { return signalled_; }

 private:
  std::optional<Endpoint> signalled_;
  std::optional<Endpoint> current_;
  TimePoint closes_;
  bool settled_ = false;  // somebody has been heard
};

}  // namespace osrtp::relay
