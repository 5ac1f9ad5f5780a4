// AES in counter mode (RFC 3711 §4.1.1): the counter starts at salt * 2^16 XOR iv. The counters are enciphered as
// blocks of their own, and their ciphertext is the keystream: to set the IV of EVP's counter mode costs OpenSSL 3 more
// than the AES of a packet.
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "base/bytes.hpp"
#include "srtp/known_answers.hpp"
#include "srtp/openssl_cipher.hpp"
#include "srtp/openssl_provider.hpp"

namespace osrtp::srtp {
namespace {

constexpr int kSaltSize = 14;
constexpr std::size_t kBlockSize = 16;
constexpr std::size_t kChunkSize = 32 * kBlockSize;  // of keystream at a time

thread_local int derives_with_aes192 = 0;

constexpr std::uint64_t swapped(std::uint64_t word) noexcept {
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

struct Counter {
  std::uint64_t high;
  std::uint64_t low;

  static Counter read(const std::uint8_t* octets) noexcept {
    std::array<std::uint64_t, 2> words;  // NOLINT(cppcoreguidelines-pro-type-member-init): all of it is written
    std::memcpy(words.data(), octets, kBlockSize);
    return {swapped(words[0]), swapped(words[1])};
  }
  void write_and_advance(std::uint8_t* block) noexcept {
    const std::array<std::uint64_t, 2> words{swapped(high), swapped(low)};
    std::memcpy(block, words.data(), kBlockSize);
    if (++low == 0) ++high;
  }
};

struct Icm {
  LazyCipher cipher{};
  const EVP_CIPHER* algorithm;
  std::size_t key_size;
  std::array<std::uint8_t, kBlockSize> offset{};
  std::optional<Counter> counter{};  // of the packet that comes; nothing: used up

  ~Icm() { OPENSSL_cleanse(offset.data(), offset.size()); }
  Icm(const EVP_CIPHER* aes, std::size_t size) noexcept : algorithm(aes), key_size(size) {}
  Icm(Icm&&) noexcept = default;
  Icm& operator=(Icm&&) = delete;
  Icm(const Icm&) = delete;
  Icm& operator=(const Icm&) = delete;
};

const EVP_CIPHER* aes_of(std::size_t key_size) noexcept {
  static const EVP_CIPHER* const aes128 = fetched("AES-128-ECB");
  static const EVP_CIPHER* const aes192 = fetched("AES-192-ECB");
  static const EVP_CIPHER* const aes256 = fetched("AES-256-ECB");
  return key_size == 16 ? aes128 : key_size == 24 ? aes192 : aes256;
}

srtp_err_status_t icm_alloc(srtp_cipher_t** out, int key_and_salt_size, int /*tag_size*/) {
  const int key_size = key_and_salt_size - kSaltSize;
  if (key_size != 16 && key_size != 24 && key_size != 32) return srtp_err_status_bad_param;
  const srtp_cipher_type_t& type = key_size == 16 ? kAesIcm128 : key_size == 24 ? kAesIcm192 : kAesIcm256;
  const bool for_192 = key_size == 32 && derives_with_aes192 != 0;
  const auto used = static_cast<std::size_t>(for_192 ? 24 : key_size);
  return Cipher<Icm>::publish(out, type, key_and_salt_size, Icm(aes_of(used), used));
}

srtp_err_status_t icm_init(void* state, const std::uint8_t* key) {
  auto& icm = *static_cast<Icm*>(state);
  icm.offset.fill(0);
  std::copy_n(key + icm.key_size, kSaltSize, icm.offset.begin());
  icm.counter.reset();
  return ok_if(icm.cipher.set_key(icm.algorithm, {key, icm.key_size}));
}

srtp_err_status_t icm_set_iv(void* state, std::uint8_t* iv, srtp_cipher_direction_t /*direction*/) {
  auto& icm = *static_cast<Icm*>(state);
  const Counter salt = Counter::read(icm.offset.data());
  const Counter index = Counter::read(iv);
  icm.counter = Counter{salt.high ^ index.high, salt.low ^ index.low};
  return srtp_err_status_ok;
}

void xor_block(std::uint8_t* text, const std::uint8_t* stream) noexcept {
  std::array<std::uint64_t, 2> a;  // NOLINT(cppcoreguidelines-pro-type-member-init): all of it is written
  std::array<std::uint64_t, 2> b;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::memcpy(a.data(), text, kBlockSize);
  std::memcpy(b.data(), stream, kBlockSize);
  a[0] ^= b[0];
  a[1] ^= b[1];
  std::memcpy(text, a.data(), kBlockSize);
}

/// `text` has kChunkSize octets at most, and one at least.
bool crypt_chunk(EVP_CIPHER_CTX* aes, Counter& counter, ByteSpan text) noexcept {
  std::array<std::uint8_t, kChunkSize> stream;  // NOLINT(cppcoreguidelines-pro-type-member-init): to cost nothing
  std::size_t end = 0;
  do {
    counter.write_and_advance(stream.data() + end);
    end += kBlockSize;
  } while (end < text.size());
  int written = 0;
  if (EVP_EncryptUpdate(aes, stream.data(), &written, stream.data(), static_cast<int>(end)) != 1) return false;
  if (written != static_cast<int>(end)) return false;
  std::size_t at = 0;
  for (; at + kBlockSize <= text.size(); at += kBlockSize) xor_block(text.data() + at, stream.data() + at);
  for (; at < text.size(); ++at) text[at] ^= stream[at];
  explicit_bzero(stream.data(), end);  // a key derivation's is a session key
  return true;
}

// No counter serves twice, whatever libsrtp does.
srtp_err_status_t icm_crypt(void* state, std::uint8_t* buffer, unsigned int* size) {
  auto& icm = *static_cast<Icm*>(state);
  ByteSpan text(buffer, *size);
  if (text.empty()) return srtp_err_status_ok;
  EVP_CIPHER_CTX* const aes = icm.cipher.get();
  if (aes == nullptr || !icm.counter) return srtp_err_status_cipher_fail;
  Counter counter = *icm.counter;
  icm.counter.reset();
  while (text.size() > kChunkSize) {
    if (!crypt_chunk(aes, counter, text.first(kChunkSize))) return srtp_err_status_cipher_fail;
    text = text.subspan(kChunkSize);
  }
  return ok_if(crypt_chunk(aes, counter, text));
}

constexpr srtp_cipher_type_t icm(const char* name, const srtp_cipher_test_case_t* answers, srtp_cipher_type_id_t id) {
  return {icm_alloc, Cipher<Icm>::destroy, icm_init, nullptr, icm_crypt, icm_crypt, icm_set_iv, nullptr, name, answers,
          id};
}

}  // namespace

const srtp_cipher_type_t kAesIcm128 = icm("AES-128 counter mode", &kIcm128Answer, SRTP_AES_ICM_128);
const srtp_cipher_type_t kAesIcm192 = icm("AES-192 counter mode", &kIcm192Answer, SRTP_AES_ICM_192);
const srtp_cipher_type_t kAesIcm256 = icm("AES-256 counter mode", &kIcm256Answer, SRTP_AES_ICM_256);

Aes192KeyDerivation::Aes192KeyDerivation() noexcept { ++derives_with_aes192; }
Aes192KeyDerivation::~Aes192KeyDerivation() { --derives_with_aes192; }

}  // namespace osrtp::srtp
