#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "ctl/explain.hpp"
#include "io/address.hpp"
#include "protocol/message.hpp"

namespace osrtp::ctl {

enum class Output : std::uint8_t { kText, kJson };

/// Of a server of TLS: what to show it, and whom to trust. Files of PEM text.
struct TlsOptions {
  std::string certificate_file = "/etc/osrtpd/osrtpctl.crt";
  std::string key_file = "/etc/osrtpd/osrtpctl.key";
  std::string ca_file = "/etc/osrtpd/control-ca.crt";
  std::string server_name;  // that its certificate must have; empty: its address
};

/// The command line, understood: whom to ask what, and how to show the answer.
struct Arguments {
  io::ControlAddress server;
  TlsOptions tls;
  protocol::Request request;
  Output output = Output::kText;
};

enum class Look : std::uint8_t { kCalls, kStatus, kTop };

/// A command that asks the daemon more than once.
struct LookArguments {
  io::ControlAddress server;
  TlsOptions tls;
  Look look = Look::kCalls;
  int limit = 500;                       // calls
  std::chrono::milliseconds interval{};  // of kTop, as the next
  int rounds = 0;                        // 0: until interrupted
  Output output = Output::kText;
};

/// A command that no daemon is asked for.
struct ExplainArguments {
  Explain command;
  Output output = Output::kText;
};

/// --help or --version.
struct Answer {
  std::string text;
};
/// One sentence about what is wrong with it.
struct Misuse {
  std::string sentence;
};

[[nodiscard]] std::variant<Arguments, LookArguments, ExplainArguments, Answer, Misuse> parse_arguments(
    int count, const char* const* arguments);

}  // namespace osrtp::ctl
