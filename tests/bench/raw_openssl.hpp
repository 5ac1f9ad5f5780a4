#pragma once

// SHA_CTX is kept and copied for nothing; EVP_MAC and HMAC_CTX cost 100 to 150 ns more for each packet.
#define OPENSSL_API_COMPAT 0x10101000L

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/bytes.hpp"
#include "base/suite.hpp"

/// What an SRTP packet costs when OpenSSL does its cryptography and nobody does anything else: no SSRC is looked up,
/// no index estimated, no window kept, no shape checked. Keys and hash states are set up once; per packet only the IV
/// is set. Not to be used for anything but to measure against.
namespace osrtp::bench {

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

inline constexpr std::size_t kHeaderSize = 12;
inline constexpr std::array<std::uint8_t, 32> kRawKey{0x42};

inline void must(bool good) noexcept {
  if (!good) std::abort();
}

inline CipherContext cipher_context(const EVP_CIPHER* cipher) {
  CipherContext context(EVP_CIPHER_CTX_new());
  must(EVP_EncryptInit_ex(context.get(), cipher, nullptr, kRawKey.data(), nullptr) == 1);
  return context;
}

inline void update(EVP_CIPHER_CTX* context, std::uint8_t* out, const std::uint8_t* in, std::size_t size) noexcept {
  int written = 0;
  must(EVP_CipherUpdate(context, out, &written, in, static_cast<int>(size)) == 1);
}

/// HMAC-SHA1 of a packet and the rollover counter behind it (RFC 3711 §4.2), from the two precomputed states.
class RawHmac {
 public:
  RawHmac() noexcept {
    std::array<std::uint8_t, SHA_CBLOCK> pad{0x36};
    must(SHA1_Init(&inner_) == 1 && SHA1_Update(&inner_, pad.data(), pad.size()) == 1);
    must(SHA1_Init(&outer_) == 1 && SHA1_Update(&outer_, pad.data(), pad.size()) == 1);
  }
  [[nodiscard]] std::array<std::uint8_t, SHA_DIGEST_LENGTH> tag(ByteView packet) const noexcept {
    constexpr std::array<std::uint8_t, 4> rollovers{};
    std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
    SHA_CTX hash = inner_;
    SHA1_Update(&hash, packet.data(), packet.size());
    SHA1_Update(&hash, rollovers.data(), rollovers.size());
    SHA1_Final(digest.data(), &hash);
    hash = outer_;
    SHA1_Update(&hash, digest.data(), digest.size());
    SHA1_Final(digest.data(), &hash);
    return digest;
  }

 private:
  SHA_CTX inner_{};
  SHA_CTX outer_{};
};

/// AES in counter mode as EVP has it: one call to set the counter, one to run it.
class EvpCounter {
 public:
  explicit EvpCounter(Suite suite)
      : context_(cipher_context(facts(suite).key_size == 16   ? EVP_aes_128_ctr()
                                : facts(suite).key_size == 24 ? EVP_aes_192_ctr()
                                                              : EVP_aes_256_ctr())) {}
  void crypt(ByteSpan text, const std::uint8_t* counter) noexcept {
    must(EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, counter, -1) == 1);
    update(context_.get(), text.data(), text.data(), text.size());
  }

 private:
  CipherContext context_;
};

/// The same with the counter blocks run through AES directly, which sets no IV: the least that we know of.
class BlockCounter {
 public:
  explicit BlockCounter(Suite suite)
      : context_(cipher_context(facts(suite).key_size == 16   ? EVP_aes_128_ecb()
                                : facts(suite).key_size == 24 ? EVP_aes_192_ecb()
                                                              : EVP_aes_256_ecb())) {
    EVP_CIPHER_CTX_set_padding(context_.get(), 0);
  }
  void crypt(ByteSpan text, const std::uint8_t* counter) noexcept {
    const std::size_t size = (text.size() + 15) / 16 * 16;
    for (std::size_t at = 0; at < size; at += 16) {
      std::memcpy(stream_.data() + at, counter, 15);
      stream_[at + 15] = static_cast<std::uint8_t>(at / 16);
    }
    update(context_.get(), stream_.data(), stream_.data(), size);
    for (std::size_t i = 0; i < text.size(); ++i) text[i] ^= stream_[i];
  }

 private:
  CipherContext context_;
  std::array<std::uint8_t, 2048> stream_{};
};

template <class Counter>
class RawCounterMode {
 public:
  RawCounterMode(Suite suite, bool /*inbound*/) : counter_(suite), tag_size_(facts(suite).rtp_tag_size) {}

  /// The first `size` octets, tag behind them. @return the size with the tag
  std::size_t protect(ByteSpan buffer, std::size_t size) noexcept {
    counter_.crypt(buffer.subspan(kHeaderSize, size - kHeaderSize), next_counter());
    std::copy_n(hmac_.tag(buffer.first(size)).begin(), tag_size_, buffer.begin() + static_cast<std::ptrdiff_t>(size));
    return size + tag_size_;
  }
  bool unprotect(ByteSpan packet) noexcept {
    const std::size_t size = packet.size() - tag_size_;
    if (CRYPTO_memcmp(hmac_.tag(packet.first(size)).data(), packet.data() + size, tag_size_) != 0) return false;
    counter_.crypt(packet.subspan(kHeaderSize, size - kHeaderSize), next_counter());
    return true;
  }

 private:
  const std::uint8_t* next_counter() noexcept {
    ++iv_[13];
    return iv_.data();
  }
  Counter counter_;
  RawHmac hmac_;
  std::array<std::uint8_t, 16> iv_{};
  std::size_t tag_size_;
};

/// AES-GCM over header and payload (RFC 7714).
class RawGcm {
 public:
  RawGcm(Suite suite, bool /*inbound*/)
      : context_(cipher_context(facts(suite).key_size == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm())) {}

  std::size_t protect(ByteSpan buffer, std::size_t size) noexcept {
    start(buffer, 1);
    update(context_.get(), buffer.data() + kHeaderSize, buffer.data() + kHeaderSize, size - kHeaderSize);
    must(finish());
    must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, buffer.data() + size) == 1);
    return size + kTagSize;
  }
  bool unprotect(ByteSpan packet) noexcept {
    const std::size_t size = packet.size() - kTagSize;
    start(packet, 0);
    must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, packet.data() + size) == 1);
    update(context_.get(), packet.data() + kHeaderSize, packet.data() + kHeaderSize, size - kHeaderSize);
    return finish();
  }

 private:
  static constexpr int kTagSize = 16;

  /// The IV has the sequence number in it, so that whoever opens what another has sealed has the same.
  void start(ByteView packet, int encrypt) noexcept {
    std::array<std::uint8_t, 12> iv{};
    iv[10] = packet[2];
    iv[11] = packet[3];
    must(EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data(), encrypt) == 1);
    update(context_.get(), nullptr, packet.data(), kHeaderSize);
  }
  bool finish() noexcept {
    std::array<std::uint8_t, 16> nothing{};
    int written = 0;
    return EVP_CipherFinal_ex(context_.get(), nothing.data(), &written) == 1;
  }
  CipherContext context_;
};

}  // namespace osrtp::bench
