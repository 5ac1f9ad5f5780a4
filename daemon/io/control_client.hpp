#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "io/address.hpp"
#include "io/descriptor.hpp"

namespace osrtp::io {

/// The other end of a ControlSocket, for a program that asks and waits.
class ControlClient {
 public:
  /// @return or why not, in words for the operator.
  [[nodiscard]] static Result<ControlClient, std::string> connect(const ControlAddress& server);

  /// @return the system's words when it could not be sent.
  [[nodiscard]] std::optional<std::string> send(std::string_view datagram);
  /// Waits at most `patience`. Nothing: nothing came, or nobody listens (any more).
  [[nodiscard]] std::optional<std::string> receive(std::chrono::milliseconds patience);

 private:
  explicit ControlClient(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace osrtp::io
