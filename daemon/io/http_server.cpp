#include "io/http_server.hpp"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "io/address.hpp"
#include "io/clock.hpp"

namespace osrtp::io {

namespace {

constexpr int kQueue = 64;

/// evhttp gives a connection up by taking its callbacks away.
bool is_ended(bufferevent* connection) {
  bufferevent_event_cb on_event = nullptr;
  bufferevent_getcb(connection, nullptr, nullptr, &on_event, nullptr);
  return on_event == nullptr;
}

void answer(evhttp_request* request, int status, const char* reason, const HttpServer::Page& page) {
  evkeyvalq* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", page.type.c_str());
  evhttp_add_header(headers, "Connection", "close");
  evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
  evbuffer* body = evbuffer_new();
  if (body != nullptr) evbuffer_add(body, page.body.data(), page.body.size());
  evhttp_send_reply(request, status, reason, body);
  if (body != nullptr) evbuffer_free(body);
}

}  // namespace

void HttpServer::FreeServer::operator()(evhttp* server) const noexcept { evhttp_free(server); }
void HttpServer::LetGo::operator()(bufferevent* held) const noexcept { bufferevent_decref(held); }

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::open(Loop& loop, const Endpoint& local, Pages pages,
                                                                  const Limits& limits) {
  const SocketAddress address = SocketAddress::from(local);
  Descriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  const bool listens = socket && ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                       ::bind(socket.number(), address.data(), address.size) == 0 &&
                       ::listen(socket.number(), kQueue) == 0;
  if (!listens) {
    return fail(errno == EADDRINUSE ? "another process listens there" : std::generic_category().message(errno));
  }
  std::unique_ptr<HttpServer> server(new HttpServer(loop, std::move(socket), std::move(pages), limits));
  if (!server->listen()) return fail(std::string("the event queue of the system takes no more"));
  return server;
}

HttpServer::HttpServer(Loop& loop, Descriptor socket, Pages pages, const Limits& limits)
    : loop_(loop),
      socket_(std::move(socket)),
      pages_(std::move(pages)),
      limits_(limits),
      server_(evhttp_new(loop.base())) {}

// The server's connections go with it, and ours are held beyond that.
HttpServer::~HttpServer() { server_.reset(); }

bool HttpServer::listen() {
  if (!server_) return false;
  evhttp* server = server_.get();
  evhttp_set_allowed_methods(server, EVHTTP_REQ_GET);
  evhttp_set_max_headers_size(server, kMostHeaders);
  evhttp_set_max_body_size(server, 0);
  evhttp_set_timeout(server, static_cast<int>(limits_.idle.count()));
  evhttp_set_bevcb(
      server, [](event_base*, void* self) { return static_cast<HttpServer*>(self)->on_connection(); }, this);
  evhttp_set_gencb(
      server, [](evhttp_request* request, void* self) { static_cast<HttpServer*>(self)->on_request(request); }, this);
  sweeping_ = loop_.every(limits_.sweep, [this] { sweep(); });
  resuming_ = loop_.timer([this] { evconnlistener_enable(listener_); });
  if (!sweeping_ || !resuming_) return false;
  listener_ = evconnlistener_new(loop_.base(), nullptr, nullptr, LEV_OPT_CLOSE_ON_EXEC, 0, socket_.number());
  if (listener_ == nullptr || evhttp_bind_listener(server, listener_) == nullptr) return false;
  // No descriptors: it would be announced again and again. sweep() listens again.
  evconnlistener_set_error_cb(listener_, [](evconnlistener* listener, void*) { evconnlistener_disable(listener); });
  return true;
}

/// evhttp knows neither how many connections it has nor how old they are.
bufferevent* HttpServer::on_connection() {
  forget_ended();
  if (connections_.size() >= limits_.connections) {
    bufferevent* oldest = connections_.front().held.get();
    ::shutdown(bufferevent_getfd(oldest), SHUT_RDWR);  // evhttp sees its end, and frees it
    connections_.pop_front();
    // Not another one before the loop has turned, and closed it.
    evconnlistener_disable(listener_);
    resuming_->arm(std::chrono::milliseconds(0));
  }
  bufferevent* made = bufferevent_socket_new(loop_.base(), -1, BEV_OPT_CLOSE_ON_FREE);
  if (made == nullptr) return nullptr;
  bufferevent_incref(made);
  connections_.push_back({std::unique_ptr<bufferevent, LetGo>(made), Clock::now()});
  return made;
}

void HttpServer::on_request(evhttp_request* request) {
  const evhttp_uri* uri = evhttp_request_get_evhttp_uri(request);
  const char* path = uri != nullptr ? evhttp_uri_get_path(uri) : nullptr;
  const auto page = path != nullptr ? pages_.find(std::string_view(path)) : pages_.end();
  if (page == pages_.end())
    return answer(request, HTTP_NOTFOUND, "Not Found", {"text/plain", "There is no such page.\n"});
  answer(request, HTTP_OK, "OK", page->second());
}

void HttpServer::forget_ended() {
  connections_.remove_if([](const Connection& connection) { return is_ended(connection.held.get()); });
}

void HttpServer::sweep() {
  forget_ended();
  const TimePoint now = Clock::now();
  for (const Connection& connection : connections_) {
    if (now - connection.began >= limits_.longest) ::shutdown(bufferevent_getfd(connection.held.get()), SHUT_RDWR);
  }
  evconnlistener_enable(listener_);
}

}  // namespace osrtp::io
