#include "io/udp_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/words.hpp"
#include "io/address.hpp"

namespace osrtp::io {

namespace {

Result<Descriptor, SocketError> bound(const SocketAddress& local) {
  const int family = local.storage.ss_family;
  Descriptor socket(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail(SocketError::from_errno(errno));
  const int on = 1;
  if (family == AF_INET6) setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(socket.number(), local.data(), local.size) != 0) return fail(SocketError::from_errno(errno));
  return socket;
}

}  // namespace

SocketError SocketError::from_errno(int error) {
  const auto kind = [error] {
    if (error == EADDRINUSE) return Kind::kPortBusy;
    if (error == EADDRNOTAVAIL) return Kind::kNotOurAddress;
    if (error == EMFILE || error == ENFILE) return Kind::kNoDescriptors;
    return Kind::kOther;
  };
  return {kind(), words(error)};
}

Result<UdpSocket, SocketError> UdpSocket::bind(const Endpoint& local) {
  auto socket = bound(SocketAddress::from(local));
  if (!socket) return fail(socket.error());
  return UdpSocket(*std::move(socket));
}

std::optional<Datagram> receive_datagram(int descriptor, ByteSpan buffer) noexcept {
  SocketAddress from;
  const ssize_t size = ::recvfrom(descriptor, buffer.data(), buffer.size() - kTailRoom, 0, from.data(), &from.size);
  if (size < 0) return std::nullopt;
  const auto endpoint = from.endpoint();
  if (!endpoint) return std::nullopt;
  return Datagram{*endpoint, buffer, static_cast<std::size_t>(size)};
}

bool send_datagram(int descriptor, const Endpoint& to, ByteView packet) noexcept {
  const SocketAddress address = SocketAddress::from(to);
  return ::sendto(descriptor, packet.data(), packet.size(), 0, address.data(), address.size) >= 0;
}

std::optional<SocketError> UdpSocket::mark(TrafficClass traffic) noexcept {
  int family = 0;
  socklen_t size = sizeof family;
  if (getsockopt(descriptor_.number(), SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) {
    return SocketError::from_errno(errno);
  }
  const int octet = traffic.octet();
  const bool six = family == AF_INET6;
  const int level = six ? IPPROTO_IPV6 : IPPROTO_IP;
  const int option = six ? IPV6_TCLASS : IP_TOS;
  if (setsockopt(descriptor_.number(), level, option, &octet, sizeof octet) == 0) return std::nullopt;
  return SocketError::from_errno(errno);
}

std::optional<SocketError> cannot_bind(const IpAddress& address) {
  auto socket = bound(SocketAddress::from(address, 0));
  if (socket) return std::nullopt;
  return socket.error();
}

}  // namespace osrtp::io
