#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/log_throttle.hpp"
#include "base/result.hpp"
#include "io/address.hpp"
#include "io/descriptor.hpp"
#include "io/loop.hpp"
#include "protocol/tls_credentials.hpp"

struct event;

namespace osrtp::io {

/// Requests over TLS: many connections, each a stream of frames (protocol/stream_framing.hpp). What has not proved who
/// it is costs little and takes nobody's place: unfinished handshakes have a number of their own, and the oldest gives
/// way to the next.
class TlsServer {
 public:
  static constexpr std::size_t kMostHandshakes = 64;
  static constexpr std::size_t kMostOpen = 1024;
  /// Octets that wait for one client to read them; one that has more is cut off.
  static constexpr std::size_t kMostUnread = 1UL << 20U;

  using ConnectionId = std::uint64_t;  // never used again
  struct Settings {
    protocol::TlsCredentials::Shared credentials;
    std::vector<std::string> clients;  // names, one of which a client's certificate must have; empty: any will do
  };
  /// Of one frame: the reply, or nothing. May call send().
  using Answer = std::function<std::string(ConnectionId from, std::string_view frame)>;

  /// @return or why not, in words for the operator
  [[nodiscard]] static Result<std::unique_ptr<TlsServer>, std::string> open(Loop& loop, const TlsAddress& local,
                                                                            Settings settings, Answer answer,
                                                                            LogSink log);
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer();

  /// One more frame, unasked. Never waits. @return false: that client has gone, or does not read
  bool send(ConnectionId to, std::string_view frame);
  /// For connections that begin from now on.
  void renew(Settings settings) { settings_ = std::move(settings); }

 private:
  class Connection;
  struct FreeEvent {
    void operator()(event* listening) const noexcept;
  };
  TlsServer(Loop& loop, Descriptor listener, Settings settings, Answer answer, LogSink log);
  void on_connection();
  /// @return false: none waits, or the system gives no more
  bool accept_one();
  /// Octets have come, or gone.
  void on_progress(ConnectionId id);
  /// @return false: it may not stay
  bool admit(ConnectionId id, Connection& connection);
  /// The frames that are complete. @return how many they were
  std::size_t answer_all(ConnectionId id, Connection& connection);
  void end(ConnectionId id, const std::string& why);
  void sweep();
  void log_end(const Connection& connection, const std::string& why);

  Loop& loop_;
  Descriptor listener_;
  Settings settings_;
  Answer answer_;
  LogSink log_;
  LogThrottle ended_;
  std::map<ConnectionId, std::unique_ptr<Connection>> connections_;
  std::set<ConnectionId> handshakes_;  // oldest first
  ConnectionId next_ = 1;
  std::unique_ptr<event, FreeEvent> listening_;
  std::optional<Loop::Subscription> sweeping_;
};

}  // namespace osrtp::io
