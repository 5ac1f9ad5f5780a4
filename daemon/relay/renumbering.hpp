#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/strong.hpp"

namespace osrtp::relay {

/// Lets a sender start its sequence numbers anew under the same SSRC, as some do when a
/// call is resumed or transferred. Under a key those numbers are spent (RFC 3711 §9.1),
/// and the stream would be silent until it has caught up; so it goes on from where it
/// was, shifted. Who never starts anew is never touched.
///
/// RTCP is not rewritten: until the stream ends the sender reads highest sequence
/// numbers, and is asked for lost packets, by the shifted numbers.
class Renumbering {
 public:
  /// Of `sources` SSRCs at most; beyond that nothing is shifted.
  explicit Renumbering(std::size_t sources) noexcept : limit_(sources) {}

  /// The number under which a packet goes out. Nothing for one far behind the newest:
  /// stray or the first after a restart, which the next one will tell.
  [[nodiscard]] std::optional<SequenceNumber> outgoing(Ssrc ssrc, SequenceNumber incoming) noexcept;
  /// A packet went out that came in with this number. Allocates for the first of an SSRC only.
  void went_out(Ssrc ssrc, SequenceNumber incoming) noexcept;

 private:
  struct Source {
    Ssrc ssrc;
    std::uint16_t newest;  // as it came in
    std::uint16_t shift;   // modulo 2^16
    std::optional<std::uint16_t> after_restart;
  };
  [[nodiscard]] Source* find(Ssrc ssrc) noexcept;

  std::size_t limit_;
  std::vector<Source> sources_{};
};

}  // namespace osrtp::relay
