#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/address.hpp"

namespace osrtp::app {

/// Who is sent events: a client of one of our control sockets.
struct SubscriberAddress {
  std::size_t socket = 0;  // which of them
  io::SocketAddress address;
};

/// A client of one of our TLS servers. It has proved who it is, so that it may be anywhere.
struct TlsSubscriber {
  std::size_t server = 0;  // which of them
  std::uint64_t connection = 0;
};

/// As control::Asker has it. Events come unasked, so that they go to no other machine: a UNIX socket with a name, or
/// loopback. @return empty: another address, or none
[[nodiscard]] std::string octets_of(const SubscriberAddress& subscriber);
[[nodiscard]] std::string octets_of(const TlsSubscriber& subscriber);
/// The inverses. @return nothing: it is not of that octets_of()
[[nodiscard]] std::optional<SubscriberAddress> subscriber_of(std::string_view octets) noexcept;

[[nodiscard]] std::optional<TlsSubscriber> tls_subscriber_of(std::string_view octets) noexcept;

}  // namespace osrtp::app
