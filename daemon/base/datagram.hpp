#pragma once

#include <cstddef>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"

namespace osrtp {

/// Octets that must be writable behind a received packet: an authentication tag
/// (16 at most), SRTCP's index (4) and an MKI (128 at most), rounded up.
inline constexpr std::size_t kTailRoom = 160;

/// One received datagram. The packet is the first `size` octets of `buffer`, which
/// goes on for at least kTailRoom more; it may be changed in place.
struct Datagram {
  Endpoint from;
  ByteSpan buffer;
  std::size_t size;

  [[nodiscard]] ByteSpan packet() const noexcept { return buffer.first(size); }
};

/// What to send: `packet` borrows the buffer of the datagram it came from and is
/// valid until that buffer is used again.
struct Forward {
  SocketId socket;
  Endpoint to;
  ByteView packet;
};

}  // namespace osrtp
