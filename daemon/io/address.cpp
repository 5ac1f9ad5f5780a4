#include "io/address.hpp"

#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace osrtp::io {

namespace {

/// The C structs are filled and read as objects of their own, so that no pointer is cast to
/// a type that is not there.
template <class T>
SocketAddress stored(const T& address, std::size_t size) noexcept {
  SocketAddress result;
  std::memcpy(&result.storage, &address, sizeof address);
  result.size = static_cast<socklen_t>(size);
  return result;
}

template <class T>
T loaded(const sockaddr_storage& storage) noexcept {
  T address{};
  std::memcpy(&address, &storage, sizeof address);
  return address;
}

}  // namespace

SocketAddress SocketAddress::from(const IpAddress& host, std::uint16_t port) noexcept {
  const auto& octets = host.octets();
  if (host.family() == Family::kIpv4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, octets.data(), 4);
    return stored(v4, sizeof v4);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, octets.data(), octets.size());
  return stored(v6, sizeof v6);
}

std::optional<SocketAddress> SocketAddress::from_path(std::string_view path) noexcept {
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path || path.find('\0') != std::string_view::npos) return std::nullopt;
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  return stored(address, offsetof(sockaddr_un, sun_path) + path.size() + 1);
}

SocketAddress SocketAddress::unnamed_unix() noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  return stored(address, sizeof(sa_family_t));
}

std::optional<Endpoint> SocketAddress::endpoint() const noexcept {
  if (storage.ss_family == AF_INET) {
    const auto v4 = loaded<sockaddr_in>(storage);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &v4.sin_addr, octets.size());
    const auto port = Port::from(ntohs(v4.sin_port));
    return port ? std::optional(Endpoint{IpAddress::from_v4(octets), *port}) : std::nullopt;
  }
  if (storage.ss_family == AF_INET6) {
    const auto v6 = loaded<sockaddr_in6>(storage);
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
    const auto port = Port::from(ntohs(v6.sin6_port));
    return port ? std::optional(Endpoint{IpAddress::from_v6(octets), *port}) : std::nullopt;
  }
  return std::nullopt;
}

Result<ControlAddress, std::string> parse_control_address(std::string_view text) {
  const std::string shown = "'" + std::string(text) + "'";
  if (text.starts_with("unix:")) {
    const std::string_view path = text.substr(5);
    if (!path.starts_with('/')) return fail("control address " + shown + ": the path must be absolute");
    if (!SocketAddress::from_path(path)) return fail("control address " + shown + ": the path is too long");
    return ControlAddress(UnixPath{std::string(path)});
  }
  if (text.starts_with("udp:")) {
    const auto endpoint = Endpoint::parse(text.substr(4));
    if (!endpoint) return fail("control address " + shown + " is not udp:ADDRESS:PORT");
    return ControlAddress(*endpoint);
  }
  if (text.starts_with("tls:")) {
    const auto endpoint = Endpoint::parse(text.substr(4));
    if (!endpoint) return fail("control address " + shown + " is not tls:ADDRESS:PORT");
    return ControlAddress(TlsAddress{*endpoint});
  }
  return fail("control address " + shown + " is none of unix:PATH, udp:ADDRESS:PORT and tls:ADDRESS:PORT");
}

std::string to_string(const ControlAddress& address) {
  return std::visit(Overloaded{[](const UnixPath& local) { return "unix:" + local.path; },
                               [](const Endpoint& udp) { return "udp:" + udp.to_string(); },
                               [](const TlsAddress& tls) { return "tls:" + tls.endpoint.to_string(); }},
                    address);
}

}  // namespace osrtp::io
