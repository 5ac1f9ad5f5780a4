#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "io/descriptor.hpp"
#include "io/loop.hpp"

struct bufferevent;
struct evhttp;
struct evhttp_request;
struct evconnlistener;

namespace osrtp::io {

/// Pages for who asks with GET, one a connection. Everybody who can reach the port may: few connections are kept and
/// none for long, whatever they do, and the oldest gives way to the next.
class HttpServer {
 public:
  static constexpr std::size_t kMostHeaders = 8192;  // octets of a request's head; it may have no body
  struct Limits {
    std::size_t connections = 32;
    std::chrono::seconds idle{5};               // without an octet
    std::chrono::milliseconds longest{10'000};  // a connection, whatever comes and goes
    std::chrono::milliseconds sweep{1'000};     // how often that is looked at
  };

  struct Page {
    std::string type;  // Content-Type
    std::string body;
  };
  /// By path. What they write is written while the loop waits.
  using Pages = std::map<std::string, std::function<Page()>, std::less<>>;

  /// @return or why not, in words for the operator
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> open(Loop& loop, const Endpoint& local,
                                                                             Pages pages, const Limits& limits);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }

 private:
  struct FreeServer {
    void operator()(evhttp* server) const noexcept;
  };
  struct LetGo {
    void operator()(bufferevent* held) const noexcept;
  };
  struct Connection {
    std::unique_ptr<bufferevent, LetGo> held;
    TimePoint began;
  };
  HttpServer(Loop& loop, Descriptor socket, Pages pages, const Limits& limits);
  [[nodiscard]] bool listen();
  [[nodiscard]] bufferevent* on_connection();
  void on_request(evhttp_request* request);
  void forget_ended();
  void sweep();

  Loop& loop_;
  Descriptor socket_;
  Pages pages_;
  Limits limits_;
  std::list<Connection> connections_;  // oldest first
  std::unique_ptr<evhttp, FreeServer> server_;
  evconnlistener* listener_ = nullptr;  // the server's
  std::optional<Loop::Subscription> sweeping_;
  std::optional<Loop::Subscription> resuming_;  // of a listener that has paused
};

}  // namespace osrtp::io
