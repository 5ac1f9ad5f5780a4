#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/endpoint.hpp"
#include "base/result.hpp"

namespace osrtp::io {

/// An address as the system calls want it. Also holds what has no Endpoint: the path or
/// the abstract name of a UNIX socket.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }

  /// Port 0: any that is free.
  [[nodiscard]] static SocketAddress from(const IpAddress& address, std::uint16_t port) noexcept;
  [[nodiscard]] static SocketAddress from(const Endpoint& endpoint) noexcept {
    return from(endpoint.address, endpoint.port.number());
  }
  /// Nothing: longer than a socket's path may be.
  [[nodiscard]] static std::optional<SocketAddress> from_path(std::string_view path) noexcept;
  /// An unnamed UNIX address: bound to it, the kernel picks an abstract name.
  [[nodiscard]] static SocketAddress unnamed_unix() noexcept;

  /// Nothing: not IPv4 or IPv6, or port 0.
  [[nodiscard]] std::optional<Endpoint> endpoint() const noexcept;
};

/// Where a daemon takes requests.
struct UnixPath {
  std::string path;
  friend bool operator==(const UnixPath&, const UnixPath&) = default;
};
/// TLS over TCP.
struct TlsAddress {
  Endpoint endpoint;
  friend bool operator==(const TlsAddress&, const TlsAddress&) = default;
};
using ControlAddress = std::variant<UnixPath, Endpoint, TlsAddress>;  // an endpoint alone: UDP

/// "unix:PATH", "udp:HOST:PORT" ("udp:[::1]:2223") or "tls:HOST:PORT". HOST is an address, never a name.
/// @return or why not, in words for the operator.
[[nodiscard]] Result<ControlAddress, std::string> parse_control_address(std::string_view text);
[[nodiscard]] std::string to_string(const ControlAddress& address);

}  // namespace osrtp::io
