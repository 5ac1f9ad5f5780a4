#include <algorithm>

#include "call/interfaces.hpp"
#include "call/offering.hpp"

// On which interfaces an offer opens ports. The rest of Offering is in offering.cpp.
namespace osrtp::call {

using protocol::ErrorCode;
using protocol::Leg;

namespace {

/// Those that a leg has had the longest; null: none.
const LocalPorts* first_ports(const Party* party) {
  if (party == nullptr) return nullptr;
  const auto has = [](const LegMedia& media) { return media.ports.has_value(); };
  const auto first = std::find_if(party->media.begin(), party->media.end(), has);
  return first == party->media.end() ? nullptr : &*first->ports;
}

protocol::Error no_ports(PortError why) {
  switch (why) {
    case PortError::kExhausted:
      return {ErrorCode::kPortsExhausted, "Ran out of ports", {}};
    case PortError::kNoDescriptors:
      return {ErrorCode::kDescriptorsExhausted, "Ran out of descriptors", {}};
    case PortError::kRefused:
      return {ErrorCode::kPortsExhausted, "The system opens no ports", {}};
    case PortError::kUnserved:
      break;
  }
  return {ErrorCode::kPortsExhausted, "No media worker serves ports", {}};
}

}  // namespace

Offering::Outcome Offering::open_ports() {
  if (auto error = open_ports_for(roles_.offerer, offerer_ports_)) return error;
  return open_ports_for(protocol::other(roles_.offerer), answerer_ports_);
}

Offering::Outcome Offering::open_ports_for(Leg leg, NewPorts& ports) {
  const Party* party = known(leg);
  ports.resize(exchange_.lines.size());
  for (std::size_t n = 0; n < exchange_.lines.size(); ++n) {
    const bool has = party != nullptr && n < party->media.size() && party->media[n].ports;
    if (!exchange_.lines[n].offered || has) continue;
    const auto opened = call_.around_.plane.open_ports(interface_of(leg));
    if (!opened) return no_ports(opened.error());
    ports[n] = *opened;
  }
  return std::nullopt;
}

void Offering::close_new_ports() {
  for (const NewPorts* ports : {&offerer_ports_, &answerer_ports_}) {
    for (const auto& pair : *ports) {
      if (pair) call_.around_.plane.close_ports(*pair);
    }
  }
}

Family Offering::offerer_family() const {
  for (const sdp::Media& media : media_) {
    if (media.connection) return media.connection->family();
  }
  return Family::kIpv4;
}

/// Of the port that the leg has, or will be given.
Family Offering::offerers_port_family(std::size_t n) const {
  const Party* party = known(roles_.offerer);
  if (party != nullptr && n < party->media.size() && party->media[n].ports) {
    return call_.family_of(*party->media[n].ports);
  }
  return call_.around_.plane.interfaces()[interface_of(roles_.offerer)].address.family();
}

Family Offering::answerer_family() const {
  if (request_.address_family) return *request_.address_family == "IP6" ? Family::kIpv6 : Family::kIpv4;
  const LocalPorts* ports = first_ports(known(protocol::other(roles_.offerer)));
  return ports != nullptr ? call_.family_of(*ports) : offerer_family();
}

Family Offering::wanted_family(Leg leg) const { return leg == roles_.offerer ? offerer_family() : answerer_family(); }

/// A leg is in one network: what is added to it goes where it already is. Else where the request says.
std::size_t Offering::interface_of(Leg leg) const {
  const auto& all = call_.around_.plane.interfaces();
  const std::size_t place = leg == roles_.offerer ? 0 : 1;
  std::string_view name;
  if (const LocalPorts* ports = first_ports(known(leg))) {
    name = all[ports->interface].name;
  } else if (place < request_.direction.size()) {
    name = request_.direction[place];
  }
  return choose_interface(all, {name, wanted_family(leg)});
}

}  // namespace osrtp::call
