#include "app/capacity.hpp"

#include <algorithm>
#include <vector>

namespace osrtp::app {

namespace {

// Descriptors that are no media ports: log, control sockets, event queue, libraries.
constexpr std::size_t kOwn = 32;
// Of ports, and with them of descriptors.
constexpr std::size_t kPerCall = 4;

}  // namespace

Capacity capacity(const Configuration& configuration, std::size_t descriptors) {
  std::vector<IpAddress> addresses;  // interfaces on the same one share its ports
  for (const call::Interface& interface : configuration.interfaces) {
    const bool known = std::find(addresses.begin(), addresses.end(), interface.address) != addresses.end();
    if (!known) addresses.push_back(interface.address);
  }

  Capacity least{configuration.settings.max_calls, "max-calls"};
  const Capacity by_ports{addresses.size() * configuration.ports.pairs() / 2, "ports"};
  const Capacity by_descriptors{descriptors > kOwn ? (descriptors - kOwn) / kPerCall : 0, "descriptors"};
  for (const Capacity& other : {by_ports, by_descriptors}) {
    if (other.calls < least.calls) least = other;
  }
  return least;
}

}  // namespace osrtp::app
