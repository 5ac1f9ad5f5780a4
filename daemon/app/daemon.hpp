#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/captures.hpp"
#include "app/config.hpp"
#include "app/media_plane.hpp"
#include "app/observer.hpp"
#include "base/log.hpp"
#include "call/registry.hpp"
#include "control/service.hpp"
#include "dtls/identity.hpp"
#include "io/control_socket.hpp"
#include "io/http_server.hpp"
#include "io/loop.hpp"
#include "io/tls_server.hpp"

namespace osrtp::app {

/// What SIGHUP needs.
struct Reloading {
  /// The file again, and the flags over it; without contradiction().
  std::function<Result<Configuration, std::string>()> read;
  LogLevel* log_level;  // of the log; borrowed
};

/// The whole relay: control sockets and calls on one loop, media on workers.
class Daemon {
 public:
  /// Opens everything that can be busy or wrong, so that a daemon that exists can serve.
  /// Needs srtp::initialize().
  /// @param configuration without contradiction()
  /// @return or why it cannot start, in one sentence.
  [[nodiscard]] static Result<std::unique_ptr<Daemon>, std::string> create(const Configuration& configuration,
                                                                           LogSink log, Reloading reloading);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon();

  /// Serves until SIGTERM or SIGINT, then ends every call.
  void run();

 private:
  Daemon(const Configuration& configuration, std::unique_ptr<io::PacketNetwork> network,
         std::unique_ptr<WorkerMediaPlane> plane, std::shared_ptr<const dtls::Identity> identity, LogSink log,
         Reloading reloading);
  [[nodiscard]] std::string open_tls(const io::TlsAddress& address);
  [[nodiscard]] std::string open_control(const std::vector<io::ControlAddress>& addresses);
  [[nodiscard]] std::string open_http(const Endpoint& local);
  [[nodiscard]] bool subscribe();
  void on_request(std::size_t socket);
  [[nodiscard]] std::string on_frame(std::size_t server, io::TlsServer::ConnectionId from, std::string_view frame);
  void on_tick();
  /// Sends subscribers what has happened.
  void notify(TimePoint now);
  void on_signal(int signal);
  void feed_watchdog();
  void renew_identity();
  /// Takes over what the configuration says now of all that can change while calls run, or nothing of it.
  void reload();
  void stop();

  LogSink log_;
  Reloading reloading_;
  Configuration configuration_;  // what is in force
  io::Loop loop_;
  std::unique_ptr<io::PacketNetwork> network_;
  std::unique_ptr<WorkerMediaPlane> plane_;
  call::Registry registry_;
  std::unique_ptr<Captures> captures_;  // nothing: there is no folder for them
  control::Service service_;
  Observer observer_;
  std::unique_ptr<io::ControlBuffer> buffer_ = std::make_unique<io::ControlBuffer>();
  std::deque<io::ControlSocket> control_;
  std::vector<std::unique_ptr<io::TlsServer>> tls_;
  std::unique_ptr<io::HttpServer> http_;
  std::vector<io::Loop::Subscription> subscriptions_;  // last: ends first
};

}  // namespace osrtp::app
