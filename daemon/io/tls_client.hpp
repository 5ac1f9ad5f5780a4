#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "io/address.hpp"
#include "io/descriptor.hpp"
#include "protocol/tls_session.hpp"

namespace osrtp::io {

/// The other end of a TlsServer, for a program that asks and waits; in the shape of ControlClient.
class TlsClient {
 public:
  /// Waits at most `patience`, until the server has proved that it is `name`, a DNS name or an address.
  /// @return or why not, in words for the operator
  [[nodiscard]] static Result<TlsClient, std::string> connect(const TlsAddress& server,
                                                              protocol::TlsCredentials::Shared ours,
                                                              const std::string& name,
                                                              std::chrono::milliseconds patience);

  /// @return why it could not be sent, in words.
  [[nodiscard]] std::optional<std::string> send(std::string_view frame);
  /// Waits at most `patience`. Nothing: nothing came, or the connection has ended.
  [[nodiscard]] std::optional<std::string> receive(std::chrono::milliseconds patience);

 private:
  TlsClient(Descriptor descriptor, protocol::TlsSession session) noexcept
      : descriptor_(std::move(descriptor)), session_(std::move(session)) {}
  /// Sends what is to be sent, takes what comes. @return false: the connection has ended, or the time is over
  bool progress(std::chrono::steady_clock::time_point until);
  [[nodiscard]] std::string why_closed() const;

  Descriptor descriptor_;
  protocol::TlsSession session_;
  int error_ = 0;  // the system's, of the connection
};

}  // namespace osrtp::io
