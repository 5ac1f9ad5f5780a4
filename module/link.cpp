#include "module/link.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/words.hpp"
#include "protocol/framing.hpp"

namespace osrtp::module {

namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kUdp = "udp:";
constexpr std::string_view kTls = "tls:";

SocketAddress unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), static_cast<char*>(address.sun_path));
  SocketAddress result;
  result.size = sizeof address;
  std::memcpy(&result.storage, &address, sizeof address);
  return result;
}

SocketAddress address_of(const RelayAddress& address) {
  return std::visit(Overloaded{[](const std::string& path) { return unix_address(path); },
                               [](const Endpoint& endpoint) { return socket_address(endpoint); },
                               [](const TlsPlace& place) { return socket_address(place.endpoint); }},
                    address.where);
}

const sockaddr* raw(const SocketAddress& address) { return reinterpret_cast<const sockaddr*>(&address.storage); }

}  // namespace

SocketAddress socket_address(const Endpoint& endpoint) {
  SocketAddress result;
  const auto& octets = endpoint.address.octets();
  if (endpoint.address.family() == Family::kIpv4) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port.number());
    std::memcpy(&address.sin_addr, octets.data(), 4);
    result.size = sizeof address;
    std::memcpy(&result.storage, &address, sizeof address);
  } else {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port.number());
    std::memcpy(&address.sin6_addr, octets.data(), 16);
    result.size = sizeof address;
    std::memcpy(&result.storage, &address, sizeof address);
  }
  return result;
}

Result<RelayAddress, std::string> RelayAddress::parse(std::string_view text) {
  if (text.starts_with(kUnix)) {
    const std::string path(text.substr(kUnix.size()));
    if (path.empty() || path.front() != '/') return fail(std::string("unix: needs an absolute path"));
    if (path.size() >= sizeof(sockaddr_un::sun_path))
      return fail(std::string("the path of a socket has at most 107 octets"));
    return RelayAddress{path};
  }
  if (text.starts_with(kUdp)) {
    if (const auto endpoint = Endpoint::parse(text.substr(kUdp.size()))) return RelayAddress{*endpoint};
    return fail(std::string("udp: needs an address and a port, like udp:127.0.0.1:2223"));
  }
  if (text.starts_with(kTls)) {
    if (const auto endpoint = Endpoint::parse(text.substr(kTls.size()))) return RelayAddress{TlsPlace{*endpoint}};
    return fail(std::string("tls: needs an address and a port, like tls:192.0.2.10:2223"));
  }
  return fail("'" + std::string(text) + "' is none of unix:PATH, udp:ADDRESS:PORT and tls:ADDRESS:PORT");
}

std::string RelayAddress::to_string() const {
  return std::visit(Overloaded{[](const std::string& path) { return "unix:" + path; },
                               [](const Endpoint& endpoint) { return "udp:" + endpoint.to_string(); },
                               [](const TlsPlace& place) { return "tls:" + place.endpoint.to_string(); }},
                    where);
}

RelayLink::RelayLink(RelayAddress address) : address_(std::move(address)), buffer_(protocol::kMaxFrame) {}

RelayLink::~RelayLink() { close(); }

void RelayLink::close() noexcept {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool RelayLink::give_up(std::string_view what) {
  problem_ = address_.to_string() + ": " + std::string(what) + ": " + words(errno);
  close();
  return false;
}

bool RelayLink::open() {
  const SocketAddress peer = address_of(address_);
  const int family = peer.storage.ss_family;
  socket_ = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return give_up("socket");
  if (family == AF_UNIX) {
    // A name of the kernel's choice in the abstract namespace: nothing to unlink, and the daemon can answer.
    sockaddr_un own{};
    own.sun_family = AF_UNIX;
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own.sun_family) != 0) return give_up("bind");
  }
  if (::connect(socket_, raw(peer), peer.size) != 0) return give_up("connect");
  return true;
}

RelayLink::Sent RelayLink::send(std::string_view frame) {
  // Twice: the first error may be about the daemon that was there before.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (socket_ < 0 && !open()) return Sent::kNobody;
    if (::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL) >= 0) return Sent::kSent;
    if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) return Sent::kBusy;
    if (errno == EMSGSIZE) return Sent::kTooLong;
    static_cast<void>(give_up("send"));
  }
  return Sent::kNobody;
}

RelayLink::Event RelayLink::receive() {
  if (socket_ < 0) return Event::kNothing;
  const ssize_t size = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
  if (size >= 0) {
    size_ = static_cast<std::size_t>(size);
    return Event::kDatagram;
  }
  if (errno == EAGAIN || errno == EINTR) return Event::kNothing;
  static_cast<void>(give_up("receive"));
  return Event::kNobody;
}

}  // namespace osrtp::module
