#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/fingerprint.hpp"
#include "sdp/crypto.hpp"

namespace osrtp::bench {

/// What a phone needs of the relay's SDP.
struct Remote {
  Endpoint media;
  std::vector<sdp::CryptoAttribute> cryptos;
  std::optional<Fingerprint> fingerprint;

  /// Of an SDP with one m-line over IPv4. Nothing: it has no address or port to send to.
  [[nodiscard]] static std::optional<Remote> parse(std::string_view sdp);
};

}  // namespace osrtp::bench
