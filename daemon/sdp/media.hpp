#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "protocol/policy.hpp"
#include "sdp/crypto.hpp"
#include "sdp/fingerprint.hpp"
#include "sdp/ice.hpp"
#include "sdp/setup.hpp"
#include "sdp/text.hpp"

namespace osrtp::sdp {

enum class Direction : std::uint8_t { kSendRecv, kSendOnly, kRecvOnly, kInactive };

/// How an m-line's transport can be carried by a UDP relay.
enum class Carriage : std::uint8_t {
  kRtp,    // one of the six RTP profiles
  kUdp,    // udptl, udp, UDP/...: relayed without a look inside
  kOther,  // TCP and the unknown: not ours to carry, left as it is
};

/// What one m-section says, its session-level defaults applied. Views borrow the Text.
struct Media {
  std::string_view kind;     // "audio"
  std::optional<Port> port;  // nothing: port 0, rejected or not wanted
  std::string_view proto;    // as written
  protocol::Profile profile = protocol::Profile::kOther;
  Carriage carriage = Carriage::kOther;
  std::string_view formats;             // the rest of the m= line, as written
  std::string_view host;                // what c= names in place of an address; empty: nothing
  std::optional<IpAddress> connection;  // own c=, else the session's; nothing: none, or a host name
  Direction direction = Direction::kSendRecv;
  std::optional<Port> rtcp_port;          // a=rtcp (RFC 3605)
  std::optional<IpAddress> rtcp_address;  // a=rtcp with an address
  bool rtcp_mux = false;
  std::vector<CryptoAttribute> crypto;  // usable lines, in order; session-level ones are ignored
  std::vector<CryptoError> bad_crypto;  // why the others are not usable
  /// Of the section where it has a line of its own, be it usable or not, else of the session (RFC 8122 §5).
  std::vector<Fingerprint> fingerprints;           // usable lines, in order
  std::vector<FingerprintError> bad_fingerprints;  // why the others are not usable
  std::optional<SetupRole> setup;                  // here or at session level; nothing: none, or an unknown role
  std::optional<std::string_view> tls_id;          // nothing: none, or malformed
  std::optional<Ice> ice;                          // nothing: no ufrag and password that are both valid
  std::string_view mid;                            // a=mid (RFC 5888), empty: none
  bool bundle_only = false;                        // RFC 8843 §6: port 0 then does not mean rejected
  bool zrtp_hash = false;

  /// Whether it has a=crypto lines, usable or not.
  [[nodiscard]] bool has_crypto() const noexcept { return !crypto.empty() || !bad_crypto.empty(); }
  /// Whether the peer means DTLS, with something that we can verify or not.
  [[nodiscard]] bool has_fingerprint() const noexcept { return !fingerprints.empty() || !bad_fingerprints.empty(); }

  /// Where the peer wants RTP; nothing: nowhere (rejected, held by 0.0.0.0, unknown). With ICE it is only the default,
  /// and 0.0.0.0 means that no candidate is known yet (RFC 8840 §4.1.1): not held.
  [[nodiscard]] std::optional<Endpoint> rtp_endpoint() const;
  /// Where it wants RTCP when not muxed: a=rtcp, else port + 1.
  [[nodiscard]] std::optional<Endpoint> rtcp_endpoint() const;
};

enum class ReadError : std::uint8_t { kBadMediaLine, kBadConnection, kBadRtcp };

[[nodiscard]] std::string_view describe(ReadError error) noexcept;

/// Reads the nth m-section. A malformed attribute that is no concern of a relay is no error.
[[nodiscard]] Result<Media, ReadError> read_media(const Text& text, std::size_t n);

}  // namespace osrtp::sdp
