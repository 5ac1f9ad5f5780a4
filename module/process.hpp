#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "module/client.hpp"
#include "module/command.hpp"
#include "module/errand.hpp"
#include "module/links.hpp"
#include "module/node_table.hpp"
#include "module/node_text.hpp"
#include "module/osrtp_abi.h"
#include "module/outcome.hpp"
#include "module/peer_table.hpp"
#include "module/request.hpp"
#include "module/slice.hpp"
#include "module/sticky.hpp"
#include "module/withdrawal.hpp"
#include "protocol/client.hpp"

/// What the C++ half keeps between its entrances.
namespace osrtp::module {

/// Of the parameters, set before any process is forked.
struct Settings {
  std::vector<Node> nodes;
  std::chrono::milliseconds timeout{400};
  std::chrono::seconds peer_memory{0};  // 0: nothing is remembered
  Defaults defaults;
  TlsTexts tls_files;  // their names
  TlsTexts tls;        // what is in them, read before any process is forked
};

/// What all processes share.
struct Shared {
  NodeTable nodes;
  Sticky calls;
  PeerTable peers;
};

/// What one process has: workers are forked after the parameters are read.
struct Process {
  pid_t pid;
  Links links;
  protocol::CookieMaker cookies;
  Outcome last{};                              // of the last command: what $osrtp(...) tells
  Client* serving = nullptr;                   // of a client process
  std::deque<Withdrawal> withdrawals{};        // for nodes that do not answer now
  protocol::TlsCredentials::Shared tls{};      // once it has been needed
  std::optional<Client::Finished> answered{};  // what has been asked for the message that goes on now
};

struct Module {
  Settings settings;
  Shared* shared = nullptr;
  void (*log)(osrtp_log_level, const char*, size_t) = nullptr;
  void (*count)(unsigned int) = nullptr;
  std::unique_ptr<Process> process;
};

/// The only one; never destroyed, since destructors of statics run in some of Kamailio's processes and not in others.
[[nodiscard]] Module& state();
/// What is attached, or else this process's own.
[[nodiscard]] Shared& shared();
/// This process's own.
[[nodiscard]] Process& process();

/// What this process shows relays over TLS, and whom it trusts.
[[nodiscard]] Result<protocol::TlsCredentials::Shared, std::string> tls_credentials();

/// What this process's client needs.
[[nodiscard]] Client::Nodes nodes();
/// Hands over all that has come from nodes; whatever one says shows that it lives.
void receive(Client& client);
/// What this process has heard of a node.
void learn(const Errand::News& news, TimePoint now);
void heard(std::size_t node);
/// Asks a node whether it lives.
inline constexpr std::string_view kPing = R"({"command":"ping"})";
/// The nodes that are dead and due to be asked, by whoever calls this: of all processes one is told.
[[nodiscard]] std::vector<std::size_t> due_probes(TimePoint now);
/// Asks those, and waits for nothing.
void probe(TimePoint now);
/// Sends what withdrawals are due: to nodes that answer again, of calls that have not begun there meanwhile.
void withdraw(TimePoint now);

/// Asks, and waits for what comes of it.
[[nodiscard]] Outcome ask(const Command& command);

/// Fresh and random.
[[nodiscard]] std::uint64_t salt();
/// Says why in `error`. @return -1
int refuse(osrtp_error* error, std::string_view why);
void log(osrtp_log_level level, const std::string& line);
/// Adds one to a counter of counters().
void count(std::size_t counter);
/// Counts what came of a command, remembers what it tells of a peer, and logs it where that is worth a line.
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

}  // namespace osrtp::module
