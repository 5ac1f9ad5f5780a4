#include "app/daemon.hpp"

#include <string.h>  // explicit_bzero
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "app/certificate.hpp"
#include "app/process.hpp"
#include "app/reload.hpp"
#include "app/subscriber.hpp"
#include "app/values.hpp"
#include "base/words.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"
#include "io/socket_network.hpp"
#include "io/udp_socket.hpp"
#include "observe/text.hpp"

namespace osrtp::app {

namespace {

constexpr std::chrono::milliseconds kTick{50};  // see call::Registry::expire()

std::string listed(const std::vector<std::string_view>& keys) {
  return keys.empty() ? "none" : joined(keys, [](std::string_view key) { return key; });
}

/// Whether other processes have left a pair for each leg of a call.
bool has_room(io::PacketNetwork& network, const IpAddress& address, call::PortRange range) {
  std::size_t free = 0;
  for (std::uint32_t rtp = (range.first + 1U) & ~1U; rtp + 1 <= range.last && free < 2; rtp += 2) {
    const auto low = Port::from(rtp);
    const auto high = Port::from(rtp + 1);
    if (low && high && network.open({address, *low}) && network.open({address, *high})) ++free;
  }
  return free == 2;
}

/// What is wrong with the media addresses; empty: nothing.
std::string wrong_with_media(io::PacketNetwork& network, const Configuration& configuration) {
  for (const call::Interface& interface : complete_interfaces(configuration)) {
    const auto ports = interface.ports.value_or(configuration.ports);
    const std::string address = interface.address.to_string();
    if (const auto why = io::cannot_bind(interface.address)) {
      const bool foreign = why->kind == io::SocketError::Kind::kNotOurAddress;
      return "interface " + interface.name + ": " +
             (foreign ? address + " is not an address of this machine" : address + ": " + why->reason);
    }
    if (!has_room(network, interface.address, ports)) {
      return "interface " + interface.name + ": other processes have the media ports " + std::to_string(ports.first) +
             "-" + std::to_string(ports.last) + " of " + address;
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Daemon>, std::string> Daemon::create(const Configuration& configuration, LogSink log,
                                                            Reloading reloading) {
  std::unique_ptr<io::PacketNetwork> network = std::make_unique<io::SocketNetwork>();
  if (auto wrong = wrong_with_media(*network, configuration); !wrong.empty()) return fail(std::move(wrong));
  if (const std::string& folder = configuration.capture_folder; !folder.empty() && access(folder.c_str(), W_OK) != 0) {
    return fail("capture-folder " + folder + ": " + words(errno));
  }
  auto identity = load_identity(configuration, io::Clock::both().wall);
  if (!identity) return fail(std::move(identity).error());
  auto plane = WorkerMediaPlane::create(*network, complete_interfaces(configuration), workers_of(configuration),
                                        configuration.tick, log);
  if (!plane) return fail("media workers: " + plane.error().reason);
  std::unique_ptr<Daemon> daemon(new Daemon(configuration, std::move(network), *std::move(plane), *std::move(identity),
                                            std::move(log), std::move(reloading)));
  if (auto wrong = daemon->open_control(configuration.control); !wrong.empty()) return fail(std::move(wrong));
  if (configuration.http) {
    if (auto wrong = daemon->open_http(*configuration.http); !wrong.empty()) return fail(std::move(wrong));
  }
  if (!daemon->subscribe()) return fail(std::string("the event queue of the system takes no more"));
  return daemon;
}

Daemon::Daemon(const Configuration& configuration, std::unique_ptr<io::PacketNetwork> network,
               std::unique_ptr<WorkerMediaPlane> plane, std::shared_ptr<const dtls::Identity> identity, LogSink log,
               Reloading reloading)
    : log_(std::move(log)),
      reloading_(std::move(reloading)),
      configuration_(configuration),
      network_(std::move(network)),
      plane_(std::move(plane)),
      registry_(configuration.settings, *plane_, io::random_octets, log_, std::move(identity)),
      captures_(configuration.capture_folder.empty()
                    ? nullptr
                    : std::make_unique<Captures>(*plane_, configuration.capture_folder, log_)),
      service_(registry_, log_, io::Clock::both(), captures_.get()),
      observer_(registry_, service_, *plane_, io::Clock::both().wall) {}

Daemon::~Daemon() = default;

std::string Daemon::open_tls(const io::TlsAddress& address) {
  auto credentials = load_control_tls(configuration_.control_tls);
  if (!credentials) return credentials.error();
  const std::size_t number = tls_.size();
  const auto answer = [this, number](io::TlsServer::ConnectionId from, std::string_view frame) {
    return on_frame(number, from, frame);
  };
  auto server =
      io::TlsServer::open(loop_, address, {*std::move(credentials), configuration_.control_tls.clients}, answer, log_);
  if (!server) return server.error();
  tls_.push_back(*std::move(server));
  return {};
}

std::string Daemon::open_control(const std::vector<io::ControlAddress>& addresses) {
  for (const io::ControlAddress& address : addresses) {
    if (const auto* tls = std::get_if<io::TlsAddress>(&address)) {
      if (auto wrong = open_tls(*tls); !wrong.empty()) return wrong;
      continue;
    }
    auto socket = io::ControlSocket::open(address);
    if (!socket) return socket.error();
    control_.push_back(*std::move(socket));
  }
  return {};
}

std::string Daemon::open_http(const Endpoint& local) {
  const io::HttpServer::Pages pages{
      {"/metrics", [this] {
         return io::HttpServer::Page{observe::kTextType, observe::to_text(observer_.look(io::Clock::now()))};
       }}};
  auto server = io::HttpServer::open(loop_, local, pages, {});
  if (!server) return "http " + local.to_string() + ": " + server.error();
  http_ = *std::move(server);
  if (local.address.is_loopback()) return {};
  log_(LogLevel::kWarning, "event=http-open-to-others address=" + local.to_string() +
                               " reason=\"whoever can reach it may read, and nothing is encrypted\"");
  return {};
}

bool Daemon::subscribe() {
  const auto keep = [this](std::optional<io::Loop::Subscription> subscription) {
    if (!subscription) return false;
    subscriptions_.push_back(*std::move(subscription));
    return true;
  };
  for (std::size_t i = 0; i < control_.size(); ++i) {
    if (!keep(loop_.on_readable(control_[i].descriptor(), [this, i] { on_request(i); }))) return false;
  }
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    if (!keep(loop_.on_signal(signal, [this, signal] { on_signal(signal); }))) return false;
  }
  if (const auto interval = watchdog_interval()) {
    // Twice as often as asked, as sd_watchdog_enabled(3) advises.
    if (!keep(loop_.every(std::max(*interval / 2, std::chrono::milliseconds(1)), [this] { feed_watchdog(); }))) {
      return false;
    }
  }
  if (!keep(loop_.every(WorkerWatch::kInterval, [this] { plane_->watch(); }))) return false;
  if (!keep(loop_.every(kIdentityLife, [this] { renew_identity(); }))) return false;
  return keep(loop_.every(kTick, [this] { on_tick(); }));
}

/// Whoever watches us restarts us then. The calls of the others end with those of the one that hangs, whose ports and
/// memory nothing else gives back.
void Daemon::feed_watchdog() {
  if (!plane_->has_lost_a_worker()) notify_watchdog();
}

void Daemon::renew_identity() {
  if (!configuration_.certificate_file.empty()) return;
  auto fresh = dtls::Identity::generate(io::Clock::both().wall);
  if (!fresh) return log_(LogLevel::kError, "event=identity-not-renewed reason=\"" + fresh.error() + "\"");
  registry_.renew_identity(*std::move(fresh));
  log_(LogLevel::kInfo, "event=identity-renewed");
}

void Daemon::run() {
  notify_ready();
  loop_.run();
  stop();
}

void Daemon::on_request(std::size_t socket) {
  const auto request = control_[socket].receive(*buffer_);
  if (!request) return;
  const Now now = io::Clock::both();
  const auto sender = request->from.storage.ss_family == AF_UNIX ? control::Sender::kKnown : control::Sender::kClaimed;
  const std::string reply = service_.handle(request->datagram, now, octets_of({socket, request->from}), sender);
  explicit_bzero(buffer_->data(), request->datagram.size());  // it may have held keys
  if (!reply.empty() && !control_[socket].send(request->from, reply)) {
    log_(LogLevel::kDebug, "event=reply-lost");  // the client asks again and gets the same reply
  }
  notify(now.steady);
}

std::string Daemon::on_frame(std::size_t server, io::TlsServer::ConnectionId from, std::string_view frame) {
  const Now now = io::Clock::both();
  std::string reply = service_.handle(frame, now, octets_of(TlsSubscriber{server, from}));
  notify(now.steady);
  return reply;
}

void Daemon::on_tick() {
  const Now now = io::Clock::both();
  service_.tick(now);
  if (captures_) captures_->tick(now);
  notify(now.steady);
}

void Daemon::notify(TimePoint now) {
  for (const control::Notice& notice : service_.take_notices(now)) {
    const auto tls = tls_subscriber_of(notice.address);
    const auto whom = subscriber_of(notice.address);
    const bool sent = tls ? tls_[tls->server]->send(tls->connection, notice.frame)
                          : whom && control_[whom->socket].send_unasked(whom->address, notice.frame);
    if (!sent) service_.unsent(notice);
  }
}

void Daemon::on_signal(int signal) {
  if (signal == SIGHUP) return reload();
  log_(LogLevel::kInfo, std::string("event=stop signal=") + (signal == SIGTERM ? "TERM" : "INT") +
                            " calls=" + std::to_string(registry_.size()));
  loop_.stop();
}

void Daemon::reload() {
  const auto refuse = [this](const std::string& why) {
    log_(LogLevel::kError, "event=reload-refused reason=\"" + why + "\"");
  };
  const auto wanted = reloading_.read();
  if (!wanted) return refuse(wanted.error());
  const Configuration next = merged(configuration_, *wanted);
  auto identity = load_identity(next, io::Clock::both().wall);
  if (!identity) return refuse(identity.error());
  protocol::TlsCredentials::Shared control;
  if (!tls_.empty()) {
    auto loaded = load_control_tls(next.control_tls);
    if (!loaded) return refuse(loaded.error());
    control = *std::move(loaded);
  }
  const Difference found = difference(configuration_, *wanted);
  *reloading_.log_level = std::max(configuration_.log_level, wanted->log_level);  // whichever shows the next line
  log_(found.after_restart.empty() ? LogLevel::kInfo : LogLevel::kWarning,
       "event=reload changed=" + listed(found.now) + " after_restart=" + listed(found.after_restart));
  configuration_ = next;
  *reloading_.log_level = configuration_.log_level;
  registry_.reconfigure(configuration_.settings);
  registry_.renew_identity(*std::move(identity));
  for (const auto& server : tls_) server->renew({control, configuration_.control_tls.clients});
}

void Daemon::stop() {
  notify_stopping();
  registry_.clear(io::Clock::both());
  const WorkerCounters odd = plane_->totals();
  log_(LogLevel::kInfo, "event=stopped calls_ended=" + std::to_string(registry_.ended()) + " packets_unrouted=" +
                            std::to_string(odd.unrouted) + " packets_unsent=" + std::to_string(odd.unsent) +
                            " ports_busy=" + std::to_string(plane_->ports().busy()));
}

}  // namespace osrtp::app
