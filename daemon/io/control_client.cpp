#include "io/control_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/words.hpp"
#include "io/control_socket.hpp"

namespace osrtp::io {

namespace {

std::string why_not_connected(int error) {
  switch (error) {
    case ENOENT:
    case ECONNREFUSED:
      return "nobody listens there; is osrtpd running?";
    case EACCES:
      return "permission denied; the socket is for root and the members of its group";
    default:
      return words(error);
  }
}

}  // namespace

Result<ControlClient, std::string> ControlClient::connect(const ControlAddress& server) {
  const auto* local = std::get_if<UnixPath>(&server);
  const auto* udp = std::get_if<Endpoint>(&server);
  if (local == nullptr && udp == nullptr) return fail(std::string("TLS has no datagrams"));
  const auto address =
      local != nullptr ? SocketAddress::from_path(local->path) : std::optional(SocketAddress::from(*udp));
  if (!address) return fail(std::string("the path is too long"));
  Descriptor socket(::socket(address->storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail(words(errno));
  // A UNIX datagram can only be answered where it has a sender; the kernel finds a name.
  const SocketAddress own = SocketAddress::unnamed_unix();
  if (local != nullptr && ::bind(socket.number(), own.data(), own.size) != 0) return fail(words(errno));
  if (::connect(socket.number(), address->data(), address->size) != 0) return fail(why_not_connected(errno));
  return ControlClient(std::move(socket));
}

std::optional<std::string> ControlClient::send(std::string_view datagram) {
  if (::send(descriptor_.number(), datagram.data(), datagram.size(), 0) >= 0) return std::nullopt;
  return words(errno);
}

std::optional<std::string> ControlClient::receive(std::chrono::milliseconds patience) {
  pollfd readable{descriptor_.number(), POLLIN, 0};
  if (::poll(&readable, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  std::string datagram(kMaxControlDatagram, '\0');
  const ssize_t size = ::recv(descriptor_.number(), datagram.data(), datagram.size(), 0);
  if (size < 0) return std::nullopt;
  datagram.resize(static_cast<std::size_t>(size));
  return datagram;
}

}  // namespace osrtp::io
