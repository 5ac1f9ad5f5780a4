#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "app/capacity.hpp"
#include "app/certificate.hpp"
#include "app/confinement.hpp"
#include "app/daemon.hpp"
#include "app/log.hpp"
#include "app/machine.hpp"
#include "app/options.hpp"
#include "app/process.hpp"
#include "app/values.hpp"
#include "app/wiping_heap.hpp"
#include "io/clock.hpp"
#include "srtp/context.hpp"

namespace {

using namespace osrtp;

constexpr int kFailed = 1;
constexpr int kWrongOptions = 2;

int refuse(int status, const std::string& sentence) {
  app::complain("osrtpd", sentence);
  return status;
}

/// What an operator wants to know of a relay that has just started.
std::string start_line(const app::Configuration& configuration, const app::MachineLimits& machine) {
  const app::Capacity room = app::capacity(configuration, machine);
  const auto interface = [](const call::Interface& i) {
    const std::string address = i.address.to_string();
    return (i.name == address ? "" : i.name + "/") + address +
           (i.advertised == i.address ? "" : "!" + i.advertised.to_string());
  };
  return "event=start version=" OSRTP_VERSION " interfaces=" + app::joined(configuration.interfaces, interface) +
         " control=" + app::joined(configuration.control, [](const auto& c) { return io::to_string(c); }) +
         " workers=" + std::to_string(app::workers_of(configuration)) +
         " ports=" + std::to_string(configuration.ports.first) + "-" + std::to_string(configuration.ports.last) +
         " suites=" + app::joined(configuration.settings.suites, [](Suite s) { return facts(s).name; }) +
         " tos=" + std::to_string(configuration.traffic_class.octet()) +
         " calls_possible=" + std::to_string(room.first.calls) + " limited_by=" + std::string(room.first.limit) +
         " next_limit=" + std::string(room.next.limit) + " next_calls=" + std::to_string(room.next.calls);
}

/// What an interface has of its own beside what the start line says of all.
std::string interface_line(const call::Interface& interface) {
  const auto& ports = *interface.ports;
  return "event=interface name=" + interface.name + " address=" + interface.address.to_string() +
         " advertised=" + interface.advertised.to_string() + " ports=" + std::to_string(ports.first) + "-" +
         std::to_string(ports.last) + " tos=" + std::to_string(interface.traffic_class->octet());
}

/// The file that the flags name, and the flags over it: a configuration that can run.
Result<app::Configuration, std::string> configured(const app::Options& options) {
  Result<app::Configuration, std::string> configuration(app::Configuration{});
  if (!options.config_file.empty()) configuration = app::read_configuration(options.config_file);
  if (!configuration) return configuration;
  app::apply(options, *configuration);
  if (auto wrong = app::contradiction(*configuration); !wrong.empty()) return fail(std::move(wrong));
  return configuration;
}

/// --check-config: all that can be known without opening a socket.
int check(const app::Configuration& configuration) {
  const auto identity = app::load_identity(configuration, io::Clock::both().wall);
  if (!identity) return refuse(kFailed, identity.error());
  if (const auto& tls = configuration.control_tls; !tls.certificate_file.empty()) {
    const auto credentials = app::load_control_tls(tls);
    if (!credentials) return refuse(kFailed, credentials.error());
  }
  return std::puts("The configuration is in order.") < 0 ? kFailed : 0;
}

int serve(app::Configuration configuration, const app::Options& options) {
  if (const auto ready = srtp::initialize(); !ready) return refuse(kFailed, "SRTP self-test failed: " + ready.error());
  const auto locked = app::lock_memory();
  const std::size_t descriptors = app::raise_descriptor_limit();
  app::Confinement confinement(configuration, options.config_file);
  // The first thread beside this one; from here on nothing may fork.
  app::LineWriter writer(STDERR_FILENO, app::stderr_confession(configuration.log_format));
  const LogSink log = app::stderr_log(configuration.log_format, &configuration.log_level, writer);
  const auto daemon =
      app::Daemon::create(configuration, log, {[&options] { return configured(options); }, &configuration.log_level});
  if (!daemon) return refuse(kFailed, daemon.error());
  log(LogLevel::kInfo, start_line(configuration, app::machine_limits(descriptors)));
  for (const call::Interface& interface : app::complete_interfaces(configuration)) {
    log(LogLevel::kInfo, interface_line(interface));
  }
  if (!locked) log(LogLevel::kInfo, "event=memory-not-locked reason=\"" + locked.error() + "\"");
  confinement.complete(log);
  (*daemon)->run();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  app::forbid_memory_dumps();
  app::wipe_what_libraries_free();
  std::signal(SIGPIPE, SIG_IGN);
  const auto parsed = app::parse_options(count, arguments);
  if (const auto* misuse = std::get_if<app::Misuse>(&parsed)) {
    return refuse(kWrongOptions, misuse->sentence + "; see osrtpd --help");
  }
  if (const auto* answer = std::get_if<app::Answer>(&parsed)) {
    return std::fputs(answer->text.c_str(), stdout) < 0 ? kFailed : 0;
  }
  const auto& options = std::get<app::Options>(parsed);
  auto configuration = configured(options);
  if (!configuration) return refuse(kFailed, configuration.error());
  return options.check_config ? check(*configuration) : serve(*std::move(configuration), options);
}
