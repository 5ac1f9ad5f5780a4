#include "srtp/context.hpp"

#include <srtp2/crypto_types.h>
#include <srtp2/srtp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/datagram.hpp"
#include "srtp/openssl_provider.hpp"
#include "srtp/policy.hpp"
#include "srtp/resync.hpp"
#include "srtp/wire.hpp"

namespace osrtp::srtp {
namespace {

struct Free {
  void operator()(srtp_ctx_t* session) const noexcept { srtp_dealloc(session); }
};
using Session = std::unique_ptr<srtp_ctx_t, Free>;

struct Source {
  Ssrc ssrc;
  std::uint64_t index = 0;  // the highest; where it was under the older key until `sending`
  bool sending = false;     // an RTP packet has passed under this key
  Resync resync{};
};

/// What a packet that was read with too low an index looks like: its tag is wrong, or it seems seen already.
constexpr bool may_be_ahead(Error error) noexcept { return error == Error::kAuthentication || error == Error::kReplay; }

constexpr bool is_aead(Suite suite) noexcept {
  return suite == Suite::kAeadAes128Gcm || suite == Suite::kAeadAes256Gcm;
}

Error error_of(srtp_err_status_t status) noexcept {
  if (status == srtp_err_status_auth_fail) return Error::kAuthentication;
  if (status == srtp_err_status_replay_fail || status == srtp_err_status_replay_old ||
      status == srtp_err_status_pkt_idx_old) {
    return Error::kReplay;
  }
  if (status == srtp_err_status_key_expired) return Error::kKeyExpired;
  if (status == srtp_err_status_bad_param || status == srtp_err_status_parse_err) return Error::kMalformed;
  return Error::kInternal;
}

std::optional<Error> key_error(const Key& key, std::uint32_t window, std::size_t resumed) noexcept {
  const bool good = key.master.size() == facts(key.suite).master_size() && key.mki.size() <= kMaxMkiSize &&
                    key.lifetime > 0 && key.lifetime <= kMaxRtpLifetime && window >= kMinReplayWindow &&
                    window <= kMaxReplayWindow && resumed <= kMaxSsrcs;
  return good ? std::nullopt : std::optional(Error::kBadKey);
}

srtp_policy_t whole_policy(Direction direction, const Key& key, std::uint32_t window) noexcept {
  srtp_policy_t policy{};
  policy.ssrc.type = direction == Direction::kInbound ? ssrc_any_inbound : ssrc_any_outbound;
  policy.rtp = rtp_policy(key.suite);
  policy.rtcp = rtcp_policy(key.suite);
  policy.key = const_cast<unsigned char*>(key.master.reveal().data());  // libsrtp only reads it
  policy.window_size = window;
  policy.allow_repeat_tx = 0;
  return policy;
}

}  // namespace

struct Context::State {
  enum class Part : std::uint8_t { kRtp, kRtcp };
  struct Budget {
    std::uint64_t used = 0;
    std::uint64_t limit;
  };

  Session session;
  Direction direction;
  Suite suite;
  std::vector<std::uint8_t> mki;
  Budget rtp;
  Budget rtcp;
  std::vector<Source> sources;

  [[nodiscard]] std::size_t tag_size(Part part) const noexcept {
    return part == Part::kRtp ? facts(suite).rtp_tag_size : facts(suite).rtcp_tag_size;
  }
  [[nodiscard]] std::size_t trailer_size(Part part) const noexcept {
    return tag_size(part) + mki.size() + (part == Part::kRtcp ? wire::kRtcpIndexSize : 0);
  }
  // What stands behind the MKI: the tag, unless it is part of the ciphertext (RFC 7714 §8.1, §9.1).
  [[nodiscard]] std::size_t behind_mki(Part part) const noexcept { return is_aead(suite) ? 0 : tag_size(part); }

  Source* find(Ssrc ssrc) noexcept {
    const auto at = std::find_if(sources.begin(), sources.end(), [&](const Source& s) { return s.ssrc == ssrc; });
    return at == sources.end() ? nullptr : &*at;
  }
  [[nodiscard]] bool is_full() const noexcept { return sources.size() == kMaxSsrcs; }
  Source& note(Source* known, Ssrc ssrc) noexcept {
    return known != nullptr ? *known : sources.emplace_back(Source{.ssrc = ssrc});
  }

