#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/datagram.hpp"
#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "base/traffic_class.hpp"
#include "io/descriptor.hpp"
#include "io/socket_error.hpp"

namespace osrtp::io {

/// A datagram at its longest, in octets.
inline constexpr std::size_t kMaxDatagram = 65'535;

/// Takes one datagram from a UDP socket into `buffer`, which has room for the longest and kTailRoom behind it.
/// @return nothing: none is waiting, or it came from port 0.
[[nodiscard]] std::optional<Datagram> receive_datagram(int descriptor, ByteSpan buffer) noexcept;
/// @return whether the kernel took it, else errno says why not. A full queue loses the datagram, as UDP may.
bool send_datagram(int descriptor, const Endpoint& to, ByteView packet) noexcept;

/// A non-blocking UDP socket, bound to exactly one address and port; never shared with
/// another process (no SO_REUSEADDR), never answering on two address families.
class UdpSocket {
 public:
  [[nodiscard]] static Result<UdpSocket, SocketError> bind(const Endpoint& local);

  [[nodiscard]] std::optional<Datagram> receive(ByteSpan buffer) noexcept {
    return receive_datagram(descriptor(), buffer);
  }
  bool send(const Endpoint& to, ByteView packet) noexcept { return send_datagram(descriptor(), to, packet); }

  /// For all that is sent from now on; no packet costs a system call of its own for it.
  /// @return or why the system does not let us.
  [[nodiscard]] std::optional<SocketError> mark(TrafficClass traffic) noexcept;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_.number(); }

 private:
  explicit UdpSocket(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

/// Whether `address` is on this machine: nothing, or why a socket cannot be bound to it.
[[nodiscard]] std::optional<SocketError> cannot_bind(const IpAddress& address);

}  // namespace osrtp::io
