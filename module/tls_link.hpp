#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "module/node_link.hpp"
#include "protocol/tls_session.hpp"

namespace osrtp::module {

/// PEM text of the parameters tls_certificate, tls_key and tls_ca.
struct TlsTexts {
  std::string certificate;
  std::string key;
  std::string authorities;

  [[nodiscard]] bool complete() const noexcept { return !certificate.empty() && !key.empty() && !authorities.empty(); }
};

/// What the connections of this process show and trust; made when first asked for, so that nothing of OpenSSL is shared
/// by processes.
using TlsSource = std::function<Result<protocol::TlsCredentials::Shared, std::string>()>;

/// A connection over TLS, kept open. Nothing here waits: what is sent while it is being made leaves behind the
/// handshake, whose time is part of the command's.
class TlsLink : public NodeLink {
 public:
  /// Octets that may wait for the relay to read them.
  static constexpr std::size_t kMostUnsent = 512UL * 1024;
  /// Between a connection that failed and the next try.
  static constexpr std::chrono::milliseconds kPause{100};

  /// @param relay whose address its certificate must have
  TlsLink(const Endpoint& relay, TlsSource source);
  ~TlsLink() override;

  [[nodiscard]] Sent send(std::string_view frame) override;
  [[nodiscard]] Event receive() override;
  [[nodiscard]] std::string_view datagram() const noexcept override { return frame_; }
  [[nodiscard]] int descriptor() const noexcept override { return socket_; }
  [[nodiscard]] bool wants_to_write() const noexcept override { return session_ && !session_->outgoing().empty(); }
  [[nodiscard]] const std::string& problem() const noexcept override { return problem_; }

 private:
  [[nodiscard]] bool open();
  void close() noexcept;
  bool give_up(const std::string& why);
  /// Sends what is to be sent. @return false: the connection has ended
  bool push();
  /// That of a connection which nobody waits on, before something is sent there in vain.
  void notice_end();
  /// Takes some of what has come. @return false: nothing has, or the connection has ended
  bool pull();

  Endpoint relay_;
  TlsSource source_;
  int socket_ = -1;
  std::optional<protocol::TlsSession> session_;
  std::string frame_;
  std::size_t unanswered_ = 0;  // frames sent, less those that have come
  std::optional<TimePoint> failed_;
  std::string problem_;
};

}  // namespace osrtp::module
