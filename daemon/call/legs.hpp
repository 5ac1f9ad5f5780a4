#pragma once

#include <optional>

#include "base/entropy.hpp"
#include "call/media_plane.hpp"
#include "call/party.hpp"
#include "call/settings.hpp"
#include "negotiate/render.hpp"
#include "negotiate/repeat.hpp"
#include "sdp/crypto.hpp"

/// From keys and endpoints to what the relay runs.
namespace osrtp::call {

/// The master key that we send under with `suite` on this leg; made on first use.
[[nodiscard]] const Secret& own_key(LegMedia& media, Suite suite, const Entropy& entropy);

/// A crypto line of ours, with our key. `spelling`: the suite's name as the peer writes it, or empty.
[[nodiscard]] sdp::CryptoAttribute own_line(LegMedia& media, std::uint32_t tag, Suite suite,
                                            const std::string& spelling, const Entropy& entropy);

/// How the leg is encrypted; nothing: it is not, or failed.
[[nodiscard]] std::optional<negotiate::Running> running(const LegMedia& media);

/// The DTLS of the leg, made on first use: the daemon's identity of now, and a fresh tls-id.
DtlsLeg& own_dtls(LegMedia& media, const std::shared_ptr<const dtls::Identity>& identity, const Entropy& entropy);
/// Its lines in an SDP of ours.
[[nodiscard]] negotiate::DtlsLines dtls_lines(const DtlsLeg& dtls, sdp::SetupRole setup);
/// @param rtcp_separate RTCP has a component of its own (RFC 8445 §5.1.1)
/// @param shown the address for phones, where it is not the ports' own (NG `media-address`)
[[nodiscard]] negotiate::IceLines ice_lines(const LegMedia& media, bool rtcp_separate,
                                            const std::optional<IpAddress>& shown);
/// What the peer's SDP says; its m-line has fingerprints.
[[nodiscard]] SaidDtls said_dtls(const negotiate::Terms& terms, const sdp::Media& media, negotiate::DtlsRole role,
                                 Said where);
[[nodiscard]] std::optional<SaidIce> said_ice(const sdp::Media& media);
/// The ICE of the leg, made on first use.
IceLeg& own_ice(LegMedia& media, const Entropy& entropy);
/// Our next offer is a restart; own_ice() has been there.
void restart_ice(LegMedia& media, const Entropy& entropy);
/// Takes note of the ICE in the peer's SDP; nothing: it has none, and so have we. Credentials of the peer that are
/// new in an offer of its own are a restart, which ours follow (RFC 8839 §4.4.1.1.1).
void hear_ice(LegMedia& media, const std::optional<SaidIce>& said, Said where, const Entropy& entropy);

/// Where the peer of a leg receives.
struct Reach {
  std::optional<Endpoint> rtp;
  std::optional<Endpoint> rtcp;
  relay::Mux mux = relay::Mux::kSeparate;
};

/// The leg as far as ports and path go; its protection is for the caller to set.
[[nodiscard]] transport::LegSetup setup_of(const LegMedia& media, const Reach& reach, const Settings& settings);

/// Sets the leg's protection from `outcome` and its status to match; keys that already run stay as they are.
/// A new key of the peer's replaces its older one; where it has another address too, there is another
/// phone (RFC 4568 §7.1.4): our answer has another key of ours, while to its own answer, for which our key has gone
/// out, other SSRCs keep the keystreams apart.
/// @param peer the crypto line whose key the peer sends under; where SDES was settled
struct SdesKeys {
  const sdp::CryptoAttribute* peer;
  Suite suite;
  Said where;
};
[[nodiscard]] transport::LegSetup sdes_leg(LegMedia& media, const Reach& reach, const SdesKeys& keys,
                                           const Settings& settings, const Entropy& entropy, WallTime now);
[[nodiscard]] transport::LegSetup plain_leg(LegMedia& media, const Reach& reach, protocol::Reason reason,
                                            const Settings& settings, WallTime now);
[[nodiscard]] transport::LegSetup opaque_leg(LegMedia& media, const Reach& reach, const Settings& settings,
                                             WallTime now);
/// Keys by DTLS. The association that runs goes on where `said` says no other; where it does, another one starts, and
/// our answer has another tls-id. Our offer has had its last word on that. The leg has been through own_dtls().
[[nodiscard]] transport::LegSetup dtls_leg(LegMedia& media, const Reach& reach, const SaidDtls& said, Stage stage,
                                           const Settings& settings, const Entropy& entropy, WallTime now);
/// The association that ran is over: should there be DTLS again, it is another one.
void end_association(LegMedia& media) noexcept;
/// We have offered DTLS or ICE on a leg that is not answered yet: a ClientHello or a check that overtakes the answer
/// is taken (RFC 8842 §5.2), media is not.
[[nodiscard]] transport::LegSetup awaiting_leg(LegMedia& media, const Settings& settings, const Entropy& entropy);
[[nodiscard]] transport::LegSetup blocked_leg(LegMedia& media, const Reach& reach, relay::Drop why);
/// Also marks the leg as failed, for `reason`. Keys that ran, and the association that made them or was about to, are
/// suspended: a good answer to the same offer, or to a later one, goes on where they stopped.
[[nodiscard]] transport::LegSetup failed_leg(LegMedia& media, protocol::Reason reason, WallTime now);

/// Changes the status and, only if it is another one, its `since`.
void become(LegMedia& media, protocol::SecurityState state, std::optional<Suite> suite,
            std::optional<protocol::Reason> reason, WallTime now);

}  // namespace osrtp::call
