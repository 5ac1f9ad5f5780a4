#pragma once

#include <optional>
#include <ostream>
#include <vector>

#include "relay/stream.hpp"
#include "support/octets.hpp"
#include "support/srtp.hpp"
#include "support/wire_oracle.hpp"

namespace osrtp::relay {
inline void PrintTo(Drop drop, std::ostream* out) { *out << name(drop); }
}  // namespace osrtp::relay

namespace osrtp::testing {

inline Endpoint endpoint(std::string_view text) { return Endpoint::parse(text).value(); }

/// How one phone of a RelayedCall is set up.
struct PhoneSetup {
  std::optional<Suite> suite{};  // nothing: plain
  relay::Mux mux = relay::Mux::kSeparate;
  Family family = Family::kIpv4;
  std::vector<std::uint8_t> mki{};
  std::uint64_t lifetime = srtp::kMaxRtpLifetime;
  std::chrono::milliseconds latch_window{};
};

/// A phone and the leg that faces it.
class RelayedPhone {
 public:
  RelayedPhone(relay::LegIndex leg, PhoneSetup setup);

  /// The leg as first set up: fresh contexts.
  [[nodiscard]] relay::LegSetup leg_setup() const;
  /// The same with another protection.
  template <class Protection>
  [[nodiscard]] relay::LegSetup leg_setup(Protection protection) const {
    relay::LegSetup one = addresses();
    one.protection = std::move(protection);
    return one;
  }
  /// What this phone puts on the wire for a plain packet.
  [[nodiscard]] Octets seal(relay::Component kind, ByteView plain);
  /// Where this phone sends `kind` from and expects it, and the component of ours it goes to.
  [[nodiscard]] Endpoint at(relay::Component kind) const;
  [[nodiscard]] relay::Component port(relay::Component kind) const;
  [[nodiscard]] SocketId socket(relay::Component kind) const;
  [[nodiscard]] srtp::Key own_key() const;    // what the phone sends with
  [[nodiscard]] srtp::Key relay_key() const;  // what the relay sends to it with

  relay::LegIndex leg;
  PhoneSetup setup;
  std::optional<srtp::Context> out;
  std::optional<WireOracle> oracle;  // sees all that leaves towards this phone

 private:
  [[nodiscard]] relay::LegSetup addresses() const;
};

/// What left the relay.
struct Sent {
  SocketId socket;
  Endpoint to;
  Octets wire;
  Octets plain;  // as the phone there reads it
};

/// Two phones (and more, by add()) and the stream between them, on a clock that
/// stands until told otherwise. Every packet that leaves towards a phone with keys goes
/// past its oracle, which fails the test if the packet is not protected or repeats
/// keystream.
class RelayedCall {
 public:
  explicit RelayedCall(PhoneSetup caller_setup = {}, PhoneSetup callee_setup = {});
  RelayedCall(const RelayedCall&) = delete;
  RelayedCall& operator=(const RelayedCall&) = delete;
  ~RelayedCall() = default;

  /// Another branch, not connected. `phone` must outlive the call.
  void add(RelayedPhone& phone);

  /// A plain packet of `phone`, which it protects and sends from its own address.
  Result<Sent, relay::Drop> says(RelayedPhone& phone, relay::Component kind, ByteView plain);
  Result<Sent, relay::Drop> says_rtp(RelayedPhone& phone, std::uint16_t sequence) {
    return says(phone, relay::Component::kRtp, rtp_packet(sequence, ssrc_of(phone)));
  }
  /// Octets as they are, from anywhere.
  Result<Sent, relay::Drop> feed(const RelayedPhone& leg_of, relay::Component port, const Endpoint& from,
                                 ByteView wire);

  [[nodiscard]] relay::LegCounters counters(const RelayedPhone& phone) const { return stream.counters(phone.leg); }
  [[nodiscard]] std::uint64_t dropped(const RelayedPhone& phone, relay::Drop why) const {
    return counters(phone).dropped[static_cast<std::size_t>(why)];
  }
  /// received + dropped.
  [[nodiscard]] std::uint64_t accounted(const RelayedPhone& phone) const;
  [[nodiscard]] static std::uint32_t ssrc_of(const RelayedPhone& phone) { return 0x1000U + phone.leg; }

  TimePoint now{std::chrono::hours(1)};
  RelayedPhone caller;
  RelayedPhone callee;
  relay::Stream stream;

 private:
  Sent inspect(const Forward& forward);
  std::vector<RelayedPhone*> phones_;
};

}  // namespace osrtp::testing
