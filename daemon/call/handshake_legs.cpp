#include <string.h>  // explicit_bzero

#include <array>
#include <utility>

#include "base/base64.hpp"
#include "call/legs.hpp"
#include "negotiate/association.hpp"

// Legs whose keys come by DTLS and whose path comes by ICE. The other legs are in legs.cpp.
namespace osrtp::call {
namespace {

using protocol::SecurityState;
using transport::Keying;

/// RFC 8445 §5.1.2.1: a host candidate of the only address, RTP's component; RTCP's is one less.
constexpr std::uint32_t kHostPriority = (126U << 24U) | (65535U << 8U) | 255U;

std::string_view text_of(ByteView octets) noexcept {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

/// RFC 8842 §4: at least 120 bits of randomness, 20 to 255 characters, of which base64 has none that is not allowed.
std::string fresh_tls_id(const Entropy& entropy) {
  std::array<std::uint8_t, 24> octets{};
  entropy(octets);
  return encode_base64(octets);
}

ice::Credentials fresh_credentials(const Entropy& entropy) {
  std::array<std::uint8_t, ice::kCredentialEntropy> octets{};
  entropy(octets);
  auto credentials = ice::make_credentials(octets);
  explicit_bzero(octets.data(), octets.size());
  return credentials;
}

constexpr negotiate::DtlsRole role_in_sdp(dtls::Role role) noexcept {
  return role == dtls::Role::kActive ? negotiate::DtlsRole::kActive : negotiate::DtlsRole::kPassive;
}
constexpr dtls::Role role_on_wire(negotiate::DtlsRole role) noexcept {
  return role == negotiate::DtlsRole::kActive ? dtls::Role::kActive : dtls::Role::kPassive;
}

/// Whether what the peer now says is about the association that runs (DTLS-9).
Keying::Association association_of(const LegMedia& media, const SaidDtls& said, dtls::Role role,
                                   const std::optional<Endpoint>& address) {
  const DtlsLeg& dtls = *media.dtls;
  // What a ClientHello may have begun before the answer is this association.
  if (!dtls.agreed) return Keying::Association::kKeep;
  const auto tls_id = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  const auto at = [&](const std::optional<Endpoint>& sdp) { return media.ice ? std::nullopt : sdp; };
  const AgreedDtls& agreed = *dtls.agreed;
  const negotiate::AssociationFacts ran{tls_id(dtls.own_tls_id), tls_id(agreed.peer_tls_id), agreed.peer,
                                        role_in_sdp(agreed.role), at(agreed.address)};
  const negotiate::AssociationFacts now{tls_id(dtls.own_tls_id), tls_id(said.tls_id), said.fingerprints,
                                        role_in_sdp(role), at(address)};
  const bool keep = negotiate::needs_new_association(ran, now) == negotiate::AssociationFate::kKeep;
  return keep ? Keying::Association::kKeep : Keying::Association::kNew;
}

Keying keying(const LegMedia& media, Keying::Association association, const Settings& settings,
              const Entropy& entropy) {
  Keying keying;
  keying.identity = media.dtls->identity;
  keying.association = association;
  if (media.dtls->agreed) {
    keying.role = media.dtls->agreed->role;
    keying.peer = media.dtls->agreed->peer;
  }
  keying.replay_window = settings.replay_window;
  entropy(keying.cookie_secret);
  entropy(keying.binding);
  return keying;
}

}  // namespace

DtlsLeg& own_dtls(LegMedia& media, const std::shared_ptr<const dtls::Identity>& identity, const Entropy& entropy) {
  if (!media.dtls || media.dtls->spent) media.dtls = DtlsLeg{identity, fresh_tls_id(entropy), {}, false};
  return *media.dtls;
}

negotiate::DtlsLines dtls_lines(const DtlsLeg& dtls, sdp::SetupRole setup) {
  return {dtls.identity->fingerprint(HashFunction::kSha256), setup, dtls.own_tls_id};
}

negotiate::IceLines ice_lines(const LegMedia& media, bool rtcp_separate, const std::optional<IpAddress>& shown) {
  const ice::Credentials& own = media.ice->restart ? *media.ice->restart : media.ice->own;
  negotiate::IceLines lines{own.ufrag, std::string(text_of(own.password.reveal())), {}};
  // As in c=: another address there would be an ice-mismatch (RFC 8839 §3.2.5).
  const auto at = [&](const Endpoint& ours) { return Endpoint{shown.value_or(ours.address), ours.port}; };
  lines.candidates.push_back({1, kHostPriority, at(media.ports->rtp_advertised), sdp::CandidateKind::kHost});
  if (rtcp_separate) {
    lines.candidates.push_back({2, kHostPriority - 1, at(media.ports->rtcp_advertised), sdp::CandidateKind::kHost});
  }
  return lines;
}

SaidDtls said_dtls(const negotiate::Terms& terms, const sdp::Media& media, negotiate::DtlsRole role, Said where) {
  const bool open = !media.setup || media.setup == sdp::SetupRole::kActpass;
  return {where, role_on_wire(role), negotiate::usable_fingerprints(terms, media),
          std::string(media.tls_id.value_or("")), open};
}

std::optional<SaidIce> said_ice(const sdp::Media& media) {
  if (!media.ice) return std::nullopt;
  return SaidIce{std::string(media.ice->ufrag), media.ice->lite};
}

void end_association(LegMedia& media) noexcept {
  if (!media.dtls || !media.dtls->agreed) return;
  media.dtls->agreed.reset();
  media.dtls->spent = true;
}

IceLeg& own_ice(LegMedia& media, const Entropy& entropy) {
  if (!media.ice) media.ice = IceLeg{fresh_credentials(entropy), {}, true, false};
  return *media.ice;
}

void restart_ice(LegMedia& media, const Entropy& entropy) {
  if (!media.ice->restart) media.ice->restart = fresh_credentials(entropy);
}

void hear_ice(LegMedia& media, const std::optional<SaidIce>& said, Said where, const Entropy& entropy) {
  auto offered = media.ice ? std::exchange(media.ice->restart, std::nullopt) : std::nullopt;
  if (!said) {
    if (media.ice) media.ice->spoken = false;
    return;
  }
  IceLeg& ice = own_ice(media, entropy);
  if (offered && where == Said::kInAnswer) ice.own = *std::move(offered);
  ice.spoken = true;
  const bool restarted = !ice.peer_ufrag.empty() && ice.peer_ufrag != said->ufrag;
  if (restarted && where == Said::kInOffer) ice.own = fresh_credentials(entropy);
  ice.peer_ufrag = said->ufrag;
  ice.peer_is_lite = said->lite;
}

transport::LegSetup dtls_leg(LegMedia& media, const Reach& reach, const SaidDtls& said, Stage stage,
                             const Settings& settings, const Entropy& entropy, WallTime now) {
  transport::LegSetup setup = setup_of(media, reach, settings);
  DtlsLeg& dtls = *media.dtls;
  const bool runs = dtls.agreed.has_value();
  const dtls::Role role = said.may_keep && runs ? dtls.agreed->role : said.role;
  const Keying::Association association = association_of(media, said, role, reach.rtp);
  // In our answer; an answer to our offer leaves us none in which to say it.
  if (association == Keying::Association::kNew && said.where == Said::kInOffer) {
    dtls.own_tls_id = fresh_tls_id(entropy);
  }
  // Held, a peer is still where it was.
  const auto address = reach.rtp || !runs ? reach.rtp : dtls.agreed->address;
  dtls.agreed = AgreedDtls{role, said.tls_id, said.fingerprints, address};
  // How it stands from now on is for the handshake to say: Call::status().
  become(media, SecurityState::kPending, std::nullopt, std::nullopt, now);
  media.encrypted = true;
  setup.relay.protection = relay::Keep{};
  if (!runs) setup.relay.protection = relay::Blocked{relay::Drop::kNotKeyed};
  setup.keying = keying(media, association, settings, entropy);
  setup.keying->final = stage == Stage::kFinal;
  return setup;
}

transport::LegSetup awaiting_leg(LegMedia& media, const Settings& settings, const Entropy& entropy) {
  transport::LegSetup setup = setup_of(media, {}, settings);
  setup.relay.protection = relay::Blocked{relay::Drop::kNotAnswered};
  if (media.dtls) setup.keying = keying(media, Keying::Association::kKeep, settings, entropy);
  return setup;
}

}  // namespace osrtp::call
