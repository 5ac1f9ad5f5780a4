#include "support/wire_oracle.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

namespace osrtp::testing {
namespace {

using Octets = std::vector<std::uint8_t>;
using Block = std::array<std::uint8_t, 16>;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* c) const noexcept { EVP_CIPHER_CTX_free(c); }
};
using CipherHandle = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const EVP_CIPHER* counter_mode(std::size_t key_size) {
  return key_size == 16 ? EVP_aes_128_ctr() : key_size == 24 ? EVP_aes_192_ctr() : EVP_aes_256_ctr();
}

Octets aes_counter(ByteView key, const Block& counter, ByteView text) {
  Octets out(text.size());
  if (text.empty()) return out;
  CipherHandle c(EVP_CIPHER_CTX_new());
  int written = 0;
  if (EVP_EncryptInit_ex(c.get(), counter_mode(key.size()), nullptr, key.data(), counter.data()) != 1 ||
      EVP_EncryptUpdate(c.get(), out.data(), &written, text.data(), static_cast<int>(text.size())) != 1) {
    throw std::runtime_error("AES-CTR");
  }
  return out;
}

// Plaintext, or nothing if the tag, which ends `sealed`, is wrong.
std::optional<Octets> aes_gcm_open(ByteView key, ByteView iv, ByteView aad, ByteView sealed) {
  const std::size_t size = sealed.size() - 16;
  Octets out(size + 16);
  Octets tag(sealed.end() - 16, sealed.end());
  CipherHandle c(EVP_CIPHER_CTX_new());
  int written = 0;
  const EVP_CIPHER* algorithm = key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
  const bool ready =
      EVP_DecryptInit_ex(c.get(), algorithm, nullptr, key.data(), iv.data()) == 1 &&
      EVP_DecryptUpdate(c.get(), nullptr, &written, aad.data(), static_cast<int>(aad.size())) == 1 &&
      (size == 0 || EVP_DecryptUpdate(c.get(), out.data(), &written, sealed.data(), static_cast<int>(size)) == 1) &&
      EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, 16, tag.data()) == 1;
  if (!ready) throw std::runtime_error("AES-GCM");
  if (EVP_DecryptFinal_ex(c.get(), out.data() + size, &written) != 1) return std::nullopt;
  out.resize(size);
  return out;
}

Octets hmac_sha1(ByteView key, ByteView message) {
  Octets out(20);
  unsigned int size = 20;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), out.data(), &size);
  return out;
}

std::uint64_t number(ByteView packet, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8U | packet[at + i];
  return value;
}

// XORs `value` into `size` octets of `block` from `at`, most significant first.
void mix(std::span<std::uint8_t> block, std::size_t at, std::size_t size, std::uint64_t value) {
  for (std::size_t i = 0; i < size; ++i) block[at + i] ^= static_cast<std::uint8_t>(value >> 8U * (size - 1 - i));
}

