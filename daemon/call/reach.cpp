#include <algorithm>

#include "call/call.hpp"

// Where a call sends to. The rest of Call is in call.cpp and report.cpp.
namespace osrtp::call {

bool Call::owns(const Endpoint& endpoint) const {
  const auto& interfaces = around_.plane.interfaces();
  const auto is_it = [&](const LocalPorts& ports) {
    const bool port = endpoint.port == ports.rtp_advertised.port || endpoint.port == ports.rtcp_advertised.port;
    return port && (endpoint.address == ports.rtp_advertised.address ||
                    endpoint.address == interfaces[ports.interface].address);
  };
  const auto has = [&](const Party& party) {
    return std::any_of(party.media.begin(), party.media.end(),
                       [&](const LegMedia& media) { return media.ports && is_it(*media.ports); });
  };
  return has(caller_) || std::any_of(branches_.begin(), branches_.end(), [&](const auto& b) { return has(b->party); });
}

Reach Call::reach(const sdp::Media& said, std::size_t n, std::vector<std::string>& warnings) const {
  const auto checked = [&](std::optional<Endpoint> wanted) {
    if (!wanted || (wanted->address.is_unicast() && !owns(*wanted))) return wanted;
    std::string warning = "m-line " + std::to_string(n) + ": nothing is sent to " + wanted->address.to_string();
    if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) warnings.push_back(std::move(warning));
    return std::optional<Endpoint>{};
  };
  const auto mux = said.rtcp_mux ? relay::Mux::kMuxed : relay::Mux::kSeparate;
  const auto rtp = checked(said.rtp_endpoint());
  // Whoever gets no RTP gets no reports about it either, wherever its a=rtcp line points.
  return {rtp, rtp ? checked(said.rtcp_endpoint()) : std::nullopt, mux};
}

}  // namespace osrtp::call
