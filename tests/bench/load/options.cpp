#include "bench/load/options.hpp"

#include <CLI/CLI.hpp>
#include <map>

#include "bench/load/die.hpp"
#include "bench/load/process.hpp"
#include "bench/load/wire.hpp"

namespace osrtp::bench {
namespace {

/// The command line as CLI11 leaves it.
struct Raw {
  std::string mode;
  std::string relay = "osrtpd";
  std::string label;
  std::string control = "127.0.0.1:22222";
  pid_t process = 0;
  std::string profile = "plain-plain";
  std::uint32_t calls = 100;
  std::uint32_t idle = 0;
  double warm_up = 2;
  double seconds = 5;
  std::uint64_t most = 10'000;
  std::size_t window = 16;
  std::uint16_t port = 9000;
  int core = -1;
  std::string fault = "none";
};

const std::map<std::string, Mode> kModes{
    {"media", Mode::kMedia}, {"setups", Mode::kSetups}, {"memory", Mode::kMemory}, {"handshakes", Mode::kHandshakes}};
const std::map<std::string, Relay> kRelays{
    {"osrtpd", Relay::kOsrtpd}, {"rtpengine", Relay::kRtpengine}, {"self", Relay::kNone}};

void describe(CLI::App& cli, Raw& raw) {
  cli.add_option("mode", raw.mode, "media, setups, memory or handshakes")->required();
  cli.add_option("--relay", raw.relay, "osrtpd, rtpengine, or self: the phones send to each other (osrtpd)");
  cli.add_option("--label", raw.label, "How the result calls the relay (its name)");
  cli.add_option("--control", raw.control, "Where the relay takes requests, UDP (127.0.0.1:22222)");
  cli.add_option("--pid", raw.process, "The relay's process, for its CPU time and memory");
  cli.add_option("--profile", raw.profile,
                 "plain-plain, sdes-plain, sdes-sdes, gcm-plain, gcm-gcm or dtls-plain (plain-plain)");
  cli.add_option("--calls", raw.calls, "Calls with media; of handshakes: calls (100)");
  cli.add_option("--idle", raw.idle, "Calls without media beside them (0)");
  cli.add_option("--warm-up", raw.warm_up, "Seconds before the steady part (2)");
  cli.add_option("--seconds", raw.seconds, "Seconds of the steady part (5)");
  cli.add_option("--most", raw.most, "Set-ups in all, for the relay's ports rest after a call (10000)");
  cli.add_option("--window", raw.window, "Requests or handshakes in flight (16)");
  cli.add_option("--port", raw.port, "The phones' UDP port, on 127.1.0.0 and on (9000)");
  cli.add_option("--cpu", raw.core, "The core to stay on");
  cli.add_option("--fault", raw.fault, "Done to one packet of 97: corrupt, drop, repeat or mislabel (none)");
}

template <class T>
T named(const std::map<std::string, T>& names, const std::string& name) {
  const auto found = names.find(name);
  if (found == names.end()) die("no such name: " + name);
  return found->second;
}

}  // namespace

Options options_of(int argc, char** argv) {
  Raw raw;
  CLI::App cli("Calls through a relay: every packet is checked, and what they cost is told in one line of JSON.");
  describe(cli, raw);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(cli.exit(error));
  }
  const auto profile = profile_named(raw.profile);
  const auto fault = fault_named(raw.fault);
  if (!profile) die("no such profile: " + raw.profile);
  if (!fault) die("no such fault: " + raw.fault);
  if (raw.calls == 0 || raw.calls + raw.idle > kMaxCalls || raw.window == 0) die("--calls, --idle or --window");
  if (raw.core >= 0) pin_to(raw.core);
  return {.mode = named(kModes, raw.mode),
          .relay = named(kRelays, raw.relay),
          .label = raw.label.empty() ? raw.relay : raw.label,
          .control = raw.control,
          .process = raw.process,
          .profile = *profile,
          .calls = raw.calls,
          .idle = raw.idle,
          .warm_up = raw.warm_up,
          .seconds = raw.seconds,
          .most = raw.most,
          .window = raw.window,
          .port = raw.port,
          .fault = *fault};
}

}  // namespace osrtp::bench
