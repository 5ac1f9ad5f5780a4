#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/tls_credentials.hpp"

struct ssl_st;

namespace osrtp::protocol {

/// One end of a TLS connection, without a socket: octets in, octets out. What has been sent and not been taken by
/// outgoing(), and what has come and not been consumed, waits here; who feeds it bounds both.
///
///     session.receive(what the socket gave);
///     while (const auto found = cut(session.plain()); found && *found) { …; session.consume((*found)->taken); }
///     write(session.outgoing()); session.sent(how many went);
class TlsSession {
 public:
  enum class State : std::uint8_t { kHandshake, kOpen, kClosed };

  /// @param server whom a client wants to reach: its certificate must have that name or that address
  explicit TlsSession(TlsCredentials::Shared ours, const std::string& server = {});
  TlsSession(TlsSession&&) noexcept;
  TlsSession& operator=(TlsSession&&) noexcept;
  ~TlsSession();

  /// Octets from the network, any number. Of a closed session: ignored.
  void receive(std::string_view octets);
  /// @return false: it is closed. What is sent before the handshake is over leaves behind it.
  bool send(std::string_view plain);

  /// Of the other end, authenticated, in order, not consumed yet.
  [[nodiscard]] std::string_view plain() const noexcept { return plain_; }
  void consume(std::size_t octets) { plain_.erase(0, octets); }
  /// For the network; there may be some after the session has closed too: why, for the other end.
  [[nodiscard]] std::string_view outgoing() const noexcept { return outgoing_; }
  void sent(std::size_t octets) { outgoing_.erase(0, octets); }

  [[nodiscard]] State state() const noexcept { return state_; }
  /// Why it is closed, for people; empty: the other end wanted it so.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// The common name in the other end's certificate; empty: none, or not known yet. Only escaped for people.
  [[nodiscard]] std::string peer() const;
  /// Whether the other end's certificate is for `name`: a DNS name of its subjectAltName, or the common name where
  /// it has none.
  [[nodiscard]] bool peer_is(const std::string& name) const;

 private:
  struct Free {
    void operator()(ssl_st* session) const noexcept;
  };
  void advance();
  void read();
  void write();
  void take_outgoing();
  /// @return false: `status` of the last call means that it is over.
  bool goes_on(int status);
  void close(std::string why);

  TlsCredentials::Shared ours_;
  std::unique_ptr<ssl_st, Free> session_;
  State state_ = State::kHandshake;
  std::string waiting_;  // plain, until the handshake is over
  std::string plain_;
  std::string outgoing_;
  std::string problem_;
};

}  // namespace osrtp::protocol
