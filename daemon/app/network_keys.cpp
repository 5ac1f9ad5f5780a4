#include "app/network_keys.hpp"

#include <array>

#include "app/values.hpp"

namespace osrtp::app {
namespace {

/// One [[interface]] as it is read.
struct InterfaceTable {
  std::string name;
  std::optional<IpAddress> address;
  std::optional<IpAddress> advertised;
  std::optional<call::PortRange> ports;
  std::optional<TrafficClass> traffic_class;
};

Wrong set_name(const toml::node& node, InterfaceTable& into) {
  const auto text = node.value_exact<std::string_view>();
  if (!text || !is_interface_name(*text)) return "must be a word: no blanks, no '/', letters and signs of ASCII";
  into.name = *text;
  return std::nullopt;
}

template <std::optional<IpAddress> InterfaceTable::*kMember>
Wrong set_address(const toml::node& node, InterfaceTable& into) {
  const auto text = node.value_exact<std::string_view>();
  if (!text) return "must be a text: an IPv4 or IPv6 address";
  const auto address = parse_host(*text);
  if (!address) return address.error();
  into.*kMember = *address;
  return std::nullopt;
}

Wrong read_ports(const toml::node& node, call::PortRange& into) {
  const auto text = node.value_exact<std::string_view>();
  if (!text) return "must be a text: \"MIN-MAX\"";
  const auto ports = parse_ports(*text);
  if (!ports) return ports.error();
  into = *ports;
  return std::nullopt;
}

Wrong set_own_ports(const toml::node& node, InterfaceTable& into) { return read_ports(node, into.ports.emplace()); }

/// Who writes a DSCP here is told its octet; what would reach into ECN's bits is no DSCP at all.
Wrong read_tos(const toml::node& node, TrafficClass& into) {
  std::int64_t octet = 0;
  if (auto wrong = whole_number<0, 255>(node, octet)) return wrong;
  if ((octet & TrafficClass::kEcnBits) != 0) {
    const std::string as_dscp =
        octet < 64 ? "; DSCP " + std::to_string(octet) + " is " + std::to_string(octet * 4) : "";
    return "must be a multiple of 4, since the two lowest bits are ECN's" + as_dscp;
  }
  into = *TrafficClass::from(octet);
  return std::nullopt;
}

Wrong set_own_tos(const toml::node& node, InterfaceTable& into) {
  return read_tos(node, into.traffic_class.emplace(TrafficClass::expedited()));
}

constexpr auto kInterfaceKeys = std::to_array<Key<InterfaceTable>>({
    {"name", set_name},
    {"address", set_address<&InterfaceTable::address>},
    {"advertised", set_address<&InterfaceTable::advertised>},
    {"ports", set_own_ports},
    {"tos", set_own_tos},
});

Wrong add_interface(const toml::table& table, Configuration& into) {
  InterfaceTable read;
  const std::span<const Key<InterfaceTable>> keys = kInterfaceKeys;
  if (auto wrong = read_table(table, keys, "interface.", read)) return wrong;
  if (!read.address) return at_line(table.source(), "[[interface]] has no 'address'");
  const IpAddress advertised = read.advertised.value_or(*read.address);
  if (advertised.family() != read.address->family()) {
    return at_line(table.source(),
                   "[[interface]] mixes IPv4 and IPv6: give each an [[interface]], with one name if need be");
  }
  if (read.name.empty()) read.name = read.address->to_string();
  into.interfaces.push_back({std::move(read.name), *read.address, advertised, read.ports, read.traffic_class});
  return std::nullopt;
}

}  // namespace

Wrong set_interfaces(const toml::node& node, Configuration& into) {
  const toml::array* list = node.as_array();
  const auto is_text = [](const toml::node& item) { return item.is_string(); };
  if (list == nullptr || list->empty() || !std::all_of(list->begin(), list->end(), is_text)) {
    return "must be a list of texts, not empty; tables are [[interface]]";
  }
  for (const toml::node& item : *list) {
    auto interface = parse_interface(*item.value_exact<std::string_view>());
    if (!interface) return interface.error();
    into.interfaces.push_back(*std::move(interface));
  }
  return std::nullopt;
}

Wrong set_interface_tables(const toml::node& node, Configuration& into) {
  const toml::array* list = node.as_array();
  if (list == nullptr || !list->is_array_of_tables()) {
    return at_line(node.source(), "key 'interface' must be tables: [[interface]]; texts are for 'interfaces'");
  }
  for (const toml::node& item : *list) {
    if (auto wrong = add_interface(*item.as_table(), into)) return wrong;
  }
  return std::nullopt;
}

Wrong set_ports(const toml::node& node, Configuration& into) { return read_ports(node, into.ports); }
Wrong set_tos(const toml::node& node, Configuration& into) { return read_tos(node, into.traffic_class); }

}  // namespace osrtp::app
