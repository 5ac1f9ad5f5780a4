#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/strong.hpp"
#include "base/suite.hpp"

namespace osrtp::srtp {

/// Packets that one master key may protect (RFC 3711 §9.2).
inline constexpr std::uint64_t kMaxRtpLifetime = std::uint64_t{1} << 48U;
inline constexpr std::uint64_t kMaxRtcpLifetime = std::uint64_t{1} << 31U;
/// The longest master key identifier (RFC 4568 §6.1), in octets.
inline constexpr std::size_t kMaxMkiSize = 128;
/// RFC 3711 §3.3.2 asks for 64 packets at least.
inline constexpr std::uint32_t kMinReplayWindow = 64;
inline constexpr std::uint32_t kDefaultReplayWindow = 128;
inline constexpr std::uint32_t kMaxReplayWindow = 4096;
/// SSRCs that one context serves; none is forgotten while the key lives, since a
/// forgotten one would start its index, and with it its keystream, again.
inline constexpr std::size_t kMaxSsrcs = 64;

/// One master key of one sender.
struct Key {
  Suite suite;
  Secret master;  // master key || master salt; facts(suite).master_size() octets
  /// The identifier as it goes on the wire behind every packet, big-endian in the
  /// negotiated length (RFC 4568 §6.1). Empty: none on the wire.
  std::vector<std::uint8_t> mki{};
  /// RTP and RTCP packets (each) before the key expires; RTCP never exceeds kMaxRtcpLifetime.
  std::uint64_t lifetime = kMaxRtpLifetime;

  [[nodiscard]] Key clone() const { return {suite, master.clone(), mki, lifetime}; }
};

enum class Error : std::uint8_t {
  kBadKey,          // wrong size, or MKI, lifetime or window out of range
  kTooShort,        // cannot hold the header, the tag and the MKI
  kMalformed,       // not RTP or RTCP, or RTCP that says it is not encrypted
  kAuthentication,  // wrong tag, or the MKI of another key
  kReplay,          // index seen already or too old to tell
  kKeyExpired,      // the key's lifetime is used up
  kTooManySsrcs,
  kBufferTooSmall,  // no room for tag and MKI behind the packet
  kInternal,
};

enum class Direction : std::uint8_t { kInbound, kOutbound };

/// How far one SSRC's stream has come: 2^16 * ROC + the highest sequence number.
struct Progress {
  Ssrc ssrc;
  std::uint64_t index = 0;
};

/// Installs the ciphers and runs every self-test on them. Once per process, before
/// any context. @return what failed, for people; nothing may be keyed then.
[[nodiscard]] Result<Done, std::string> initialize();

/// Protects or unprotects what one sender sends under one master key, RTP and RTCP.
/// Move-only; not thread-safe: it belongs to the loop that owns the flow.
///
/// Whatever call fails leaves rollover counters, replay windows, the SSRC table and
/// the octets of the packet as they were (RFC 3711 §3.3): nothing unauthenticated
/// changes anything but the count of failures that Resync keeps. No call on packets allocates but for the first of an
/// SSRC, and the first of RTP and of RTCP: OpenSSL's part of a key is made when something is to be enciphered with it
/// (by GCM, a forgery may be). Without it a context takes 1 KB of heap; with RTP's 2 (GCM 2.4), with RTCP's too 2.7
/// (3.6), and 0.3 for each further SSRC.
class Context {
 public:
  /// @param replay_window packets; kMinReplayWindow to kMaxReplayWindow
  /// @param resumed SSRCs that go on from an older key at the same address: outbound
  ///   they keep their rollover counter; inbound the first packet may continue it or
  ///   start at zero, whichever authenticates (RFC 3711 §3.3.1 and RFC 4568 §6.4 differ).
  [[nodiscard]] static Result<Context, Error> create(Direction direction, const Key& key,
                                                     std::uint32_t replay_window = kDefaultReplayWindow,
                                                     std::span<const Progress> resumed = {});
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  /// Encrypts the first `size` octets of `buffer` in place. The buffer must reach
  /// trailer_size() beyond them. An index that was used already is refused with
  /// kReplay, be the octets the same or not: no keystream is ever used twice.
  /// @return the protected packet, inside `buffer`.
  [[nodiscard]] Result<ByteSpan, Error> protect_rtp(ByteSpan buffer, std::size_t size) noexcept;
  /// The same for RTCP, which is always encrypted and authenticated.
  [[nodiscard]] Result<ByteSpan, Error> protect_rtcp(ByteSpan buffer, std::size_t size) noexcept;

  /// Authenticates, then decrypts in place. @return the plain packet, inside `packet`. A sender that has turned its
  /// rollover counter unheard (a hold, an outage) is found again after some packets; see Resync.
  [[nodiscard]] Result<ByteSpan, Error> unprotect_rtp(ByteSpan packet) noexcept;
  [[nodiscard]] Result<ByteSpan, Error> unprotect_rtcp(ByteSpan packet) noexcept;

  /// Octets that protection adds at most: tag, MKI, SRTCP's index. At most kTailRoom.
  [[nodiscard]] std::size_t trailer_size() const noexcept;
  /// Every SSRC that has sent an authenticated RTP packet (inbound) or a protected one
  /// (outbound), and those of `resumed` that are silent yet: for the next key's `resumed`.
  [[nodiscard]] std::vector<Progress> progress() const;
  [[nodiscard]] Suite suite() const noexcept;

 private:
  struct State;
  explicit Context(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace osrtp::srtp