Octets joined(ByteView a, ByteView b) {
  Octets out(a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

std::optional<std::size_t> rtp_header_size(ByteView p) {
  if (p.size() < 12) return std::nullopt;
  std::size_t size = 12 + 4 * (p[0] & 0x0fU);
  if ((p[0] & 0x10U) != 0) {
    if (p.size() < size + 4) return std::nullopt;
    size += 4 + 4 * number(p, size + 2, 2);
  }
  return size;
}

struct Sender {
  std::uint32_t rollovers = 0;
  std::uint16_t highest = 0;
};

// RFC 3711 §3.3.1 and appendix A.
std::int64_t guess_rollovers(const Sender& s, std::uint16_t sequence) {
  const std::int64_t roc = s.rollovers;
  if (s.highest < 32768) return sequence - s.highest > 32768 ? roc - 1 : roc;
  return s.highest - 32768 > sequence ? roc + 1 : roc;
}

struct SessionKeys {
  Octets encryption, authentication, salt;
};

}  // namespace

Octets derive_session_key(ByteView master_key, ByteView master_salt, std::uint8_t label, std::size_t size) {
  Block x{};
  std::copy(master_salt.begin(), master_salt.end(), x.begin());  // a short salt is padded on the right
  x[7] ^= label;                                                 // label * 2^48, then x * 2^16
  return aes_counter(master_key, x, Octets(size, 0));
}

struct WireOracle::State {
  SuiteFacts suite;
  std::size_t mki_size;
  SessionKeys rtp, rtcp;
  std::map<Ssrc, Sender> senders;
  std::map<std::tuple<bool, Ssrc, std::uint64_t>, Octets> seen;
  Octets plain;
  std::uint64_t index = 0;

  [[nodiscard]] bool is_aead() const { return suite.salt_size == 12; }

  [[nodiscard]] Octets without_mki(ByteView packet, std::size_t behind) const {
    return joined(packet.first(packet.size() - behind - mki_size), packet.last(behind));
  }

  [[nodiscard]] std::optional<Octets> open_rtp(ByteView p, std::size_t header, std::uint64_t packet_index) const {
    const std::uint64_t ssrc = number(p, 8, 4);
    if (is_aead()) {
      Octets iv = rtp.salt;  // RFC 7714 §8.1
      mix(iv, 2, 4, ssrc);
      mix(iv, 6, 6, packet_index);
      const auto text = aes_gcm_open(rtp.encryption, iv, p.first(header), p.subspan(header));
      return text ? std::optional(joined(p.first(header), *text)) : std::nullopt;
    }
    const std::size_t body = p.size() - suite.rtp_tag_size;
    Octets message(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(body));
    Octets rollovers(4);
    mix(rollovers, 0, 4, packet_index >> 16U);
    const Octets tag = hmac_sha1(rtp.authentication, joined(message, rollovers));
    if (!std::equal(p.begin() + static_cast<std::ptrdiff_t>(body), p.end(), tag.begin())) return std::nullopt;
    return joined(p.first(header),
                  aes_counter(rtp.encryption, counter(rtp, ssrc, packet_index), p.subspan(header, body - header)));
  }

  // RFC 3711 §4.1.1
  [[nodiscard]] static Block counter(const SessionKeys& keys, std::uint64_t ssrc, std::uint64_t packet_index) {
    Block block{};
    std::copy(keys.salt.begin(), keys.salt.end(), block.begin());
    mix(block, 4, 4, ssrc);
    mix(block, 8, 6, packet_index);
    return block;
  }

  [[nodiscard]] std::optional<Octets> open_rtcp(ByteView p, std::uint64_t word) const {
    const std::uint64_t ssrc = number(p, 4, 4);
    const std::uint64_t packet_index = word & 0x7fffffffU;
    if (is_aead()) {
      Octets iv = rtcp.salt;  // RFC 7714 §9.1
      mix(iv, 2, 4, ssrc);
      mix(iv, 8, 4, packet_index);
      const Octets aad = joined(p.first(8), p.last(4));
      const auto text = aes_gcm_open(rtcp.encryption, iv, aad, p.subspan(8, p.size() - 12));
      return text ? std::optional(joined(p.first(8), *text)) : std::nullopt;
    }
    const std::size_t body = p.size() - suite.rtcp_tag_size;
    const Octets tag = hmac_sha1(rtcp.authentication, p.first(body));
    if (!std::equal(p.begin() + static_cast<std::ptrdiff_t>(body), p.end(), tag.begin())) return std::nullopt;
    return joined(p.first(8), aes_counter(rtcp.encryption, counter(rtcp, ssrc, packet_index), p.subspan(8, body - 12)));
  }

  Verdict see_rtp(ByteView packet) {
    const auto header = rtp_header_size(packet);
    if (!header || packet.size() < *header + suite.rtp_tag_size + mki_size) return Verdict::kMalformed;
    const Ssrc ssrc(static_cast<std::uint32_t>(number(packet, 8, 4)));
    const auto sequence = static_cast<std::uint16_t>(number(packet, 2, 2));
    const auto known = senders.find(ssrc);
    const Sender sender = known == senders.end() ? Sender{0, sequence} : known->second;
    // Before the first rollover there is nothing to fall behind: libsrtp and others take it for a leap.
    const std::int64_t rollovers = std::max<std::int64_t>(0, guess_rollovers(sender, sequence));
    const std::uint64_t packet_index = static_cast<std::uint64_t>(rollovers) << 16U | sequence;
    const auto text = open_rtp(without_mki(packet, is_aead() ? 0 : suite.rtp_tag_size), *header, packet_index);
    if (!text) return Verdict::kUnprotected;
    if (packet_index >= (std::uint64_t{sender.rollovers} << 16U | sender.highest)) {
      senders[ssrc] = {static_cast<std::uint32_t>(rollovers), sequence};
    }
    return remember(false, ssrc, packet_index, packet, *text);
  }

  Verdict see_rtcp(ByteView packet) {
    if (packet.size() < 8 + 4 + suite.rtcp_tag_size + mki_size) return Verdict::kMalformed;
    const Octets bare = without_mki(packet, is_aead() ? 0 : suite.rtcp_tag_size);
    const std::uint64_t word = number(bare, bare.size() - 4 - (is_aead() ? 0 : suite.rtcp_tag_size), 4);
    const auto text = open_rtcp(bare, word);
    if (!text || word >> 31U == 0) return Verdict::kUnprotected;
    const Ssrc ssrc(static_cast<std::uint32_t>(number(packet, 4, 4)));
    return remember(true, ssrc, word & 0x7fffffffU, packet, *text);
  }

  Verdict remember(bool is_rtcp, Ssrc ssrc, std::uint64_t packet_index, ByteView packet, const Octets& text) {
    const Octets octets(packet.begin(), packet.end());
    const auto [at, inserted] = seen.try_emplace({is_rtcp, ssrc, packet_index}, octets);
    if (!inserted && at->second != octets) return Verdict::kReused;
    plain = text;
    index = packet_index;
    return inserted ? Verdict::kProtected : Verdict::kRepeated;
  }
};

WireOracle::WireOracle(Suite suite, ByteView master, std::size_t mki_size) : state_(std::make_unique<State>()) {
  const SuiteFacts& f = facts(suite);
  if (master.size() != f.master_size()) throw std::invalid_argument("master key size");
  state_->suite = f;
  state_->mki_size = mki_size;
  const ByteView key = master.first(f.key_size);
  const ByteView salt = master.subspan(f.key_size);
  const auto session = [&](std::uint8_t label) {
    return SessionKeys{.encryption = derive_session_key(key, salt, label, f.key_size),
                       .authentication = derive_session_key(key, salt, static_cast<std::uint8_t>(label + 1), 20),
                       .salt = derive_session_key(key, salt, static_cast<std::uint8_t>(label + 2), f.salt_size)};
  };
  state_->rtp = session(0);
  state_->rtcp = session(3);
}

WireOracle::WireOracle(WireOracle&&) noexcept = default;
WireOracle& WireOracle::operator=(WireOracle&&) noexcept = default;
WireOracle::~WireOracle() = default;

Verdict WireOracle::see(ByteView packet) {
  if (packet.size() < 8 || packet[0] >> 6U != 2) return Verdict::kMalformed;
  const unsigned type = packet[1] & 0x7fU;
  return type >= 64 && type <= 95 ? state_->see_rtcp(packet) : state_->see_rtp(packet);
}

ByteView WireOracle::plain() const noexcept { return state_->plain; }
std::uint64_t WireOracle::index() const noexcept { return state_->index; }

void WireOracle::expect_rollover(Ssrc ssrc, std::uint32_t rollovers, std::uint16_t highest_sequence) {
  state_->senders[ssrc] = {rollovers, highest_sequence};
}

std::string_view name_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kProtected:
      return "protected";
    case Verdict::kRepeated:
      return "repeated";
    case Verdict::kReused:
      return "reused";
    case Verdict::kUnprotected:
      return "unprotected";
    case Verdict::kMalformed:
      return "malformed";
  }
  return "";
}

}  // namespace osrtp::testing
