#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/endpoint.hpp"
#include "base/fingerprint.hpp"
#include "base/suite.hpp"
#include "dtls/association.hpp"
#include "ice/lite_agent.hpp"
#include "relay/stream.hpp"

/// What lies under the media of a leg: the path that ICE finds and the keys that DTLS makes.
namespace osrtp::transport {

/// Keys by DTLS-SRTP (RFC 5763).
struct Keying {
  /// Whether the association that runs goes on, or another replaces it once it is done (RFC 8842 §5.1).
  enum class Association : std::uint8_t { kKeep, kNew };

  std::shared_ptr<const dtls::Identity> identity;
  Association association = Association::kKeep;
  std::optional<dtls::Role> role;  // ours; nothing: we offered actpass and have no answer yet
  /// Whether the SDP is of a final answer: from then on, or with ICE from the nomination on, the handshake has
  /// dtls::kHandshakeLimit. A phone that still rings may begin when it is picked up.
  bool final = false;
  std::vector<Fingerprint> peer;  // what its SDP names; empty: no SDP yet
  std::uint32_t replay_window = srtp::kDefaultReplayWindow;
  std::array<std::uint8_t, 32> cookie_secret{};  // random
  ice::TransactionId binding{};                  // random; of the request that opens a NAT (RFC 5763 §6.7.1)
};

/// A path by ICE, of which we are the lite side (RFC 8445 §2.5).
struct Connectivity {
  ice::Credentials local;
  std::string remote_ufrag;  // empty: no SDP yet
};

/// Everything that must be known about one leg. Where `keying` is set, relay.protection is Keep or Blocked, and the
/// handshake's keys replace it. With relay::Suspend, which comes without `keying`, handshakes stand still too, until a
/// setup with `keying` goes on with them or one without ends them.
struct LegSetup {
  relay::LegSetup relay;
  std::optional<Keying> keying{};
  std::optional<Connectivity> connectivity{};
};

/// How far a leg's DTLS has come.
struct NotByDtls {};
struct Handshaking {};
struct Keyed {
  Suite suite;
  TimePoint since;
  TimePoint began{};  // our first datagram
};
struct KeyingFailed {
  dtls::Failure why;
  TimePoint since;
};
using Progress = std::variant<NotByDtls, Handshaking, Keyed, KeyingFailed>;

/// What a setup makes of how far the leg had come: `before`.
[[nodiscard]] Progress progress_after(const Progress& before, const LegSetup& setup) noexcept;

/// A datagram of our own making, to be sent from one of a leg's sockets.
struct Sending {
  SocketId socket;
  Endpoint to;
  std::vector<std::uint8_t> octets;
};

}  // namespace osrtp::transport
