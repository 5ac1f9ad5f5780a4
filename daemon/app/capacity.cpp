#include "app/capacity.hpp"

#include <algorithm>

namespace osrtp::app {

namespace {

// Descriptors that are no media ports: log, control sockets, event queue, libraries.
constexpr std::size_t kOwn = 32;
// Of ports, and with them of descriptors.
constexpr std::size_t kPerCall = 4;

}  // namespace

Capacity capacity(const Configuration& configuration, std::size_t descriptors) {
  std::size_t pairs = 0;
  const auto interfaces = complete_interfaces(configuration);
  for (std::size_t i = 0; i < interfaces.size(); ++i) {
    const auto shares = [&](const call::Interface& earlier) {
      return earlier.address == interfaces[i].address && earlier.ports == interfaces[i].ports;
    };
    const auto end = interfaces.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::none_of(interfaces.begin(), end, shares)) pairs += interfaces[i].ports->pairs();
  }

  Capacity least{configuration.settings.max_calls, "max-calls"};
  const Capacity by_ports{pairs / 2, "ports"};
  const Capacity by_descriptors{descriptors > kOwn ? (descriptors - kOwn) / kPerCall : 0, "descriptors"};
  for (const Capacity& other : {by_ports, by_descriptors}) {
    if (other.calls < least.calls) least = other;
  }
  return least;
}

}  // namespace osrtp::app
