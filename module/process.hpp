#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "module/client.hpp"
#include "module/command.hpp"
#include "module/errand.hpp"
#include "module/link.hpp"
#include "module/osrtp_abi.h"
#include "module/outcome.hpp"
#include "module/request.hpp"
#include "protocol/client.hpp"

/// What the C++ half keeps between its entrances.
namespace osrtp::module {

/// Of the parameters, set before any process is forked.
struct Settings {
  RelayAddress address{std::string("/run/osrtpd/control.sock")};
  std::chrono::milliseconds timeout{400};
  Defaults defaults;
};

/// What one process has: workers are forked after the parameters are read.
struct Process {
  pid_t pid;
  RelayLink link;
  protocol::CookieMaker cookies;
  Outcome last{};                              // of the last command: what $osrtp(...) tells
  std::optional<Client::Finished> answered{};  // what has been asked for the message that goes on now
};

struct Module {
  Settings settings;
  void (*log)(osrtp_log_level, const char*, size_t) = nullptr;
  void (*count)(unsigned int) = nullptr;
  std::unique_ptr<Process> process;
};

/// The only one; never destroyed, since destructors of statics run in some of Kamailio's processes and not in others.
[[nodiscard]] Module& state();
/// This process's own.
[[nodiscard]] Process& process();

/// Begins what `command` asks for, within the time that it has.
[[nodiscard]] Errand begin(const Command& command, TimePoint now);
/// Sends a frame to a node.
[[nodiscard]] std::optional<Errand::NotSent> transmit(std::size_t node, std::string_view frame);

/// Asks, and waits for what comes of it.
[[nodiscard]] Outcome ask(const Command& command);

void log(osrtp_log_level level, const std::string& line);
/// Counts what came of a command, and logs it where that is worth a line.
void report(const Command& command, const Outcome& outcome);

/// Runs `body`; whatever it throws (there is only the want of memory) becomes `otherwise`: nothing may be thrown out of
/// the entrances, or Kamailio would end, with every call.
template <class Value, class Body>
Value guarded(Value otherwise, Body body) noexcept {
  try {
    return body();
  } catch (...) {
    return otherwise;
  }
}

[[nodiscard]] inline std::string_view view(osrtp_slice slice) {
  return {slice.data == nullptr ? "" : slice.data, slice.size};
}
[[nodiscard]] inline osrtp_slice slice(std::string_view text) {
  return {text.empty() ? nullptr : text.data(), text.size()};
}

}  // namespace osrtp::module
