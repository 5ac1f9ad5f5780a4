#include "ctl/arguments.hpp"

#include <CLI/CLI.hpp>
#include <utility>

namespace osrtp::ctl {

namespace {

/// The command line as CLI11 leaves it.
struct Raw {
  std::string control = "unix:/run/osrtpd/control.sock";
  std::string call_id;
  int limit = 500;
  int seconds = protocol::Capture{}.seconds;
  double interval = 2;
  int rounds = 0;
  TlsOptions tls;
  Explain explain;
};

template <std::size_t kCount, class Named, class Value>
void add_word(CLI::App& cli, const char* flag, const char* text, const std::array<std::string_view, kCount>& names,
              const char* type, const Named& named, Value& into) {
  const std::vector<std::string> known(names.begin(), names.end());
  cli.add_option_function<std::string>(
         flag, [&into, named](const std::string& word) { into = *named(word); }, text)
      ->check(CLI::IsMember(known))
      ->type_name(type);
}

void describe_explain(CLI::App& cli, Explain& command) {
  using namespace protocol;
  OsrtpOptions& terms = command.terms;
  cli.add_option("offer", command.offer_file, "A file with the caller's SDP; - for standard input (-)")
      ->type_name("FILE");
  cli.add_option("--answer", command.answer_file, "A file with the callee's SDP")->type_name("FILE");
  add_word(cli, "--caller", "Policy of the caller's leg", kPolicyNames, "POLICY", policy_named, terms.caller);
  add_word(cli, "--callee", "Policy of the callee's leg", kPolicyNames, "POLICY", policy_named, terms.callee);
  add_word(cli, "--caller-signalling", "How SIP goes to the caller", kSignallingNames, "SIGNALLING", signalling_named,
           terms.caller_signalling);
  add_word(cli, "--callee-signalling", "How SIP goes to the callee", kSignallingNames, "SIGNALLING", signalling_named,
           terms.callee_signalling);
  add_word(cli, "--caller-peer", "What the caller is", kPeerNames, "PEER", peer_named, terms.caller_peer);
  add_word(cli, "--callee-peer", "What the callee is", kPeerNames, "PEER", peer_named, terms.callee_peer);
  add_word(cli, "--callee-shape", "How many m-lines the callee is offered for a stream", kShapeNames, "SHAPE",
           shape_named, terms.callee_shape);
}

void describe_limit(CLI::App& cli, Raw& raw) {
  cli.add_option("--limit", raw.limit, "At most this many (500)")->check(CLI::Range(1, 1'000'000))->type_name("N");
}

CLI::App& describe_call_id(CLI::App& cli, Raw& raw) {
  cli.add_option("call-id", raw.call_id, "The SIP Call-ID")->type_name("")->required();
  return cli;
}

void describe_top(CLI::App& cli, Raw& raw) {
  describe_limit(cli, raw);
  cli.add_option("--interval", raw.interval, "Seconds between two looks (2)")
      ->check(CLI::Range(0.1, 3'600.0))
      ->type_name("N");
  cli.add_option("--rounds", raw.rounds, "Looks; 0: until interrupted (0)")
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("N");
}

void describe_capture(CLI::App& cli, Raw& raw) {
  describe_call_id(cli, raw)
      .add_option("--for", raw.seconds, "How long (60s)")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, int>{{"s", 1}, {"m", 60}}))
      ->check(CLI::Range(1, 3'600))
      ->type_name("TIME");
}

void describe(CLI::App& cli, Raw& raw) {
  cli.set_help_flag("-h,--help", "Print this and exit");
  cli.set_version_flag("--version", "osrtpctl " OSRTP_VERSION, "Print the version and exit");
  cli.add_option("--control", raw.control, "The daemon's control socket (unix:/run/osrtpd/control.sock)")
      ->type_name("unix:PATH|udp:ADDRESS:PORT|tls:ADDRESS:PORT");
  cli.add_option("--certificate", raw.tls.certificate_file, "What a server of TLS is shown (/etc/osrtpd/osrtpctl.crt)")
      ->type_name("FILE");
  cli.add_option("--key", raw.tls.key_file, "Its key (/etc/osrtpd/osrtpctl.key)")->type_name("FILE");
  cli.add_option("--ca", raw.tls.ca_file, "Whose certificate the server must have (/etc/osrtpd/control-ca.crt)")
      ->type_name("FILE");
  cli.add_option("--server-name", raw.tls.server_name, "Which name that has, if not the server's address")
      ->type_name("NAME");
  cli.add_flag("--json")->description("Print the daemon's reply as it is");
  cli.require_subcommand(1);
  cli.fallthrough();
  cli.add_subcommand("status", "How is the daemon, and how many calls are encrypted?");
  describe_limit(*cli.add_subcommand("calls", "The calls it has, a line for each"), raw);
  describe_call_id(*cli.add_subcommand("query", "How is each leg of a call protected, and what has happened to it?"),
                   raw)
      .alias("call");
  describe_top(*cli.add_subcommand("top", "The busiest calls, again and again"), raw);
  cli.add_subcommand("ping", "Is the daemon there?");
  describe_limit(*cli.add_subcommand("list", "The Call-IDs of the calls it has"), raw);
  describe_explain(*cli.add_subcommand("explain", "What would become of an offer, without doing it"), raw.explain);
  describe_capture(*cli.add_subcommand("capture", "Write a call's media, in the clear, into a file of the daemon's"),
                   raw);
  cli.add_subcommand("statistics", "Numbers since the daemon's start")->alias("stats");
  cli.add_subcommand("drain", "Take no new calls; those that run go on");
  cli.add_subcommand("undrain", "Take new calls again");
  describe_call_id(*cli.add_subcommand("delete", "End a call; the phones are not told"), raw).alias("kick");
}

/// CLI11 misses a command where there is a word that is none.
std::string missing_command(const CLI::App& cli) {
  const auto words = cli.remaining();
  if (words.empty()) return "a command is needed";
  return (words.front().starts_with('-') ? "no such option: " : "no such command: ") + words.front();
}

protocol::Request request_of(const CLI::App& cli, const Raw& raw) {
  if (cli.got_subcommand("list")) return protocol::List{raw.limit};
  if (cli.got_subcommand("query")) return protocol::Query{raw.call_id, {}, {}};
  if (cli.got_subcommand("capture")) return protocol::Capture{raw.call_id, raw.seconds};
  if (cli.got_subcommand("statistics")) return protocol::Statistics{};
  if (cli.got_subcommand("drain")) return protocol::Drain{true};
  if (cli.got_subcommand("undrain")) return protocol::Drain{false};
  if (cli.got_subcommand("delete")) {
    protocol::Delete request;
    request.call_id = raw.call_id;
    return request;
  }
  return protocol::Ping{};
}

}  // namespace

std::variant<Arguments, LookArguments, ExplainArguments, Answer, Misuse> parse_arguments(int count,
                                                                                         const char* const* arguments) {
  CLI::App cli("Asks a running osrtpd. See osrtpctl(1).", "osrtpctl");
  Raw raw;
  describe(cli, raw);
  try {
    cli.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    return Answer{cli.help()};
  } catch (const CLI::CallForVersion& version) {
    return Answer{std::string(version.what()) + "\n"};
  } catch (const CLI::RequiredError& error) {
    return Misuse{cli.get_subcommands().empty() ? missing_command(cli) : error.what()};
  } catch (const CLI::ExtrasError&) {
    return Misuse{"not expected: " + cli.remaining(true).front()};
  } catch (const CLI::ParseError& error) {
    return Misuse{error.what()};
  }
  const Output output = cli.count("--json") != 0 ? Output::kJson : Output::kText;
  if (cli.got_subcommand("explain")) return ExplainArguments{raw.explain, output};
  auto server = io::parse_control_address(raw.control);
  if (!server) return Misuse{server.error()};
  for (const auto& [word, look] : {std::pair("calls", Look::kCalls), {"status", Look::kStatus}, {"top", Look::kTop}}) {
    if (!cli.got_subcommand(word)) continue;
    const std::chrono::milliseconds interval(static_cast<std::int64_t>(raw.interval * 1000));
    return LookArguments{*std::move(server), raw.tls, look, raw.limit, interval, raw.rounds, output};
  }
  return Arguments{*std::move(server), raw.tls, request_of(cli, raw), output};
}

}  // namespace osrtp::ctl
