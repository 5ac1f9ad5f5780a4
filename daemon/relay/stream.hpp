#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/datagram.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "relay/counters.hpp"
#include "relay/latch.hpp"
#include "relay/live_counters.hpp"
#include "srtp/context.hpp"

namespace osrtp::relay {

enum class Component : std::uint8_t { kRtp, kRtcp };
enum class Mux : std::uint8_t { kSeparate, kMuxed };

/// Which leg of a stream: 0 is the caller's, 1 and up are the callee's branches.
using LegIndex = std::uint8_t;
inline constexpr LegIndex kCallerLeg = 0;
inline constexpr LegIndex kMaxLegs = 33;

/// Nothing passes: not answered yet, refused or failed. `why` is counted per packet.
struct Blocked {
  Drop why;
};
struct Plain {};
/// Both directions under the keys of one DTLS association, or of one exchange of a=crypto lines.
struct Contexts {
  srtp::Context in;
  srtp::Context out;
};
/// RTCP has keys of its own, from an association of its own (RFC 5764 §3). Nothing: not yet, and no RTCP passes.
struct RtcpApart {
  std::optional<Contexts> keys;
};
enum class RtcpKeys : std::uint8_t { kShared, kApart };
/// Both directions of one leg under SRTP.
struct Secured {
  srtp::Context in;
  srtp::Context out;
  std::optional<RtcpApart> rtcp{};  // nothing: RTCP shares the keys above
  /// Our key may have protected packets of the same SSRCs in another context, for another fork: the peer is shown
  /// other SSRCs, each XORed with this (rtp/ssrc_mask.hpp). 0: the SSRCs as they are.
  std::uint32_t ssrc_mask = 0;
};
/// Any UDP payload, unread (UDPTL and other strangers).
struct Opaque {};

/// What runs on a leg. A state, not flags: a leg that is Secured has no way to let
/// something plain in or out.
using Protection = std::variant<Blocked, Plain, Secured, Opaque>;

/// For LegSetup: leave contexts, ROC and replay windows as they are (SDES-16), and take up those that a
/// Suspend put aside. On a new leg there is nothing to keep: nothing passes.
struct Keep {};
/// For LegSetup: nothing passes, but the contexts of a Secured leg are put aside, for the peer may have
/// been told our key once more and the next answer be a good one. Keep and Rekey take them up.
struct Suspend {
  Drop why;
};
/// For LegSetup: the peer has a new key, ours stays. The outbound context goes on, since a second one
/// under the same key would repeat its keystream; the inbound one is new and knows how far the
/// peer's streams had come (SDES-18). Until the first packet under it, and for a few seconds at
/// most, the older key is good too (SDES-20). On a leg that is not Secured: nothing passes.
struct Rekey {
  srtp::Key in;
  std::uint32_t replay_window = srtp::kDefaultReplayWindow;
  std::vector<srtp::Progress> streams{};  // how far the peer itself says that they have come: goes before what we saw
};
/// For LegSetup: both directions have new keys, from zero, as when another phone is behind the leg (RFC 4568 §7.1.4).
/// What the older one still sends is good until the first packet under the new key, for a few seconds at most. Should
/// it be the same phone after all and go on counting, that is understood too, as with Rekey.
struct Replace {
  Rekey in;
  srtp::Context out;            // under a key that has protected nothing yet on this leg, or with a mask
  std::uint32_t ssrc_mask = 0;  // as in Secured
};

/// How a leg learns where its peer is.
enum class Follow : std::uint8_t {
  kSource,      // from what the peer sends; see Latch
  kNomination,  // from ICE alone: nothing is sent before select(), and nothing moves it but that (RFC 8445 §12)
};

/// A packet on its way from one leg to the other, plain.
struct Passing {
  Component kind;
  std::size_t size;  // octets
};

/// Whether the leg's profile has RTCP feedback (RFC 4585). A leg without is spared it.
enum class Feedback : std::uint8_t { kNone, kWanted };

/// Everything the relay must know about one leg, decided elsewhere.
struct LegSetup {
  SocketId rtp_socket;  // ours; what leaves to this peer leaves from here
  SocketId rtcp_socket;
  std::optional<Endpoint> rtp;  // where the peer receives; nothing: it gets nothing (hold)
  std::optional<Endpoint> rtcp;
  Mux mux = Mux::kSeparate;
  std::variant<Keep, Rekey, Replace, Suspend, Blocked, Plain, Secured, Opaque> protection;
  std::chrono::milliseconds latch_window{};  // see Latch; 0: never learn a source
  Follow follow = Follow::kSource;
  Feedback feedback = Feedback::kWanted;
  std::shared_ptr<LiveCounters> counters{};  // of a new leg, where others are to see them; nothing: its own
};

class Leg;
class Tap;

/// How sure it is whom the caller talks to.
enum class Choice : std::uint8_t {
  kEarly,  // phones ring: another fork that has answered takes over by talking once this one is silent or gone
  kFinal,
};
/// A fork's silence, since it last talked or was connected, that lets another one take over (Choice::kEarly).
inline constexpr std::chrono::milliseconds kEarlySilence{1000};

/// One m-line of a call: the caller's leg and the callee's, of which one at a time is
/// connected. Pure: datagram and time in, datagram or reason out. Allocates
/// nothing per packet.
///
/// Legs of forks further down share a port (RFC 3264 §5.1): whose a packet is, authentication tells, the leg of its
/// source address first; where none is the packet's by its key, a plain leg whose signalled or learnt address it comes
/// from. A plain leg learns no source while it shares its port.
class Stream {
 public:
  Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  /// Adds or changes a leg. Each component whose socket and signalled endpoint did not
  /// change keeps what its latch has learnt, through a hold too; a latch that has heard
  /// nobody gets a new window. What was Secured stays so unless `setup` says otherwise.
  void set_leg(LegIndex leg, LegSetup setup, TimePoint now);
  void remove_leg(LegIndex leg);
  /// Whom the caller hears and speaks to. Before the first call, and once that leg is
  /// removed: nobody.
  void connect(LegIndex callee, Choice choice = Choice::kFinal, TimePoint now = {}) noexcept;

