#include <algorithm>

#include "base/escape.hpp"
#include "call/call.hpp"

// Where a call sends to. The rest of Call is in call.cpp and report.cpp.
namespace osrtp::call {
namespace {

constexpr std::size_t kMaxShown = 64;  // octets of a name

}  // namespace

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

Family Call::family_of(const LocalPorts& ports) const {
  return around_.plane.interfaces()[ports.interface].address.family();
}

Reach Call::reach(const sdp::Media& said, std::size_t n, Family ours, std::vector<std::string>& warnings) const {
  const auto warn = [&](const std::string& what) {
    std::string warning = "m-line " + std::to_string(n) + ": nothing is sent to " + what;
    if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) warnings.push_back(std::move(warning));
    return std::optional<Endpoint>{};
  };
  const auto checked = [&](std::optional<Endpoint> wanted) {
    if (!wanted) return wanted;
    const std::string address = wanted->address.to_string();
    if (wanted->address.family() != ours) return warn(address + ", of another family than our port");
    return wanted->address.is_unicast() && !owns(*wanted) ? wanted : warn(address);
  };
  if (said.port && !said.connection && !said.host.empty()) {
    warn(escaped(said.host.substr(0, kMaxShown)) + ", a name that nobody looks up");
  }
  const auto mux = said.rtcp_mux ? relay::Mux::kMuxed : relay::Mux::kSeparate;
  const auto rtp = checked(said.rtp_endpoint());
  // Whoever gets no RTP gets no reports about it either, wherever its a=rtcp line points.
  return {rtp, rtp ? checked(said.rtcp_endpoint()) : std::nullopt, mux};
}

}  // namespace osrtp::call
