#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "module/node_link.hpp"

namespace osrtp::module {

/// TLS over TCP.
struct TlsPlace {
  Endpoint endpoint;
  friend bool operator==(const TlsPlace&, const TlsPlace&) = default;
};

/// Where the daemon listens.
struct RelayAddress {
  std::variant<std::string, Endpoint, TlsPlace> where;  // the path of a UNIX datagram socket, or a UDP socket

  /// "unix:/run/osrtpd/control.sock", "udp:127.0.0.1:2223" or "tls:192.0.2.10:2223" (addresses, no names).
  [[nodiscard]] static Result<RelayAddress, std::string> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const RelayAddress&, const RelayAddress&) = default;
};

/// As system calls want it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};
[[nodiscard]] SocketAddress socket_address(const Endpoint& endpoint);

/// A connected datagram socket, so that the kernel says at once when nobody listens. Not for a TlsPlace.
class RelayLink : public NodeLink {
 public:
  explicit RelayLink(RelayAddress address);
  ~RelayLink() override;

  [[nodiscard]] Sent send(std::string_view frame) override;
  [[nodiscard]] Event receive() override;
  [[nodiscard]] int descriptor() const noexcept override { return socket_; }
  [[nodiscard]] std::string_view datagram() const noexcept override { return {buffer_.data(), size_}; }
  [[nodiscard]] const std::string& problem() const noexcept override { return problem_; }

 private:
  [[nodiscard]] bool open();
  void close() noexcept;
  [[nodiscard]] bool give_up(std::string_view what);

  RelayAddress address_;
  int socket_ = -1;
  std::vector<char> buffer_;
  std::size_t size_ = 0;
  std::string problem_;
};

}  // namespace osrtp::module
