#pragma once

#include <optional>

#include "base/entropy.hpp"
#include "call/media_plane.hpp"
#include "call/party.hpp"
#include "call/settings.hpp"
#include "sdp/crypto.hpp"

/// From keys and endpoints to what the relay runs.
namespace osrtp::call {

/// The master key that we send under with `suite` on this leg; made on first use.
[[nodiscard]] const Secret& own_key(LegMedia& media, Suite suite, const Entropy& entropy);

/// A crypto line of ours, with our key. `spelling`: the suite's name as the peer writes it, or empty.
[[nodiscard]] sdp::CryptoAttribute own_line(LegMedia& media, std::uint32_t tag, Suite suite,
                                            const std::string& spelling, const Entropy& entropy);

/// Where the peer of a leg receives.
struct Reach {
  std::optional<Endpoint> rtp;
  std::optional<Endpoint> rtcp;
  relay::Mux mux = relay::Mux::kSeparate;
};

/// Sets the leg's protection from `outcome` and its status to match; keys that already run stay as they are.
/// @param peer the crypto line whose key the peer sends under; where SDES was settled
struct SdesKeys {
  const sdp::CryptoAttribute* peer;
  Suite suite;
};
[[nodiscard]] relay::LegSetup sdes_leg(LegMedia& media, const Reach& reach, const SdesKeys& keys,
                                       const Settings& settings, const Entropy& entropy, WallTime now);
[[nodiscard]] relay::LegSetup plain_leg(LegMedia& media, const Reach& reach, protocol::Reason reason,
                                        const Settings& settings, WallTime now);
[[nodiscard]] relay::LegSetup opaque_leg(LegMedia& media, const Reach& reach, const Settings& settings, WallTime now);
[[nodiscard]] relay::LegSetup blocked_leg(LegMedia& media, const Reach& reach, relay::Drop why);
/// Also marks the leg as failed, for `reason`. Keys that ran are suspended: a good answer to the same offer, or
/// to a later one, goes on under our key where it stopped.
[[nodiscard]] relay::LegSetup failed_leg(LegMedia& media, protocol::Reason reason, WallTime now);

/// Changes the status and, only if it is another one, its `since`.
void become(LegMedia& media, protocol::SecurityState state, std::optional<Suite> suite,
            std::optional<protocol::Reason> reason, WallTime now);

}  // namespace osrtp::call
