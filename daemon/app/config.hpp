#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "call/media_plane.hpp"
#include "call/port_pool.hpp"
#include "call/settings.hpp"
#include "io/address.hpp"

namespace osrtp::app {

/// [control-tls]: what control addresses of TLS need. Files of PEM text.
struct ControlTls {
  std::string certificate_file;
  std::string key_file;
  std::string ca_file;               // whom the certificates of clients are of
  std::vector<std::string> clients;  // the names of those that may ask; empty: all with such a certificate

  friend bool operator==(const ControlTls&, const ControlTls&) = default;
};

/// What the operator has decided: the file, and the flags over it. osrtpd.toml(5) explains
/// every key.
struct Configuration {
  std::vector<call::Interface> interfaces;
  std::vector<io::ControlAddress> control{io::UnixPath{"/run/osrtpd/control.sock"}};
  ControlTls control_tls;
  std::optional<Endpoint> http;  // where pages are served; nothing: nowhere
  call::PortRange ports;         // of interfaces that have none of their own, as `traffic_class`
  TrafficClass traffic_class = TrafficClass::expedited();
  unsigned workers = 0;                   // media threads; 0: one for each core
  std::chrono::microseconds tick{1'000};  // see Pace
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kText;
  bool sandbox = true;           // see Confinement
  std::string capture_folder;    // see Captures; empty: nothing is captured
  std::string certificate_file;  // PEM, for DTLS; empty: one is made at start and renewed daily
  std::string key_file;
  call::Settings settings;
};

/// Reads TOML. What a key does not name keeps its default.
/// @param file its name, for the error: "FILE:LINE: key 'x': what is wrong"
[[nodiscard]] Result<Configuration, std::string> parse_configuration(std::string_view toml, std::string_view file);
/// @return or why the file cannot be read.
[[nodiscard]] Result<Configuration, std::string> read_configuration(const std::string& file);

/// The keys that a file may have; of a table its name.
[[nodiscard]] std::vector<std::string_view> configuration_keys();

/// The interfaces with what they have not of their own: ports, traffic class.
[[nodiscard]] std::vector<call::Interface> complete_interfaces(const Configuration& configuration);

/// Whether two complete interfaces have one address and one range of ports, and with them the ports themselves.
[[nodiscard]] bool share_ports(const call::Interface& one, const call::Interface& other);

/// How many media threads.
[[nodiscard]] unsigned workers_of(const Configuration& configuration);

/// Why `configuration`, though each part is in order, cannot run; empty: it can.
[[nodiscard]] std::string contradiction(const Configuration& configuration);

}  // namespace osrtp::app
