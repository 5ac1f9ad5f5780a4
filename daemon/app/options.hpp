#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/config.hpp"

namespace osrtp::app {

/// The command line, understood. What was not given is empty.
struct Options {
  std::string config_file;
  std::vector<call::Interface> interfaces;
  std::vector<io::ControlAddress> control;
  std::optional<call::PortRange> ports;
  std::optional<unsigned> workers;
  std::optional<std::chrono::microseconds> tick;
  std::optional<LogLevel> log_level;
  bool check_config = false;  // say whether the configuration is in order, and exit
};

/// The command line asks for a text and nothing else: --help, --version.
struct Answer {
  std::string text;
};
/// One sentence about what is wrong with it.
struct Misuse {
  std::string sentence;
};

[[nodiscard]] std::variant<Options, Answer, Misuse> parse_options(int count, const char* const* arguments);

/// Flags override the file: a list that is given replaces the whole list.
void apply(const Options& options, Configuration& configuration);

}  // namespace osrtp::app
