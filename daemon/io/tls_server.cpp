#include "io/tls_server.hpp"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/escape.hpp"
#include "base/words.hpp"
#include "io/clock.hpp"
#include "io/tls_patience.hpp"
#include "protocol/stream_framing.hpp"
#include "protocol/tls_session.hpp"

namespace osrtp::io {

namespace {

constexpr std::chrono::milliseconds kSweep{250};
constexpr int kQueue = 256;
constexpr int kMostAccepted = 16;            // before the others' turn
constexpr std::size_t kMostAtOnce = 16'384;  // octets taken of one connection before the others' turn

enum Cause : std::size_t { kBeforeOpen, kAfterOpen, kCauses };

bool set(const Descriptor& socket, int level, int option) {
  const int on = 1;
  return setsockopt(socket.number(), level, option, &on, sizeof on) == 0;
}

}  // namespace

class TlsServer::Connection {
 public:
  Connection(TlsServer& server, ConnectionId id, Descriptor accepted, std::string address)
      : from(std::move(address)),
        session(server.settings_.credentials),
        patience(Clock::now()),
        socket(std::move(accepted)),
        server_(server),
        id_(id),
        buffers_(bufferevent_socket_new(server.loop_.base(), socket.number(), 0)) {
    if (!buffers_) return;
    bufferevent_setcb(buffers_.get(), on_octets, on_octets, on_event, this);
    bufferevent_setwatermark(buffers_.get(), EV_READ, 0, kMostAtOnce);
    bufferevent_enable(buffers_.get(), EV_READ | EV_WRITE);
  }
  [[nodiscard]] bool usable() const noexcept { return buffers_ != nullptr; }

  /// Some of what has come, decrypted into the session. @return false: nothing was there
  bool take() {
    std::array<char, 4096> octets{};
    const std::size_t got = bufferevent_read(buffers_.get(), octets.data(), octets.size());
    session.receive({octets.data(), got});
    return got != 0;
  }
  void push() {
    const std::string_view octets = session.outgoing();
    if (octets.empty()) return;
    bufferevent_write(buffers_.get(), octets.data(), octets.size());
    session.sent(octets.size());
  }
  [[nodiscard]] std::size_t unread() const { return evbuffer_get_length(bufferevent_get_output(buffers_.get())); }
  /// The last words, why the session was closed, if they go at once.
  void push_last() {
    const std::string_view octets = session.outgoing();
    if (unread() == 0 && !octets.empty()) ::send(socket.number(), octets.data(), octets.size(), MSG_NOSIGNAL);
  }

  std::string from;
  protocol::TlsSession session;
  TlsPatience patience;
  Descriptor socket;
  bool admitted = false;
  std::string wrong;  // not empty: it is to end, for that reason

 private:
  struct Free {
    void operator()(bufferevent* buffers) const noexcept { bufferevent_free(buffers); }
  };
  static void on_octets(bufferevent* /*of*/, void* self) {
    auto* connection = static_cast<Connection*>(self);
    connection->server_.on_progress(connection->id_);
  }
  static void on_event(bufferevent* /*of*/, short /*what*/, void* self) {
    auto* connection = static_cast<Connection*>(self);
    connection->wrong = "the other end has gone";
    connection->server_.on_progress(connection->id_);
  }

