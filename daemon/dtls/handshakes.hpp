#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/endpoint.hpp"
#include "dtls/association.hpp"

namespace osrtp::dtls {

/// What is known of the address a datagram came from.
enum class Source : std::uint8_t {
  kValidated,  // ICE has heard the peer's password from there
  kSignalled,  // the peer's SDP names it; anybody can write it on a datagram
  kStranger,
};

/// Associations of one component that are under way at once: of strangers, for a peer behind a NAT is one too, and as
/// many of signalled and validated addresses, for which strangers make no way and need not.
inline constexpr std::size_t kMaxAssociations = 4;

/// Our own ClientHello is tried again so long after a handshake broke for a reason that need not be the peer's.
inline constexpr std::chrono::seconds kCallAgain{1};

/// A datagram to send from the component's socket.
struct Outgoing {
  Endpoint to;
  std::vector<std::uint8_t> octets;
};

/// The DTLS of one component of one leg, against all comers: who completes a handshake with the certificate that
/// the peer's SDP names is the peer, everybody else changes nothing ("ClientHello race", CVE-2023-49786).
///
/// Without ICE a ClientHello is first answered by a stateless cookie (RFC 6347 §4.2.1), never larger than it, so
/// that an address that cannot receive costs nothing; strangers that can may open few associations (kStrangerBurst,
/// kStrangerInterval), and are not answered beyond that. A failed handshake ends that candidate only; the component
/// fails when the wrong certificate, or no common profile, stands at the end of a whole handshake with its signalled or
/// validated peer, or when the time is over. It then says what kept that peer out last, if that was the one or the
/// other, and else kTimeout: what strangers show does not count. Where a ClientHello is fragmented the first fragment
/// asks for the cookie and brings it, and nothing of another is kept.
class Handshakes {
 public:
  /// Nobody has proved to be the peer yet.
  struct Pending {};
  struct Connected {
    Endpoint peer;  // where the winning handshake came from
  };
  struct Failed {
    Failure why;
  };
  using State = std::variant<Pending, Connected, Failed>;

  struct Setup {
    std::shared_ptr<const Identity> identity;
    std::vector<Suite> profiles{kProfiles.begin(), kProfiles.end()};
    std::array<std::uint8_t, 32> cookie_secret{};  // random; components may share it, for a cookie holds the address
  };

  /// Passive until connect(): an offerer of actpass takes a ClientHello that overtakes the answer (RFC 8842 §5.2).
  explicit Handshakes(Setup setup);
  Handshakes(Handshakes&&) noexcept;
  Handshakes& operator=(Handshakes&&) noexcept;
  ~Handshakes();

  /// The peer's SDP is here: who the peer is. Again after a new one.
  void expect(std::vector<Fingerprint> peer, TimePoint now);
  /// The peer could be heard from now on: fails after kHandshakeLimit. Only the first call counts. Without it there is
  /// no end: an active one calls again and again, a passive one listens, and only associations have their own limit.
  void start_limit(TimePoint now);
  /// We are active: a ClientHello goes to `peer` now. Again with another address: what runs is redirected
  /// (ICE nomination, DTLS-15). ClientHellos of others are no longer taken.
  void connect(const Endpoint& peer, TimePoint now);

  /// Also after Connected: the peer may not have our last flight yet, or says close_notify. Only from whom
  /// it belongs to.
  void handle(const Endpoint& from, Source source, ByteView datagram, TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_timeout() const noexcept;
  void handle_timeout(TimePoint now);

  [[nodiscard]] std::vector<Outgoing> take_output();
  [[nodiscard]] const State& state() const noexcept;
  /// Once, when Connected.
  [[nodiscard]] std::optional<Keys> take_keys();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace osrtp::dtls
