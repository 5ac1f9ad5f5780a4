#include "app/capacity.hpp"

#include <algorithm>
#include <vector>

namespace osrtp::app {

namespace {

// Descriptors that are no media ports: log, control sockets, event queue, libraries.
constexpr std::size_t kOwn = 32;
constexpr std::size_t kPerWorker = 2;  // its event queue and its bell
// Of ports, and with them of descriptors, and of flows through a firewall.
constexpr std::size_t kPerCall = 4;

std::size_t port_pairs(const Configuration& configuration) {
  std::size_t pairs = 0;
  const auto interfaces = complete_interfaces(configuration);
  for (std::size_t i = 0; i < interfaces.size(); ++i) {
    const auto shares = [&](const call::Interface& earlier) { return share_ports(earlier, interfaces[i]); };
    const auto end = interfaces.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::none_of(interfaces.begin(), end, shares)) pairs += interfaces[i].ports->pairs();
  }
  return pairs;
}

}  // namespace

Capacity capacity(const Configuration& configuration, const MachineLimits& machine) {
  const std::size_t own = kOwn + kPerWorker * workers_of(configuration);
  const std::size_t descriptors = machine.descriptors > own ? machine.descriptors - own : 0;
  std::vector<Bound> bounds{{configuration.settings.max_calls, "max-calls"},
                            {port_pairs(configuration) / 2, "ports"},
                            {descriptors / kPerCall, "descriptors"}};
  if (machine.memory) bounds.push_back({*machine.memory / kMemoryPerCall, "memory"});
  if (machine.udp_buffers) bounds.push_back({*machine.udp_buffers / kBuffersPerCall, "udp-buffers"});
  if (machine.tracked_flows) bounds.push_back({*machine.tracked_flows / kPerCall, "conntrack"});
  std::stable_sort(bounds.begin(), bounds.end(), [](const Bound& a, const Bound& b) { return a.calls < b.calls; });
  return {bounds[0], bounds[1]};
}

}  // namespace osrtp::app
