#pragma once

#include "app/config.hpp"
#include "app/toml_table.hpp"

/// The keys about interfaces and what is sent from them. Inside config files of app/ only.
namespace osrtp::app {

/// A list of texts; see parse_interface().
[[nodiscard]] Wrong set_interfaces(const toml::node& node, Configuration& into);
/// [[interface]], as often as there are some. What it returns starts with the line.
[[nodiscard]] Wrong set_interface_tables(const toml::node& node, Configuration& into);
[[nodiscard]] Wrong set_ports(const toml::node& node, Configuration& into);
[[nodiscard]] Wrong set_tos(const toml::node& node, Configuration& into);

}  // namespace osrtp::app
