#include "io/control_socket.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/words.hpp"

namespace osrtp::io {

namespace {

constexpr mode_t kOwnerAndGroup = 0660;

Descriptor datagram_socket(int family) {
  return Descriptor(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// A busy module sends many requests of several kilobytes at once. Best effort.
void enlarge_queues(const Descriptor& socket) {
  const int size = 1U << 20U;
  setsockopt(socket.number(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt(socket.number(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

/// Makes room at `path`, or says why not.
std::optional<std::string> remove_stale(const std::string& path, const SocketAddress& address) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return std::nullopt;
  if (!S_ISSOCK(found.st_mode)) return "something that is no socket is there";
  const Descriptor probe = datagram_socket(AF_UNIX);
  if (!probe) return words(errno);
  if (::connect(probe.number(), address.data(), address.size) == 0) return "another process listens there";
  if (errno != ECONNREFUSED) return words(errno);
  if (unlink(path.c_str()) != 0) return "cannot remove what an ended process left there: " + words(errno);
  return std::nullopt;
}

/// Nobody may connect between bind() and a later chmod(), so the mode is right at once.
int bind_with_mode(const Descriptor& socket, const SocketAddress& address) {
  const mode_t before = umask(0777 & ~kOwnerAndGroup);
  const int status = ::bind(socket.number(), address.data(), address.size);
  const int error = errno;
  umask(before);
  errno = error;
  return status;
}

}  // namespace

Result<ControlSocket, std::string> ControlSocket::open(const ControlAddress& address) {
  auto opened = std::visit(Overloaded{[](const UnixPath& local) { return open_path(local.path); },
                                      [](const Endpoint& local) { return open_udp(local); },
                                      [](const TlsAddress&) -> Result<ControlSocket, std::string> {
                                        return fail(std::string("TLS has no datagrams"));
                                      }},
                           address);
  if (!opened) return fail("control socket " + to_string(address) + ": " + opened.error());
  return opened;
}

Result<ControlSocket, std::string> ControlSocket::open_path(const std::string& path) {
  const auto address = SocketAddress::from_path(path);
  if (!address) return fail(std::string("the path is too long"));
  if (auto why = remove_stale(path, *address)) return fail(*std::move(why));
  Descriptor socket = datagram_socket(AF_UNIX);
  if (!socket || bind_with_mode(socket, *address) != 0) return fail(words(errno));
  enlarge_queues(socket);
  struct stat made {};
  Left left;
  if (lstat(path.c_str(), &made) == 0) left = Left{path, made.st_dev, made.st_ino};
  return ControlSocket(std::move(socket), std::move(left));
}

Result<ControlSocket, std::string> ControlSocket::open_udp(const Endpoint& local) {
  if (!local.address.is_loopback()) {
    return fail(
        std::string("not a loopback address, and whoever reaches this socket commands every call; from other hosts "
                    "take tls:ADDRESS:PORT"));
  }
  const SocketAddress address = SocketAddress::from(local);
  Descriptor socket = datagram_socket(address.storage.ss_family);
  if (!socket || ::bind(socket.number(), address.data(), address.size) != 0) {
    return fail(errno == EADDRINUSE ? std::string("another process listens there") : words(errno));
  }
  enlarge_queues(socket);
  return ControlSocket(std::move(socket), Left{});
}

ControlSocket::~ControlSocket() {
  if (!descriptor_ || left_.path.empty()) return;
  struct stat found {};
  const bool ours =
      lstat(left_.path.c_str(), &found) == 0 && found.st_dev == left_.device && found.st_ino == left_.inode;
  if (ours) unlink(left_.path.c_str());
}

std::optional<ControlSocket::Request> ControlSocket::receive(ControlBuffer& buffer) noexcept {
  SocketAddress from;
  // MSG_TRUNC: the datagram's own length, also where it did not fit.
  const ssize_t size =
      ::recvfrom(descriptor_.number(), buffer.data(), buffer.size(), MSG_TRUNC, from.data(), &from.size);
  if (size < 0 || static_cast<std::size_t>(size) > buffer.size()) return std::nullopt;
  return Request{{buffer.data(), static_cast<std::size_t>(size)}, from};
}

bool ControlSocket::send(const SocketAddress& to, std::string_view datagram) noexcept {
  return ::sendto(descriptor_.number(), datagram.data(), datagram.size(), 0, to.data(), to.size) >= 0;
}

bool ControlSocket::send_unasked(const SocketAddress& to, std::string_view datagram) noexcept {
  int unread = 0;
  int room = 0;
  socklen_t size = sizeof room;
  const bool known = ioctl(descriptor_.number(), SIOCOUTQ, &unread) == 0 &&
                     getsockopt(descriptor_.number(), SOL_SOCKET, SO_SNDBUF, &room, &size) == 0;
  return known && unread < room / 2 && send(to, datagram);
}

}  // namespace osrtp::io
