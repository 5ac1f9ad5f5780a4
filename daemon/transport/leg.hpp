#pragma once

#include <array>
#include <optional>
#include <vector>

#include "dtls/handshakes.hpp"
#include "ice/lite_agent.hpp"
#include "transport/setup.hpp"

namespace osrtp::transport {

/// Where a leg stands: our socket and the peer's signalled address for each component.
struct Place {
  std::array<SocketId, 2> sockets;
  std::array<std::optional<Endpoint>, 2> signalled;
  relay::Mux mux;
};

/// ICE and DTLS of one leg, a component at a time. Tells nothing by itself: after every call its owner collects what
/// has come of it.
class Leg {
 public:
  void change(const Place& place, std::optional<Connectivity> connectivity, const std::optional<Keying>& keying,
              TimePoint now);
  /// Its DTLS stands still until change(): nothing is taken, sent or timed out, and what had come of it is kept.
  void suspend(const Place& place, std::optional<Connectivity> connectivity);

  [[nodiscard]] bool has_ice() const noexcept { return agent_.has_value(); }
  [[nodiscard]] bool has_dtls() const noexcept { return !suspended_ && components_[0].handshakes.has_value(); }

  /// Whether a component's peer is at `source`: by its SDP, by ICE or by a handshake that it has won.
  [[nodiscard]] bool knows(relay::Component component, const Endpoint& source) const noexcept;
  /// Whether the handshake of a component is still to be won.
  [[nodiscard]] bool waits(relay::Component component) const noexcept;

  /// One STUN message from a component's socket. @return false: not by the peer, or not STUN
  [[nodiscard]] bool handle_stun(relay::Component component, const Endpoint& from, ByteView datagram, TimePoint now);
  /// One DTLS datagram. @return false: no handshake is expected there
  [[nodiscard]] bool handle_dtls(relay::Component component, const Endpoint& from, ByteView datagram, TimePoint now);

  [[nodiscard]] std::optional<TimePoint> next_timeout() const noexcept;
  void handle_timeout(TimePoint now);

  /// Each of these once.
  /// Its peer has not asked to be sent to for too long (RFC 7675).
  [[nodiscard]] bool take_lost_consent(relay::Component component) noexcept;
  [[nodiscard]] std::vector<Sending> take_output();
  /// Where the peer of a component has turned out to be: nominated, or by whom a handshake was won.
  [[nodiscard]] std::optional<Endpoint> take_peer(relay::Component component);
  [[nodiscard]] std::optional<dtls::Keys> take_keys(relay::Component component);
  /// Key management has failed for the whole leg (RFC 8643 §3.3).
  [[nodiscard]] std::optional<dtls::Failure> failure() const;
  [[nodiscard]] std::uint32_t replay_window() const noexcept { return replay_window_; }
  [[nodiscard]] bool is_muxed() const noexcept { return mux_ == relay::Mux::kMuxed; }

 private:
  struct ComponentState {
    SocketId socket{0};
    std::optional<Endpoint> signalled;
    std::optional<Endpoint> peer_found;  // not taken yet
    std::optional<dtls::Handshakes> handshakes;
    bool won = false;           // its handshake's end has been told
    bool consents = false;      // with ICE: the selected address may be sent to
    bool lost_consent = false;  // not taken yet
  };
  /// How often consent is looked at.
  static constexpr std::chrono::seconds kConsentInterval{5};

  [[nodiscard]] ComponentState& at(relay::Component component) noexcept;
  void set_place(const Place& place);
  void change_ice(std::optional<Connectivity> connectivity);
  void change_dtls(const std::optional<Keying>& keying, TimePoint now);
  void start(ComponentState& component, const Keying& keying);
  void go_on(std::size_t n, const Keying& keying, TimePoint now);
  void open_path(ComponentState& component, const Keying& keying);
  [[nodiscard]] std::optional<Endpoint> target(std::size_t n) const;
  [[nodiscard]] dtls::Source source(std::size_t n, const Endpoint& from) const;
  void see_winner(ComponentState& component);
  void see_consent(std::size_t n, TimePoint now);
  void limit(ComponentState& component, TimePoint now);

  std::optional<ice::LiteAgent> agent_;
  std::array<ComponentState, 2> components_;
  std::optional<dtls::Role> role_;
  bool final_ = false;
  bool suspended_ = false;
  std::optional<TimePoint> consent_check_;  // while a path is selected
  relay::Mux mux_ = relay::Mux::kSeparate;
  std::uint32_t replay_window_ = srtp::kDefaultReplayWindow;
  std::vector<Sending> output_;
};

}  // namespace osrtp::transport