  TlsServer& server_;
  ConnectionId id_;
  std::unique_ptr<bufferevent, Free> buffers_;  // goes before its socket
};

void TlsServer::FreeEvent::operator()(event* listening) const noexcept { event_free(listening); }

Result<std::unique_ptr<TlsServer>, std::string> TlsServer::open(Loop& loop, const TlsAddress& local, Settings settings,
                                                                Answer answer, LogSink log) {
  const SocketAddress address = SocketAddress::from(local.endpoint);
  Descriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const bool listens = socket && set(socket, SOL_SOCKET, SO_REUSEADDR) &&
                       ::bind(socket.number(), address.data(), address.size) == 0 &&
                       ::listen(socket.number(), kQueue) == 0;
  const std::string place = "control socket " + to_string(ControlAddress(local)) + ": ";
  if (!listens) return fail(place + (errno == EADDRINUSE ? "another process listens there" : words(errno)));
  std::unique_ptr<TlsServer> server(
      new TlsServer(loop, std::move(socket), std::move(settings), std::move(answer), std::move(log)));
  TlsServer* raw = server.get();
  server->listening_.reset(event_new(
      loop.base(), server->listener_.number(), EV_READ | EV_PERSIST,
      [](evutil_socket_t, short, void* self) { static_cast<TlsServer*>(self)->on_connection(); }, raw));
  server->sweeping_ = loop.every(kSweep, [raw] { raw->sweep(); });
  if (!server->listening_ || event_add(server->listening_.get(), nullptr) != 0 || !server->sweeping_) {
    return fail(place + "the event queue of the system takes no more");
  }
  return server;
}

TlsServer::TlsServer(Loop& loop, Descriptor listener, Settings settings, Answer answer, LogSink log)
    : loop_(loop),
      listener_(std::move(listener)),
      settings_(std::move(settings)),
      answer_(std::move(answer)),
      log_(std::move(log)),
      ended_(kCauses) {}

TlsServer::~TlsServer() = default;

void TlsServer::on_connection() {
  for (int i = 0; i < kMostAccepted && accept_one(); ++i) {
  }
}

bool TlsServer::accept_one() {
  SocketAddress from;
  Descriptor socket(::accept4(listener_.number(), from.data(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return errno != EAGAIN;
    // No descriptors: it would be announced again and again. sweep() listens again.
    event_del(listening_.get());
    return false;
  }
  set(socket, IPPROTO_TCP, TCP_NODELAY);
  set(socket, SOL_SOCKET, SO_KEEPALIVE);
  if (handshakes_.size() >= kMostHandshakes) end(*handshakes_.begin(), "too many handshakes at once");
  const auto endpoint = from.endpoint();
  const ConnectionId id = next_++;
  auto made = std::make_unique<Connection>(*this, id, std::move(socket), endpoint ? endpoint->to_string() : "?");
  if (!made->usable()) return false;
  connections_.emplace(id, std::move(made));
  handshakes_.insert(id);
  return true;
}

bool TlsServer::admit(ConnectionId id, Connection& connection) {
  if (connections_.size() - handshakes_.size() >= kMostOpen) {
    connection.wrong = "too many connections";
    return false;
  }
  bool known = settings_.clients.empty();
  for (const std::string& name : settings_.clients) known = known || connection.session.peer_is(name);
  if (!known) {
    connection.wrong = "no client of that name may ask: " + printable(connection.session.peer());
    return false;
  }
  connection.admitted = true;
  handshakes_.erase(id);
  log_(LogLevel::kInfo,
       "event=control-connected from=" + connection.from + " name=" + printable(connection.session.peer()));
  return true;
}

std::size_t TlsServer::answer_all(ConnectionId id, Connection& connection) {
  protocol::TlsSession& session = connection.session;
  std::size_t frames = 0;
  while (connection.wrong.empty()) {
    const auto found = protocol::cut(session.plain());
    if (!found) connection.wrong = "no frame where one should be";
    if (!found || !*found) break;
    ++frames;
    const std::string frame((*found)->frame);
    session.consume((*found)->taken);
    const std::string reply = answer_(id, frame);
    if (!reply.empty()) send(id, reply);
  }
  return frames;
}

void TlsServer::on_progress(ConnectionId id) {
  const auto at = connections_.find(id);
  if (at == connections_.end()) return;
  Connection& connection = *at->second;
  protocol::TlsSession& session = connection.session;
  std::size_t frames = 0;
  while (connection.wrong.empty() && connection.take()) {
    const bool opened = !connection.admitted && session.state() == protocol::TlsSession::State::kOpen;
    if (opened && !admit(id, connection)) break;
    if (connection.admitted) frames += answer_all(id, connection);
  }
  if (session.state() == protocol::TlsSession::State::kClosed && connection.wrong.empty()) {
    connection.wrong = session.problem().empty() ? "the other end has gone" : session.problem();
  }
  if (!connection.wrong.empty()) return end(id, std::string(connection.wrong));
  connection.push();
  connection.patience.note({connection.admitted, frames, !session.plain().empty(), connection.unread() != 0},
                           Clock::now());
}

bool TlsServer::send(ConnectionId to, std::string_view frame) {
  const auto at = connections_.find(to);
  if (at == connections_.end()) return false;
  Connection& connection = *at->second;
  if (!connection.admitted || !connection.wrong.empty()) return false;
  const bool sent = connection.session.send(protocol::in_stream(frame));
  connection.push();
  // Ended by whoever is at work on it, or by sweep(): the caller may hold it.
  if (connection.unread() > kMostUnread) connection.wrong = "it does not read";
  return sent && connection.wrong.empty();
}

void TlsServer::end(ConnectionId id, const std::string& why) {
  const auto at = connections_.find(id);
  if (at == connections_.end()) return;
  log_end(*at->second, why);
  at->second->push_last();
  handshakes_.erase(id);
  connections_.erase(at);
}

void TlsServer::log_end(const Connection& connection, const std::string& why) {
  const auto left_out = ended_.admit(connection.admitted ? kAfterOpen : kBeforeOpen, Clock::now());
  if (!left_out) return;
  log_(connection.admitted ? LogLevel::kInfo : LogLevel::kWarning,
       std::string("event=control-") + (connection.admitted ? "ended" : "refused") + " from=" + connection.from +
           " reason=\"" + why + "\"" + *left_out);
}

void TlsServer::sweep() {
  const TimePoint now = Clock::now();
  std::vector<std::pair<ConnectionId, std::string>> over;
  for (const auto& [id, connection] : connections_) {
    if (!connection->wrong.empty()) {
      over.emplace_back(id, connection->wrong);
    } else if (connection->patience.over(now)) {
      over.emplace_back(id, connection->admitted ? "it takes too long" : "the handshake takes too long");
    }
  }
  for (const auto& [id, why] : over) end(id, why);
  event_add(listening_.get(), nullptr);
}

}  // namespace osrtp::io