  ByteSpan insert_mki(ByteSpan buffer, std::size_t size, Part part) const noexcept;
  [[nodiscard]] bool has_our_mki(ByteView packet, Part part) const noexcept;
  ByteSpan remove_mki(ByteSpan packet, Part part) const noexcept;
  void put_mki_back(ByteSpan packet, Part part) const noexcept;
  [[nodiscard]] std::optional<Error> shape_error(Part part, ByteView packet) const noexcept;

  template <Direction D, Part P>
  Result<std::size_t, Error> call(ByteSpan packet) const noexcept;
  template <Direction D>
  Result<std::size_t, Error> call_resumed(const Source& source, ByteSpan packet) const noexcept;
  Result<std::size_t, Error> call_ahead(Source& source, ByteSpan packet, Error error) noexcept;
  void passed(Source& source, std::uint64_t index) noexcept;
  template <Direction D>
  Result<std::size_t, Error> run_rtp(ByteSpan packet) noexcept;
  template <Direction D>
  Result<std::size_t, Error> run_rtcp(ByteSpan packet) noexcept;
  template <Direction D, Part P>
  Result<std::size_t, Error> run(ByteSpan packet) noexcept {
    if constexpr (P == Part::kRtp) return run_rtp<D>(packet);
    return run_rtcp<D>(packet);
  }
  template <Part P>
  Result<ByteSpan, Error> protect(ByteSpan buffer, std::size_t size) noexcept;
  template <Part P>
  Result<ByteSpan, Error> unprotect(ByteSpan packet) noexcept;
};

// The MKI is put in and taken out here: libsrtp 2.5 looks for SRTCP's behind a tag of
// SRTP's size, which is not there with a 32-bit tag. It is not authenticated (RFC 3711 §3.1).

ByteSpan Context::State::insert_mki(ByteSpan buffer, std::size_t size, Part part) const noexcept {
  const std::size_t behind = behind_mki(part);
  std::uint8_t* const at = buffer.data() + (size - behind);
  std::memmove(at + mki.size(), at, behind);
  std::copy(mki.begin(), mki.end(), at);
  return buffer.first(size + mki.size());
}

bool Context::State::has_our_mki(ByteView packet, Part part) const noexcept {
  const ByteView found = packet.subspan(packet.size() - behind_mki(part) - mki.size(), mki.size());
  return std::equal(found.begin(), found.end(), mki.begin());
}

ByteSpan Context::State::remove_mki(ByteSpan packet, Part part) const noexcept {
  const std::size_t behind = behind_mki(part);
  std::uint8_t* const at = packet.data() + (packet.size() - behind - mki.size());
  std::memmove(at, at + mki.size(), behind);
  return packet.first(packet.size() - mki.size());
}

void Context::State::put_mki_back(ByteSpan packet, Part part) const noexcept {
  static_cast<void>(insert_mki(packet, packet.size() - mki.size(), part));
}

template <Direction D, Context::State::Part P>
inline Result<std::size_t, Error> Context::State::call(ByteSpan packet) const noexcept {
  constexpr bool inbound = D == Direction::kInbound;
  constexpr auto function =
      P == Part::kRtp ? (inbound ? srtp_unprotect : srtp_protect) : (inbound ? srtp_unprotect_rtcp : srtp_protect_rtcp);
  int size = static_cast<int>(packet.size());
  const srtp_err_status_t status = function(session.get(), packet.data(), &size);
  if (status != srtp_err_status_ok) return fail(error_of(status));
  return static_cast<std::size_t>(size);
}

// The first packet of an SSRC that goes on from an older key. A sender keeps the
// rollover counter (RFC 3711 §3.3.1); receivers also meet senders that start at zero
// (RFC 4568 §6.4). Setting it changes nothing in libsrtp until a packet passes.
template <Direction D>
Result<std::size_t, Error> Context::State::call_resumed(const Source& source, ByteSpan packet) const noexcept {
  const auto rollovers =
      static_cast<std::uint32_t>(wire::estimate_index(source.index, wire::rtp_sequence(packet)) >> 16U);
  srtp_set_stream_roc(session.get(), source.ssrc.get(), rollovers);
  const auto kept = call<D, Part::kRtp>(packet);
  if (kept || rollovers == 0) return kept;
  srtp_set_stream_roc(session.get(), source.ssrc.get(), 0);
  if (D == Direction::kOutbound || kept.error() != Error::kAuthentication) return kept;
  return call<D, Part::kRtp>(packet);
}

// libsrtp takes a counter that is set only with a packet that authenticates, and forgets it where it is set to zero.
Result<std::size_t, Error> Context::State::call_ahead(Source& source, ByteSpan packet, Error error) noexcept {
  const bool heard = source.sending || source.index != 0;
  if (!heard || !may_be_ahead(error)) return fail(error);
  const auto turns = source.resync.failed();
  if (!turns) return fail(error);
  const std::uint64_t index =
      wire::estimate_index(source.index, wire::rtp_sequence(packet)) + *turns * wire::kSequences;
  if (index >= kMaxRtpLifetime) return fail(error);
  srtp_set_stream_roc(session.get(), source.ssrc.get(), static_cast<std::uint32_t>(index >> 16U));
  const auto size = call<Direction::kInbound, Part::kRtp>(packet);
  srtp_set_stream_roc(session.get(), source.ssrc.get(), 0);
  if (!size) return fail(error);
  passed(source, index);
  return size;
}

void Context::State::passed(Source& source, std::uint64_t index) noexcept {
  ++rtp.used;
  source.index = index;
  source.sending = true;
  source.resync.passed();
}

template <Direction D>
inline Result<std::size_t, Error> Context::State::run_rtp(ByteSpan packet) noexcept {
  if (rtp.used >= rtp.limit) return fail(Error::kKeyExpired);
  const Ssrc ssrc = wire::rtp_ssrc(packet);
  Source* const known = find(ssrc);
  if (known == nullptr && is_full()) return fail(Error::kTooManySsrcs);
  const bool resuming = known != nullptr && !known->sending && known->index != 0;
  const std::uint16_t sequence = wire::rtp_sequence(packet);
  const std::uint64_t index = wire::estimate_index(known != nullptr ? known->index : 0, sequence);
  // libsrtp's rollover counter would wrap silently and its keystream repeat.
  if (index >= kMaxRtpLifetime) return fail(Error::kKeyExpired);
  const auto size = resuming ? call_resumed<D>(*known, packet) : call<D, Part::kRtp>(packet);
  if (!size) {
    const bool may_be_found = D == Direction::kInbound && known != nullptr;
    return may_be_found ? call_ahead(*known, packet, size.error()) : size;
  }
  Source& source = note(known, ssrc);
  std::uint32_t rollovers = 0;
  if (resuming && srtp_get_stream_roc(session.get(), ssrc.get(), &rollovers) == srtp_err_status_ok) {
    passed(source, std::uint64_t{rollovers} << 16U | sequence);
  } else {
    passed(source, std::max(source.index, index));
  }
  return size;
}

template <Direction D>
inline Result<std::size_t, Error> Context::State::run_rtcp(ByteSpan packet) noexcept {
  if (rtcp.used >= rtcp.limit) return fail(Error::kKeyExpired);
  const Ssrc ssrc = wire::rtcp_ssrc(packet);
  Source* const known = find(ssrc);
  if (known == nullptr && is_full()) return fail(Error::kTooManySsrcs);
  const auto size = call<D, Part::kRtcp>(packet);
  if (!size) return size;
  ++rtcp.used;
  note(known, ssrc);
  return size;
}

template <Context::State::Part P>
Result<ByteSpan, Error> Context::State::protect(ByteSpan buffer, std::size_t size) noexcept {
  if (direction != Direction::kOutbound) return fail(Error::kInternal);
  if (size > buffer.size() || buffer.size() - size < trailer_size(P)) return fail(Error::kBufferTooSmall);
  const ByteSpan packet = buffer.first(size);
  const auto bad_shape = P == Part::kRtp ? wire::rtp_shape_error(packet, 0) : wire::rtcp_shape_error(packet, 0);
  if (bad_shape) return fail(*bad_shape);
  const auto sealed = run<Direction::kOutbound, P>(packet);
  if (!sealed) return fail(sealed.error());
  return mki.empty() ? buffer.first(*sealed) : insert_mki(buffer, *sealed, P);
}

// libsrtp trusts lengths that it should not (its issue 817), hence all of them here. Nor
// does it refuse what says that it is not encrypted when the cipher is GCM.
std::optional<Error> Context::State::shape_error(Part part, ByteView packet) const noexcept {
  const std::size_t trailer = trailer_size(part);
  if (part == Part::kRtp) return wire::rtp_shape_error(packet, trailer);
  if (const auto bad = wire::rtcp_shape_error(packet, trailer)) return bad;
  const std::size_t index_at = packet.size() - behind_mki(part) - mki.size() - wire::kRtcpIndexSize;
  const bool encrypted = (packet[index_at] & 0x80U) != 0;
  return encrypted ? std::nullopt : std::optional(Error::kMalformed);
}

template <Context::State::Part P>
Result<ByteSpan, Error> Context::State::unprotect(ByteSpan packet) noexcept {
  if (direction != Direction::kInbound) return fail(Error::kInternal);
  if (const auto bad = shape_error(P, packet)) return fail(*bad);
  if (!has_our_mki(packet, P)) return fail(Error::kAuthentication);
  const ByteSpan bare = mki.empty() ? packet : remove_mki(packet, P);
  const auto opened = run<Direction::kInbound, P>(bare);
  if (opened) return packet.first(*opened);
  if (!mki.empty()) put_mki_back(packet, P);
  return fail(opened.error());
}

Context::Context(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;
Context::~Context() = default;

Result<Context, Error> Context::create(Direction direction, const Key& key, std::uint32_t replay_window,
                                       std::span<const Progress> resumed) {
  if (const auto bad = key_error(key, replay_window, resumed.size())) return fail(*bad);
  srtp_policy_t policy = whole_policy(direction, key, replay_window);
  if (!is_sound(policy.rtp) || !is_sound(policy.rtcp)) return fail(Error::kInternal);

  std::optional<Aes192KeyDerivation> derivation;
  if (policy.rtp.cipher_type == SRTP_AES_ICM_192) derivation.emplace();
  srtp_t created = nullptr;
  if (srtp_create(&created, &policy) != srtp_err_status_ok) return fail(Error::kInternal);
  auto state = std::make_unique<State>(State{.session = Session(created),
                                             .direction = direction,
                                             .suite = key.suite,
                                             .mki = key.mki,
                                             .rtp = {.limit = key.lifetime},
                                             .rtcp = {.limit = std::min(key.lifetime, kMaxRtcpLifetime)},
                                             .sources = {}});
  for (const Progress& one : resumed) {
    if (state->find(one.ssrc) != nullptr) continue;
    policy.ssrc = {.type = ssrc_specific, .value = one.ssrc.get()};
    if (srtp_add_stream(created, &policy) != srtp_err_status_ok) return fail(Error::kInternal);
    state->sources.push_back(Source{.ssrc = one.ssrc, .index = one.index});
  }
  return Context(std::move(state));
}

Result<ByteSpan, Error> Context::protect_rtp(ByteSpan buffer, std::size_t size) noexcept {
  return state_->protect<State::Part::kRtp>(buffer, size);
}
Result<ByteSpan, Error> Context::protect_rtcp(ByteSpan buffer, std::size_t size) noexcept {
  return state_->protect<State::Part::kRtcp>(buffer, size);
}
Result<ByteSpan, Error> Context::unprotect_rtp(ByteSpan packet) noexcept {
  return state_->unprotect<State::Part::kRtp>(packet);
}
Result<ByteSpan, Error> Context::unprotect_rtcp(ByteSpan packet) noexcept {
  return state_->unprotect<State::Part::kRtcp>(packet);
}

std::size_t Context::trailer_size() const noexcept { return state_->trailer_size(State::Part::kRtcp); }

std::vector<Progress> Context::progress() const {
  std::vector<Progress> all;
  for (const Source& source : state_->sources) {
    if (source.sending || source.index != 0) all.push_back({.ssrc = source.ssrc, .index = source.index});
  }
  return all;
}

Suite Context::suite() const noexcept { return state_->suite; }

}  // namespace osrtp::srtp
