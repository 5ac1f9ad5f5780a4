#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "app/config.hpp"

namespace osrtp::app {

/// What this machine and its administrator leave us. Nothing: not known, or not limited.
struct MachineLimits {
  std::size_t descriptors = 0;                 // that this process may have
  std::optional<std::uint64_t> memory;         // octets that can still be had
  std::optional<std::uint64_t> udp_buffers;    // octets that all UDP sockets of the machine may queue
  std::optional<std::uint64_t> tracked_flows;  // that its firewall remembers at once
};

/// A limit by itself.
struct Bound {
  std::size_t calls;
  std::string_view limit;  // "max-calls", "ports", "descriptors", "memory", "udp-buffers" or "conntrack"

  friend bool operator==(const Bound&, const Bound&) = default;
};

/// How many calls with one audio stream fit at once, what ends it, and what would if that were lifted.
struct Capacity {
  Bound first;
  Bound next;
};

/// Octets of memory for a call with one audio stream: ours, and what the kernel has for its four sockets.
inline constexpr std::uint64_t kMemoryPerCall = 24UL * 1024;
/// Octets that its sockets queue, as the kernel counts them, where the relay comes to read a tenth of a second late.
inline constexpr std::uint64_t kBuffersPerCall = 32UL * 1024;

/// Two legs of two ports each; interfaces with the same address and ports have them in common.
[[nodiscard]] Capacity capacity(const Configuration& configuration, const MachineLimits& machine);

}  // namespace osrtp::app
