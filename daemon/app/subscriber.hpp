#pragma once

#include <cstddef>
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

/// As control::Asker has it. Events come unasked, so that they go to no other machine: a UNIX socket with a name, or
/// loopback. @return empty: another address, or none
[[nodiscard]] std::string octets_of(const SubscriberAddress& subscriber);
/// The inverse. @return nothing: it is not of octets_of()
[[nodiscard]] std::optional<SubscriberAddress> subscriber_of(std::string_view octets) noexcept;

}  // namespace osrtp::app
