#pragma once

#include <openssl/bio.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"

namespace osrtp::dtls {

/// Outgoing datagrams that wait for take_output(): what is more is lost, as on a network.
inline constexpr std::size_t kMaxQueued = 64;

/// The two ends of a BIO that keeps datagram boundaries, which memory BIOs lose. Outlives the BIO, and stays
/// where it is.
struct DatagramPipe {
  std::optional<ByteView> arrived;              // the next read; borrowed from whoever calls OpenSSL
  bool starved = false;                         // OpenSSL wanted to read and there was nothing
  std::vector<std::vector<std::uint8_t>> sent;  // every write, in order
  /// What has been written since it was last emptied: the flight that a retransmission repeats.
  std::vector<std::vector<std::uint8_t>> flight;
};

/// A BIO on `pipe`. Nothing: out of memory. Whoever gets it frees it, or gives it to SSL_set_bio().
[[nodiscard]] BIO* new_datagram_bio(DatagramPipe& pipe);

}  // namespace osrtp::dtls
