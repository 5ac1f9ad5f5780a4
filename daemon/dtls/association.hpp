#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/fingerprint.hpp"
#include "base/secret.hpp"
#include "base/suite.hpp"
#include "base/time.hpp"
#include "dtls/identity.hpp"

namespace osrtp::dtls {

/// RFC 5763 §5: `active` sends the ClientHello, `passive` waits for it.
enum class Role : std::uint8_t { kActive, kPassive };

/// The SRTP profiles that DTLS can agree on (RFC 5764 §4.1.2, RFC 7714 §14.2), most preferred first.
inline constexpr std::array<Suite, 4> kProfiles{Suite::kAeadAes256Gcm, Suite::kAeadAes128Gcm,
                                                Suite::kAesCm128HmacSha1_80, Suite::kAesCm128HmacSha1_32};

/// Larger handshake packets are fragmented (DTLS-13): UDP payload octets.
inline constexpr std::size_t kMaxPacket = 1200;
/// The first retransmission; it doubles up to kLongestRetransmission. A ClientHello that comes before its peer
/// has the answer is lost, so waiting for a second would cost the call's first second.
inline constexpr std::chrono::milliseconds kFirstRetransmission{50};
inline constexpr std::chrono::milliseconds kLongestRetransmission{1'000};
/// A fatal alert without authentication may be anybody's: it counts if the handshake has not gone on by then.
inline constexpr std::chrono::seconds kAlertDoubt{1};
/// A handshake that is not done by then has failed.
inline constexpr std::chrono::seconds kHandshakeLimit{15};

enum class Failure : std::uint8_t {
  kTimeout,              // kHandshakeLimit
  kAlert,                // the peer's alert, or ours over something it sent
  kFingerprintMismatch,  // its certificate is not one that its SDP names, or it has none
  kNoCommonProfile,      // no use_srtp, or none of our profiles
  kInternal,
};

/// What both directions are protected with (RFC 5764 §4.2): master key || master salt.
struct Keys {
  Suite suite;
  Secret ours;    // protects what we send
  Secret theirs;  // protects what the peer sends
};

/// One DTLS 1.2 association with one peer address. Datagrams and `now` come in, datagrams and keys go out.
/// Move-only; belongs to one loop.
///
/// Pure but for two things of OpenSSL's: it draws its own random numbers, and it repeats a flight as new records only
/// when its own clock (gettimeofday) agrees that the time is over. Our schedule, in `now`, decides when a flight is
/// repeated; where OpenSSL's clock does not agree (it was set back), the same records go out again, which serves
/// unless the peer's last flight was lost.
///
/// A certificate is judged at the end of the handshake, when its owner has proved to hold the key: until then it may be
/// anybody's, written with the peer's address, and a verdict would be over the wrong one. The peer is told by
/// close_notify, in place of the bad_certificate that RFC 8122 §6.2 has for it: OpenSSL sends no other alert then.
///
/// Until its keys are agreed, a handshake cannot tell the peer from somebody who writes the peer's address: plain
/// alerts only raise doubt (kAlertDoubt) and what no handshake needs is dropped, but a forged handshake message in
/// the right place still ends an association. Handshakes decides who can reach one, and starts another.
class Association {
 public:
  /// What a passive one gets first.
  enum class Opening : std::uint8_t {
    kHello,            // a ClientHello
    kHelloWithCookie,  // the second one, whole, whose cookie the caller has verified (RFC 6347 §4.2.1)
  };

  struct Setup {
    std::shared_ptr<const Identity> identity;
    Role role = Role::kPassive;
    std::vector<Suite> profiles{kProfiles.begin(), kProfiles.end()};  // others are ignored
    std::vector<Fingerprint> peer{};  // empty: not known yet, the handshake waits for expect()
    Opening opening = Opening::kHello;
  };

  /// The handshake goes on.
  struct Handshaking {};
  /// The handshake is done, the peer's fingerprints are not known: nothing may be trusted yet (DTLS-5).
  struct Unverified {};
  struct Connected {};
  struct Failed {
    Failure why;
    bool after_finished =
        false;  // the peer's Finished has been verified: it holds the key of the certificate it showed
  };
  using State = std::variant<Handshaking, Unverified, Connected, Failed>;

  /// An active one has its ClientHello in take_output() at once. Nothing: OpenSSL is out of memory.
  [[nodiscard]] static std::optional<Association> create(const Setup& setup, TimePoint now);
  Association(Association&&) noexcept;
  Association& operator=(Association&&) noexcept;
  ~Association();

  /// One datagram of the peer's. Whatever it is, nothing worse happens than Failed, and that only by what a peer
  /// in possession of the handshake could send: what does not parse or authenticate is ignored.
  void handle(ByteView datagram, TimePoint now);
  /// The peer's SDP is here: its certificate has to match one of these, by the strongest hash among them
  /// (RFC 8122 §5). Verifies at once where the handshake is done already.
  void expect(std::vector<Fingerprint> peer, TimePoint now);

  /// When handle_timeout() wants to be called; nothing: never.
  [[nodiscard]] std::optional<TimePoint> next_timeout() const noexcept;
  void handle_timeout(TimePoint now);

  /// Datagrams for the peer, in order, at most kMaxPacket each; empties.
  [[nodiscard]] std::vector<std::vector<std::uint8_t>> take_output();
  [[nodiscard]] const State& state() const noexcept;
  /// A certificate has come, or the handshake is done.
  [[nodiscard]] bool is_advanced() const noexcept;
  /// Once, when Connected. Nothing before or after.
  [[nodiscard]] std::optional<Keys> take_keys();

 private:
  struct Impl;
  explicit Association(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace osrtp::dtls
