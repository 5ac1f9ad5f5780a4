#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/endpoint.hpp"
#include "dtls/records.hpp"

namespace osrtp::dtls {

/// A ClientHello that is longer, whole, is refused: octets of its body.
inline constexpr std::size_t kLongestHello = 4096;
/// ClientHellos put together at once; the oldest goes.
inline constexpr std::size_t kMaxHellos = 4;

/// Puts fragmented ClientHellos together (RFC 6347 §4.2.3), each of one sender's. Fragments have to come in order:
/// where they do not, the client's next attempt serves.
class HelloAssembly {
 public:
  /// `hello` is the first fragment of one, with a cookie that the caller has verified: nobody else may take room here.
  /// A fragment that `from` has begun with before is forgotten.
  void begin(const Endpoint& from, const ClientHello& hello);
  /// `hello` is a later fragment. @return the whole ClientHello as one datagram, once it is complete
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> add(const Endpoint& from, const ClientHello& hello);

 private:
  struct Begun {
    Endpoint from;
    std::uint64_t record_sequence;
    std::uint16_t message_sequence;
    std::uint32_t size;  // of the body, whole
    std::vector<std::uint8_t> body;
  };
  std::vector<Begun> begun_{};  // oldest first
};

}  // namespace osrtp::dtls
