#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "app/capacity.hpp"

namespace osrtp::app {

/// Reads what the kernel says of memory, UDP buffers and its firewall (proc(5), udp(7)).
/// @param descriptors as raise_descriptor_limit() has them
[[nodiscard]] MachineLimits machine_limits(std::size_t descriptors);

/// "MemAvailable" of /proc/meminfo, in octets.
[[nodiscard]] std::optional<std::uint64_t> available_memory(std::string_view meminfo);
/// The last of the three numbers of /proc/sys/net/ipv4/udp_mem, in octets.
[[nodiscard]] std::optional<std::uint64_t> udp_buffers(std::string_view udp_mem, std::uint64_t page_size);

}  // namespace osrtp::app
