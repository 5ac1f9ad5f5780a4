#include "app/options.hpp"

#include <CLI/CLI.hpp>

#include "app/values.hpp"

namespace osrtp::app {

namespace {

/// The flags as CLI11 leaves them.
struct Raw {
  std::string config;
  std::vector<std::string> interfaces;
  std::vector<std::string> control;
  std::string ports;
  unsigned workers = 0;
  double tick = 0;
  std::string log_level;
  bool check_config = false;
};

void describe(CLI::App& cli, Raw& raw) {
  cli.set_help_flag("--help", "Print this and exit");
  cli.set_version_flag("--version", "osrtpd " OSRTP_VERSION, "Print the version and exit");
  cli.add_option("--config", raw.config, "Read this file; flags override it")->type_name("FILE");
  cli.add_option("--interface", raw.interfaces, "An address for media; may be repeated")
      ->type_name("[NAME/]ADDRESS[!ADVERTISED]")
      ->allow_extra_args(false);
  cli.add_option("--control", raw.control, "Where requests come in; may be repeated")
      ->type_name("unix:PATH|udp:ADDRESS:PORT|tls:ADDRESS:PORT")
      ->allow_extra_args(false);
  cli.add_option("--ports", raw.ports, "The ports for media (30000-39999)")->type_name("MIN-MAX");
  cli.add_option("--workers", raw.workers, "Media threads; 0: one for each core (0)")
      ->type_name("N")
      ->check(CLI::Range(0U, 1024U));
  cli.add_option("--tick", raw.tick, "How long a packet may wait under load, in milliseconds; 0: never (1)")
      ->type_name("MS")
      ->check(CLI::Range(0.0, kMaxTick));
  cli.add_option("--log-level", raw.log_level, "error, warning, info or debug (info)")->type_name("LEVEL");
  cli.add_flag("--check-config", raw.check_config, "Say whether the configuration is in order, and exit");
  cli.add_flag("--foreground")->description("Stay in the foreground, which is what happens anyway");
}

template <class T, class Parse>
std::optional<std::string> read_all(const std::vector<std::string>& texts, std::vector<T>& into, const Parse& parse) {
  for (const std::string& text : texts) {
    auto value = parse(text);
    if (!value) return value.error();
    into.push_back(*std::move(value));
  }
  return std::nullopt;
}

template <class T, class Parse>
std::optional<std::string> read_one(const CLI::App& cli, const char* flag, const std::string& text,
                                    std::optional<T>& into, const Parse& parse) {
  if (cli.count(flag) == 0) return std::nullopt;
  auto value = parse(text);
  if (!value) return value.error();
  into = *std::move(value);
  return std::nullopt;
}

std::variant<Options, Answer, Misuse> understand(const CLI::App& cli, const Raw& raw) {
  Options options;
  options.config_file = raw.config;
  options.check_config = raw.check_config;
  if (cli.count("--workers") != 0) options.workers = raw.workers;
  if (cli.count("--tick") != 0) options.tick = tick_of(raw.tick);
  if (auto wrong = read_all(raw.interfaces, options.interfaces, parse_interface)) return Misuse{*wrong};
  if (auto wrong = read_all(raw.control, options.control, io::parse_control_address)) return Misuse{*wrong};
  if (auto wrong = read_one(cli, "--ports", raw.ports, options.ports, parse_ports)) return Misuse{*wrong};
  if (auto wrong = read_one(cli, "--log-level", raw.log_level, options.log_level, parse_log_level)) {
    return Misuse{*wrong};
  }
  return options;
}

}  // namespace

std::variant<Options, Answer, Misuse> parse_options(int count, const char* const* arguments) {
  CLI::App cli("OSRTP media relay: makes calls as encrypted as both phones allow. See osrtpd(8).", "osrtpd");
  Raw raw;
  describe(cli, raw);
  try {
    cli.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    return Answer{cli.help()};
  } catch (const CLI::CallForVersion& version) {
    return Answer{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return Misuse{error.what()};
  }
  return understand(cli, raw);
}

void apply(const Options& options, Configuration& configuration) {
  if (!options.interfaces.empty()) configuration.interfaces = options.interfaces;
  if (!options.control.empty()) configuration.control = options.control;
  if (options.ports) configuration.ports = *options.ports;
  if (options.workers) configuration.workers = *options.workers;
  if (options.tick) configuration.tick = *options.tick;
  if (options.log_level) configuration.log_level = *options.log_level;
}

}  // namespace osrtp::app
