#include "call/legs.hpp"

#include <string.h>  // explicit_bzero

#include <algorithm>
#include <array>
#include <utility>

namespace osrtp::call {
namespace {

using protocol::SecurityState;

srtp::Key inbound_key(Suite suite, const sdp::InlineKey& key) {
  return {suite, key.key_salt.clone(), key.mki, key.lifetime.value_or(srtp::kMaxRtpLifetime)};
}

/// A hint from the sender may widen the window, within reason (RFC 4568 §6.3.6).
std::uint32_t window(const sdp::CryptoAttribute& peer, const Settings& settings) {
  const std::uint32_t wanted = std::max(settings.replay_window, peer.window_size_hint.value_or(0));
  return std::min(wanted, srtp::kMaxReplayWindow);
}

/// Of a=srtpctx: the peer goes on counting where another key, or another relay, left off.
std::vector<srtp::Progress> told_progress(const sdp::CryptoAttribute& peer) {
  std::vector<srtp::Progress> all;
  for (const sdp::StreamPosition& stream : peer.streams) all.push_back({stream.ssrc, stream.index});
  return all;
}

/// Under one key both directions would share a keystream wherever two SSRCs meet (SDES-6, SDES-9).
bool is_ours(const LegMedia& media, const Secret& peer) {
  return std::any_of(media.own_keys.begin(), media.own_keys.end(),
                     [&](const auto& own) { return own.second.key.equals(peer); });
}

/// A key that has protected packets is never taken up again by a context that starts at zero.
void retire_own_key(LegMedia& media) {
  if (media.installed) media.own_keys.erase(media.installed->suite);
  media.installed.reset();
}

std::uint32_t fresh_mask(const Entropy& entropy) {
  std::array<std::uint8_t, sizeof(std::uint32_t)> octets{};
  entropy(octets);
  return std::max(std::uint32_t{1}, *ByteReader(octets).read<std::uint32_t>());
}

enum class Change : std::uint8_t { kNone, kPeerKey, kAll };

/// Where the peer is told apart from where it was; where ICE finds it, its SDP's address says nothing.
bool has_moved(const LegMedia& media, const std::optional<Endpoint>& address) {
  const auto& before = media.installed->address;
  return !media.ice && address && before && *address != *before;
}

Change change(const LegMedia& media, const SdesKeys& keys, const Reach& reach) {
  const sdp::InlineKey& peer = keys.peer->keys.front();
  if (!media.installed || media.installed->suite != keys.suite) return Change::kAll;
  const bool same = media.installed->peer.equals(peer.key_salt) && media.installed->peer_mki == peer.mki;
  if (same) return Change::kNone;
  return has_moved(media, reach.rtp) ? Change::kAll : Change::kPeerKey;
}

relay::Rekey rekey(const SdesKeys& keys, const Settings& settings) {
  return {inbound_key(keys.suite, keys.peer->keys.front()), window(*keys.peer, settings), told_progress(*keys.peer)};
}

/// Both directions anew, under a key of ours that this leg has not used, or with a mask. Nothing: the keys do not fit
/// their suite.
using Fresh = std::variant<relay::Replace, relay::Secured>;
std::optional<Fresh> fresh_contexts(LegMedia& media, const SdesKeys& keys, const Settings& settings,
                                    const Entropy& entropy) {
  const bool ran = media.installed.has_value();
  // An answer is to the key that our offer named.
  if (ran && (keys.where == Said::kInOffer || media.installed->suite != keys.suite)) retire_own_key(media);
  relay::Rekey peer = rekey(keys, settings);
  auto in = srtp::Context::create(srtp::Direction::kInbound, peer.in, peer.replay_window, peer.streams);
  const srtp::Key own{keys.suite, own_key(media, keys.suite, entropy).clone()};
  const bool used = std::exchange(media.own_keys.at(keys.suite).used, true);
  auto out = srtp::Context::create(srtp::Direction::kOutbound, own, settings.replay_window);
  if (!in || !out) return std::nullopt;
  const std::uint32_t mask = used ? fresh_mask(entropy) : 0;
  if (!ran) return Fresh(relay::Secured{*std::move(in), *std::move(out), {}, mask});
  return Fresh(relay::Replace{std::move(peer), *std::move(out), mask});
}

}  // namespace

transport::LegSetup setup_of(const LegMedia& media, const Reach& reach, const Settings& settings) {
  transport::LegSetup setup{};
  setup.relay.rtp_socket = media.ports->rtp;
  setup.relay.rtcp_socket = media.ports->rtcp;
  setup.relay.rtp = reach.rtp;
  setup.relay.rtcp = reach.mux == relay::Mux::kMuxed ? reach.rtp : reach.rtcp;
  setup.relay.mux = reach.mux;
  setup.relay.latch_window = settings.latch_window;
  const bool feedback = protocol::has_feedback(protocol::profile_named(media.protocol));
  setup.relay.feedback = feedback ? relay::Feedback::kWanted : relay::Feedback::kNone;
  if (media.ice && media.ice->spoken && !media.ice->peer_is_lite) {
    setup.relay.follow = relay::Follow::kNomination;
    setup.connectivity = transport::Connectivity{
        ice::Credentials{media.ice->own.ufrag, media.ice->own.password.clone()}, media.ice->peer_ufrag};
  }
  return setup;
}

const Secret& own_key(LegMedia& media, Suite suite, const Entropy& entropy) {
  const auto known = media.own_keys.find(suite);
  if (known != media.own_keys.end()) return known->second.key;
  std::array<std::uint8_t, Secret::kCapacity> octets{};
  const ByteSpan fresh = ByteSpan(octets).first(facts(suite).master_size());
  entropy(fresh);
  Secret secret = *Secret::from(fresh);
  explicit_bzero(octets.data(), octets.size());
  return media.own_keys.emplace(suite, OwnKey{std::move(secret)}).first->second.key;
}

sdp::CryptoAttribute own_line(LegMedia& media, std::uint32_t tag, Suite suite, const std::string& spelling,
                              const Entropy& entropy) {
  sdp::CryptoAttribute line;
  line.tag = tag;
  line.suite = suite;
  line.suite_spelling = spelling;
  line.keys.push_back({own_key(media, suite, entropy).clone(), std::nullopt, {}});
  return line;
}

std::optional<negotiate::Running> running(const LegMedia& media) {
  if (!media.encrypted) return std::nullopt;
  const protocol::Profile profile = protocol::profile_named(media.protocol);
  switch (media.status.state) {
    case SecurityState::kSrtpSdes:
      return negotiate::Running{profile, media.status.suite};
    case SecurityState::kSrtpDtls:
    case SecurityState::kPending:
      // A line that came back from port 0 is pending too, whatever ran on it once.
      if (!media.dtls || !media.dtls->agreed) break;
      return negotiate::Running{profile, std::nullopt};
    case SecurityState::kPlain:
    case SecurityState::kFailed:
    case SecurityState::kZrtpPassthrough:
    case SecurityState::kNotRtp:
      break;
  }
  return std::nullopt;
}

transport::LegSetup sdes_leg(LegMedia& media, const Reach& reach, const SdesKeys& keys, const Settings& settings,
                             const Entropy& entropy, WallTime now) {
  const sdp::InlineKey& peer = keys.peer->keys.front();
  if (is_ours(media, peer.key_salt)) return failed_leg(media, protocol::Reason::kBadCryptoAttribute, now);
  transport::LegSetup setup = setup_of(media, reach, settings);
  const Change changed = change(media, keys, reach);
  // Held, a peer is still where it was.
  const auto address = reach.rtp || !media.installed ? reach.rtp : media.installed->address;
  auto fresh = changed == Change::kAll ? fresh_contexts(media, keys, settings, entropy) : std::nullopt;
  if (changed == Change::kAll && !fresh) {
    retire_own_key(media);
    become(media, SecurityState::kFailed, std::nullopt, protocol::Reason::kBadCryptoAttribute, now);
    return blocked_leg(media, {}, relay::Drop::kFailed);
  }
  media.installed = InstalledKeys{keys.suite, peer.key_salt.clone(), peer.mki, address};
  become(media, SecurityState::kSrtpSdes, keys.suite, std::nullopt, now);
  media.encrypted = true;
  switch (changed) {
    case Change::kNone:
      setup.relay.protection = relay::Keep{};
      break;
    case Change::kPeerKey:
      setup.relay.protection = rekey(keys, settings);
      break;
    case Change::kAll:
      std::visit([&](auto& contexts) { setup.relay.protection = std::move(contexts); }, *fresh);
      break;
  }
  return setup;
}

transport::LegSetup plain_leg(LegMedia& media, const Reach& reach, protocol::Reason reason, const Settings& settings,
                              WallTime now) {
  become(media, SecurityState::kPlain, std::nullopt, reason, now);
  media.encrypted = false;
  transport::LegSetup setup = setup_of(media, reach, settings);
  setup.relay.protection = relay::Plain{};
  return setup;
}

transport::LegSetup opaque_leg(LegMedia& media, const Reach& reach, const Settings& settings, WallTime now) {
  become(media, SecurityState::kNotRtp, std::nullopt, protocol::Reason::kNotRtp, now);
  // A port above it is RTP's custom (RFC 3550 §11): what arrives there is nobody's.
  transport::LegSetup setup = setup_of(media, {reach.rtp, std::nullopt, relay::Mux::kSeparate}, settings);
  setup.relay.protection = relay::Opaque{};
  return setup;
}

transport::LegSetup blocked_leg(LegMedia& media, const Reach& reach, relay::Drop why) {
  transport::LegSetup setup = setup_of(media, reach, Settings{});
  setup.relay.protection = relay::Blocked{why};
  return setup;
}

transport::LegSetup failed_leg(LegMedia& media, protocol::Reason reason, WallTime now) {
  become(media, SecurityState::kFailed, std::nullopt, reason, now);
  transport::LegSetup setup = blocked_leg(media, {}, relay::Drop::kFailed);
  setup.relay.protection = relay::Suspend{relay::Drop::kFailed};
  return setup;
}

void become(LegMedia& media, SecurityState state, std::optional<Suite> suite, std::optional<protocol::Reason> reason,
            WallTime now) {
  // A failure only suspends: the peer may have our key from the offer and answer it better next time.
  if (state != SecurityState::kSrtpSdes && state != SecurityState::kFailed) retire_own_key(media);
  // It is another method's now, or nobody's. A failure suspends an association as it does keys.
  if (state != SecurityState::kPending && state != SecurityState::kFailed) end_association(media);
  Status& status = media.status;
  const bool same = status.state == state && status.suite == suite && status.since != WallTime{};
  status = Status{state, suite, reason, same ? status.since : now};
}

}  // namespace osrtp::call
