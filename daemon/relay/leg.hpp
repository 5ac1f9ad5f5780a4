#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "relay/live_counters.hpp"
#include "relay/loss.hpp"
#include "relay/renumbering.hpp"
#include "relay/stream.hpp"

namespace osrtp::relay {

/// One way between us and a peer: our socket, and where the peer's end of it is.
class Path {
 public:
  Path(SocketId ours, std::optional<Endpoint> theirs, const LegSetup& setup, TimePoint now) noexcept;

  /// A hold keeps what the latch knows, for the peer may go on sending and will come back. So does a nomination.
  void change(SocketId ours, const std::optional<Endpoint>& theirs, const LegSetup& setup, TimePoint now) noexcept;
  void select(const Endpoint& peer, TimePoint now) noexcept;
  void deselect() noexcept;
  /// Whether a packet from `source` is the peer's; see Latch.
  [[nodiscard]] bool accept(const Endpoint& source, Proof proof, TimePoint now) noexcept;
  /// The leg's RTP has been followed from one host to another. Who was on the first is looked for on the second, at the
  /// same port, until it is heard: a NAT may have given it another, but where it was it is no longer.
  void go_along(const IpAddress& from, const IpAddress& to) noexcept;
  /// Where the peer is, held or not; nothing: not known.
  [[nodiscard]] const std::optional<Endpoint>& peer() const noexcept { return latch_.current(); }
  /// Where to send; nothing while the peer wants nothing, or nothing is nominated.
  [[nodiscard]] std::optional<Endpoint> target() const noexcept { return held_ ? std::nullopt : latch_.current(); }
  [[nodiscard]] SocketId socket() const noexcept { return socket_; }
  /// Whether `source` is where the peer is, by signalling or as learnt.
  [[nodiscard]] bool knows(const Endpoint& source) const noexcept {
    return source == latch_.current() || source == latch_.signalled();
  }

 private:
  SocketId socket_;
  Latch latch_;
  Follow follow_;
  bool held_;
};

/// What the other leg leaves us to do with a packet.
enum class Passage : std::uint8_t {
  kRead,    // RTP and RTCP only, whole
  kCopied,  // both legs are plain: what the phones agreed on between themselves (ZRTP,
            // and the SRTCP it leads to) passes as it is
};

/// One side of a stream.
class Leg {
 public:
  Leg(LegIndex index, LegSetup&& setup, TimePoint now);

  void change(LegSetup&& setup, TimePoint now);
  void secure(Secured keys, TimePoint now);
  void secure_rtcp(Contexts keys);
  void share_keys(RtcpKeys with);
  void block(Drop why);
  void select(Component component, const Endpoint& peer, TimePoint now);
  void deselect(Component component) noexcept;

  /// Shape, authenticity and replay, source; nothing changes before the last has passed,
  /// but for the replay window, whose matter is settled with the tag. Leaves the plain
  /// packet in front of the datagram's buffer.
  [[nodiscard]] Result<Passing, Drop> receive(Component component, Datagram datagram, Passage passage,
                                              TimePoint now) noexcept;
  /// Protects what is in front of `buffer` as this leg demands, and addresses it.
  [[nodiscard]] Result<Forward, Drop> send(Passing passing, ByteSpan buffer) noexcept;

  void count_relayed(Component kind, std::size_t octets) noexcept;
  void count(Drop drop) noexcept { counters_->dropped[static_cast<std::size_t>(drop)].add(); }
  [[nodiscard]] LegCounters counters() const;
  [[nodiscard]] Sources sources() const noexcept;
  /// Whether a packet has changed the sources since the last time.
  [[nodiscard]] bool take_moved() noexcept { return std::exchange(moved_, false); }

  [[nodiscard]] LegIndex index() const noexcept { return index_; }
  [[nodiscard]] bool is_plain() const noexcept { return std::holds_alternative<Plain>(protection_); }
  [[nodiscard]] bool is_blocked() const noexcept { return std::holds_alternative<Blocked>(protection_); }
  [[nodiscard]] bool is_opaque() const noexcept { return std::holds_alternative<Opaque>(protection_); }
  [[nodiscard]] bool is_secured() const noexcept { return std::holds_alternative<Secured>(protection_); }
  [[nodiscard]] SocketId socket() const noexcept { return rtp_.socket(); }
  /// Whether packets that came in on `component` from `source` could be its peer's, by their source alone.
  [[nodiscard]] bool knows(Component component, const Endpoint& source) const noexcept {
    return (component == Component::kRtp ? rtp_ : rtcp_).knows(source);
  }
  [[nodiscard]] std::optional<TimePoint> last_received() const noexcept { return counters_->last_received(); }

 private:
  /// The key that a Rekey replaced, until the first packet under the new one.
  struct Retiring {
    srtp::Context in;
    std::uint32_t ssrc_mask;  // what its peer knows our streams by
    TimePoint until;
  };

  void protect_by(LegSetup& setup, TimePoint now);
  void rekey(const Rekey& rekey, TimePoint now);
  void replace(Replace& next, TimePoint now);
  /// @return whether the inbound context is one under the new key now, and the older one retires
  [[nodiscard]] bool renew(Secured& keys, const Rekey& next, TimePoint now);
  void suspend(Drop why);
  /// Those that run, or that are put aside; nothing: none.
  [[nodiscard]] Secured* keys() noexcept;
  void resume();
  [[nodiscard]] Result<Passing, Drop> open(Component component, ByteSpan packet, Passage passage,
                                           TimePoint now) noexcept;
  [[nodiscard]] Result<Passing, Drop> open_opaque(Component component, ByteView packet) const noexcept;
  [[nodiscard]] bool accept(Component kind, const Endpoint& source, Proof proof, TimePoint now) noexcept;
  [[nodiscard]] Result<Passing, Drop> open_plain(Component component, ByteView packet, Passage passage) const noexcept;
  [[nodiscard]] Result<Passing, Drop> open_secured(Secured& keys, Component component, ByteSpan packet,
                                                   TimePoint now) noexcept;
  [[nodiscard]] Result<Component, Drop> kind_of(ByteView packet, Component component) const noexcept;
  [[nodiscard]] Result<ByteView, Drop> seal(Secured& keys, Passing passing, ByteSpan buffer) noexcept;
  [[nodiscard]] Result<ByteView, Drop> seal_rtp(Secured& keys, ByteSpan buffer, std::size_t size) noexcept;
  [[nodiscard]] Result<std::size_t, Drop> wanted_size(Passing passing, ByteSpan buffer) const noexcept;
  [[nodiscard]] Path& path(Component kind) noexcept;

  LegIndex index_;
  Mux mux_;
  Feedback feedback_;
  Path rtp_;
  Path rtcp_;
  Protection protection_ = Blocked{Drop::kNotAnswered};
  std::optional<Secured> suspended_;  // only while Blocked
  std::optional<Retiring> retiring_;
  Loss loss_;
  std::optional<Ssrc> heard_;             // the peer's newest RTP; see open_opaque()
  Renumbering numbers_{srtp::kMaxSsrcs};  // of what goes out under the key of a Secured
  std::shared_ptr<LiveCounters> counters_;
  bool moved_ = false;
};

}  // namespace osrtp::relay