  /// A handshake has brought new keys. The older inbound key is good until the first packet under the new one, for
  /// a few seconds at most (DTLS-16).
  void secure(LegIndex leg, Secured keys, TimePoint now);
  /// The leg's rtcp-mux has changed while it is Secured: RTCP now has the keys of RTP, or waits for its own.
  void share_keys(LegIndex leg, RtcpKeys with);
  /// The association of a leg's RTCP has its keys; the leg is Secured with RtcpApart, else nothing happens.
  void secure_rtcp(LegIndex leg, Contexts keys);
  /// Nothing passes any more: key management has failed (OSRTP-18).
  void block(LegIndex leg, Drop why);
  /// It has been proved where a component's peer is: by a nomination, or by the handshake that gave the leg its keys.
  void select(LegIndex leg, Component component, const Endpoint& peer, TimePoint now);

  /// Shape, then authenticity and replay, then source: a packet that fails one of
  /// these changes nothing but a counter of `from`, the leg whose socket received it.
  /// One that passes them all proves that its peer is there, even where it then goes
  /// no further for a reason of the other leg; that too is counted at `from`. An
  /// unmuxed component takes its own kind of packet only, a muxed leg everything on
  /// its RTP component. `from` is any of the legs that share the port.
  /// @return kInternal, counted nowhere, for a leg that is not there.
  [[nodiscard]] Result<Forward, Drop> handle(LegIndex from, Component component, Datagram datagram,
                                             TimePoint now) noexcept;

  /// ICE's consent has run out (RFC 7675): nothing is sent there until the next select().
  void deselect(LegIndex leg, Component component) noexcept;
  /// Whether two legs, or one and itself, have one port.
  [[nodiscard]] bool share_port(LegIndex one, LegIndex other) const noexcept;
  /// For what is sorted out before it gets here.
  void count(LegIndex leg, Drop why) noexcept;
  /// Zero counters for a leg that is not there.
  [[nodiscard]] LegCounters counters(LegIndex leg) const;
  [[nodiscard]] Sources sources(LegIndex leg) const noexcept;
  /// Who looks on from now on; nothing: nobody.
  void set_tap(std::shared_ptr<Tap> tap) noexcept { tap_ = std::move(tap); }
  /// Whether a packet, or consent that has run out, has changed the sources of any leg since the last time.
  [[nodiscard]] bool take_moved() noexcept { return std::exchange(moved_, false); }

 private:
  [[nodiscard]] const Leg* find(LegIndex leg) const noexcept;
  [[nodiscard]] Leg* find(LegIndex leg) noexcept;
  [[nodiscard]] bool shares_port(const Leg& leg) const noexcept;
  [[nodiscard]] Result<Forward, Drop> relay_fork(Leg& any, Component component, Datagram datagram,
                                                 TimePoint now) noexcept;
  [[nodiscard]] Result<Passing, Drop> receive(Leg& from, Component component, Datagram datagram,
                                              TimePoint now) noexcept;
  [[nodiscard]] Result<Forward, Drop> pass_on(Leg& from, Passing passing, Datagram datagram, TimePoint now) noexcept;
  /// Where packets of `from` go.
  [[nodiscard]] Result<Leg*, Drop> opposite(const Leg& from) noexcept;
  void hear_early(const Leg& talker, TimePoint now) noexcept;

  std::vector<Leg> legs_;
  LegIndex connected_ = kCallerLeg;
  Choice choice_ = Choice::kFinal;
  TimePoint connected_at_{};
  bool moved_ = false;
  std::shared_ptr<Tap> tap_;
};

}  // namespace osrtp::relay
