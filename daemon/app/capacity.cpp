#include "app/capacity.hpp"

#include <set>

namespace osrtp::app {

Capacity capacity(const Configuration& configuration, std::size_t descriptors) {
  constexpr std::size_t kOwn = 32;  // log, control sockets, event queue, libraries
  constexpr std::size_t kPerCall = 4;
  std::set<IpAddress> addresses;
  for (const call::Interface& interface : configuration.interfaces) addresses.insert(interface.address);

  Capacity least{configuration.settings.max_calls, "max-calls"};
  const Capacity by_ports{addresses.size() * configuration.ports.pairs() / 2, "ports"};
  const Capacity by_descriptors{descriptors > kOwn ? (descriptors - kOwn) / kPerCall : 0, "descriptors"};
  for (const Capacity& other : {by_ports, by_descriptors}) {
    if (other.calls < least.calls) least = other;
  }
  return least;
}

}  // namespace osrtp::app
