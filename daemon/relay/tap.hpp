#pragma once

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "relay/stream.hpp"

namespace osrtp::relay {

/// Who looks on at a stream: sees what its peers send, in the clear, once it has proved to be theirs. What failed that
/// is not shown.
class Tap {
 public:
  Tap() = default;
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;
  virtual ~Tap() = default;

  /// On the packet path: copies and returns.
  /// @param plain borrowed: RTP or RTCP as its sender made it, or any payload on an opaque leg
  virtual void see(LegIndex from, Component kind, const Endpoint& source, ByteView plain, TimePoint now) noexcept = 0;
};

}  // namespace osrtp::relay
