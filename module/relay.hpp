#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "module/health.hpp"
#include "module/link.hpp"
#include "protocol/client.hpp"
#include "protocol/message.hpp"

namespace osrtp::module {

/// Why there is no reply.
struct NoReply {
  enum class Kind : std::uint8_t {
    kUnsendable,   // the request cannot be written, or is longer than a datagram
    kUnreachable,  // nobody listens, or nobody answered in time
    kBadReply,
  };
  Kind kind;
  std::string reason;  // for people
};

/// One process's way to ask the daemon. Waits, so it is for SIP workers that can afford to.
class Relay {
 public:
  /// `health` outlives this. `salt`: fresh random octets.
  Relay(RelayAddress address, std::chrono::milliseconds timeout, RelayHealth& health, std::uint32_t pid,
        std::uint64_t salt);

  /// Asks and waits, no longer than the timeout.
  [[nodiscard]] Result<protocol::Reply, NoReply> ask(const protocol::Request& request);

 private:
  [[nodiscard]] Result<std::string, NoReply> exchange(protocol::Transaction transaction,
                                                      std::chrono::milliseconds budget);

  RelayLink link_;
  std::chrono::milliseconds timeout_;
  RelayHealth& health_;
  protocol::CookieMaker cookies_;
};

}  // namespace osrtp::module
