#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/datagram.hpp"
#include "relay/stream.hpp"
#include "transport/leg.hpp"
#include "transport/setup.hpp"

namespace osrtp::transport {

/// One m-line of a call, whole: relay::Stream for its media, and under it the STUN and DTLS of those legs that have
/// any. Carries keys from dtls/ to srtp/, and paths from ice/ to relay/. Pure: what it wants to send or to be woken
/// for it is asked for after each call.
///
/// Of forks that share a port, a STUN request is for the one whose user name and password it has, DTLS for the one
/// whose signalled, validated or proven address it comes from; from anywhere else for the latest that still waits.
class Stream {
 public:
  void set_leg(relay::LegIndex leg, LegSetup setup, TimePoint now);
  void remove_leg(relay::LegIndex leg);
  void connect(relay::LegIndex callee, relay::Choice choice = relay::Choice::kFinal, TimePoint now = {}) noexcept {
    relay_.connect(callee, choice, now);
  }

  /// It was for us: STUN or DTLS. What it made us send is in take_output().
  struct Consumed {};
  /// What became of a datagram. A drop has been counted at its leg.
  using Handled = std::variant<Forward, relay::Drop, Consumed>;
  [[nodiscard]] Handled handle(relay::LegIndex from, relay::Component component, Datagram datagram, TimePoint now);

  /// When handle_timeout() wants to be called; nothing: never.
  [[nodiscard]] std::optional<TimePoint> next_timeout() const noexcept;
  void handle_timeout(TimePoint now);
  [[nodiscard]] std::vector<Sending> take_output() noexcept;

  [[nodiscard]] relay::LegCounters counters(relay::LegIndex leg) const { return relay_.counters(leg); }
  [[nodiscard]] relay::Sources sources(relay::LegIndex leg) const noexcept { return relay_.sources(leg); }
  /// See relay::Stream.
  void set_tap(std::shared_ptr<relay::Tap> tap) noexcept { relay_.set_tap(std::move(tap)); }
  [[nodiscard]] bool take_moved() noexcept { return relay_.take_moved(); }
  [[nodiscard]] Progress progress(relay::LegIndex leg) const;

 private:
  struct Side {
    relay::LegIndex index;
    Leg leg;
    bool rtp_keyed = false;                       // by the association that runs
    std::optional<relay::Contexts> early_rtcp{};  // its association was done before RTP's
    Progress progress = NotByDtls{};
    std::optional<TimePoint> began{};  // the association that is under way, or runs: our first datagram
  };
  [[nodiscard]] Side* find(relay::LegIndex leg) noexcept;
  /// What is no media. Nothing: it may be some.
  [[nodiscard]] std::optional<Handled> handle_under(relay::LegIndex from, relay::Component component, Datagram datagram,
                                                    TimePoint now);
  [[nodiscard]] std::optional<Handled> handle_stun(relay::LegIndex from, relay::Component component, Datagram datagram,
                                                   TimePoint now);
  [[nodiscard]] Side* dtls_side(relay::LegIndex from, relay::Component component, const Endpoint& source) noexcept;
  void begin(Side& side, LegSetup& setup);
  /// Takes up what has come of a call on `side`.
  void settle(Side& side, TimePoint now);
  void take_paths(Side& side, TimePoint now);
  void take_keys(Side& side, TimePoint now);
  void fail(Side& side, dtls::Failure why, TimePoint now);
  [[nodiscard]] relay::Drop drop(relay::LegIndex leg, relay::Drop why);

  relay::Stream relay_;
  std::vector<Side> sides_;  // of legs that have ICE or DTLS
  std::vector<Sending> output_;
};

}  // namespace osrtp::transport
