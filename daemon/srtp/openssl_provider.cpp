// SHA_CTX can be copied without an allocation, EVP_MD_CTX cannot (OpenSSL 3).
#define OPENSSL_API_COMPAT 0x10101000L

#include "srtp/openssl_provider.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>

#include "srtp/known_answers.hpp"

namespace osrtp::srtp {
namespace {

constexpr int kIcmSaltSize = 14;
constexpr int kGcmSaltSize = 12;
constexpr int kGcmIvSize = 12;
constexpr int kBlockSize = 16;

thread_local int derives_with_aes192 = 0;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using CipherHandle = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

srtp_err_status_t ok_if(bool good) noexcept { return good ? srtp_err_status_ok : srtp_err_status_cipher_fail; }

// libsrtp's handle and our state in one piece; libsrtp only ever sees `handle`.
template <class State>
struct Cipher {
  srtp_cipher_t handle{};
  State state{};

  static srtp_err_status_t publish(srtp_cipher_t** out, const srtp_cipher_type_t& type, int key_size, State&& state) {
    auto* cipher = new (std::nothrow) Cipher{.handle = {}, .state = std::move(state)};
    if (cipher == nullptr) return srtp_err_status_alloc_fail;
    cipher->handle = {
        .type = &type, .state = &cipher->state, .key_len = key_size, .algorithm = static_cast<int>(type.id)};
    *out = &cipher->handle;
    return srtp_err_status_ok;
  }
  static srtp_err_status_t destroy(srtp_cipher_t* handle) {
    delete reinterpret_cast<Cipher*>(handle);  // the handle is the first member
    return srtp_err_status_ok;
  }
};

// AES in counter mode (RFC 3711 §4.1.1): the counter starts at salt * 2^16 XOR iv.

struct Icm {
  CipherHandle evp;
  const EVP_CIPHER* algorithm = nullptr;
  std::size_t key_size = 0;
  std::array<std::uint8_t, kBlockSize> offset{};

  ~Icm() { OPENSSL_cleanse(offset.data(), offset.size()); }
  Icm(CipherHandle handle, const EVP_CIPHER* aes, std::size_t size) noexcept
      : evp(std::move(handle)), algorithm(aes), key_size(size) {}
  Icm(Icm&&) noexcept = default;
  Icm& operator=(Icm&&) = delete;
  Icm(const Icm&) = delete;
  Icm& operator=(const Icm&) = delete;
};

srtp_err_status_t icm_alloc(srtp_cipher_t** out, int key_and_salt_size, int /*tag_size*/) {
  const int key_size = key_and_salt_size - kIcmSaltSize;
  if (key_size != 16 && key_size != 24 && key_size != 32) return srtp_err_status_bad_param;
  const srtp_cipher_type_t& type = key_size == 16 ? kAesIcm128 : key_size == 24 ? kAesIcm192 : kAesIcm256;
  const bool for_192 = key_size == 32 && derives_with_aes192 != 0;
  const EVP_CIPHER* aes = key_size == 16              ? EVP_aes_128_ctr()
                          : key_size == 24 || for_192 ? EVP_aes_192_ctr()
                                                      : EVP_aes_256_ctr();
  CipherHandle evp(EVP_CIPHER_CTX_new());
  if (!evp) return srtp_err_status_alloc_fail;
  const auto used = static_cast<std::size_t>(for_192 ? 24 : key_size);
  return Cipher<Icm>::publish(out, type, key_and_salt_size, Icm(std::move(evp), aes, used));
}

srtp_err_status_t icm_init(void* state, const std::uint8_t* key) {
  auto& icm = *static_cast<Icm*>(state);
  icm.offset.fill(0);
  std::copy_n(key + icm.key_size, kIcmSaltSize, icm.offset.begin());
  return ok_if(EVP_EncryptInit_ex(icm.evp.get(), icm.algorithm, nullptr, key, nullptr) == 1);
}

srtp_err_status_t icm_set_iv(void* state, std::uint8_t* iv, srtp_cipher_direction_t /*direction*/) {
  auto& icm = *static_cast<Icm*>(state);
  std::array<std::uint8_t, kBlockSize> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i) counter[i] = icm.offset[i] ^ iv[i];
  return ok_if(EVP_EncryptInit_ex(icm.evp.get(), nullptr, nullptr, nullptr, counter.data()) == 1);
}

srtp_err_status_t icm_crypt(void* state, std::uint8_t* buffer, unsigned int* size) {
  auto& icm = *static_cast<Icm*>(state);
  if (*size == 0) return srtp_err_status_ok;
  int written = 0;
  return ok_if(EVP_EncryptUpdate(icm.evp.get(), buffer, &written, buffer, static_cast<int>(*size)) == 1);
}

// AES-GCM (RFC 7714). libsrtp computes the whole IV; the salt is not for us.

struct Gcm {
  CipherHandle evp;
  const EVP_CIPHER* algorithm;
  int tag_size;
  std::array<std::uint8_t, kGcmIvSize> iv{};
};

srtp_err_status_t gcm_alloc(srtp_cipher_t** out, int key_and_salt_size, int tag_size) {
  const int key_size = key_and_salt_size - kGcmSaltSize;
  if (key_size != 16 && key_size != 32) return srtp_err_status_bad_param;
  // RFC 7714 §5.2 knows 16 only; 8 is what libsrtp's self-tests also try.
  if (tag_size != 16 && tag_size != 8) return srtp_err_status_bad_param;
  CipherHandle evp(EVP_CIPHER_CTX_new());
  if (!evp) return srtp_err_status_alloc_fail;
  return Cipher<Gcm>::publish(out, key_size == 16 ? kAesGcm128 : kAesGcm256, key_and_salt_size,
                              Gcm{.evp = std::move(evp),
                                  .algorithm = key_size == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(),
                                  .tag_size = tag_size});
}

srtp_err_status_t gcm_init(void* state, const std::uint8_t* key) {
  auto& gcm = *static_cast<Gcm*>(state);
  return ok_if(EVP_CipherInit_ex(gcm.evp.get(), gcm.algorithm, nullptr, key, nullptr, 1) == 1);
}

srtp_err_status_t gcm_set_iv(void* state, std::uint8_t* iv, srtp_cipher_direction_t direction) {
  auto& gcm = *static_cast<Gcm*>(state);
  std::copy_n(iv, kGcmIvSize, gcm.iv.begin());
  const int encrypt = direction == srtp_direction_encrypt ? 1 : 0;
  return ok_if(EVP_CipherInit_ex(gcm.evp.get(), nullptr, nullptr, nullptr, iv, encrypt) == 1);
}

srtp_err_status_t gcm_set_aad(void* state, const std::uint8_t* aad, std::uint32_t size) {
  auto& gcm = *static_cast<Gcm*>(state);
  int written = 0;
  return ok_if(EVP_CipherUpdate(gcm.evp.get(), nullptr, &written, aad, static_cast<int>(size)) == 1);
}

bool gcm_update(Gcm& gcm, std::uint8_t* buffer, unsigned int size) noexcept {
  int written = 0;
  return size == 0 || EVP_CipherUpdate(gcm.evp.get(), buffer, &written, buffer, static_cast<int>(size)) == 1;
}

bool gcm_finish(Gcm& gcm) noexcept {
  std::array<std::uint8_t, kBlockSize> nothing{};
  int written = 0;
  return EVP_CipherFinal_ex(gcm.evp.get(), nothing.data(), &written) == 1;
}

srtp_err_status_t gcm_encrypt(void* state, std::uint8_t* buffer, unsigned int* size) {
  auto& gcm = *static_cast<Gcm*>(state);
  return ok_if(gcm_update(gcm, buffer, *size) && gcm_finish(gcm));
}

srtp_err_status_t gcm_get_tag(void* state, std::uint8_t* tag, std::uint32_t* size) {
  auto& gcm = *static_cast<Gcm*>(state);
  *size = static_cast<std::uint32_t>(gcm.tag_size);
  return ok_if(EVP_CIPHER_CTX_ctrl(gcm.evp.get(), EVP_CTRL_AEAD_GET_TAG, gcm.tag_size, tag) == 1);
}

// Encrypting what was decrypted gives the ciphertext back: the caller may try
// another key on it, and nobody sees plaintext that nobody vouches for.
srtp_err_status_t gcm_undo(Gcm& gcm, std::uint8_t* buffer, unsigned int size) noexcept {
  const bool undone = EVP_CipherInit_ex(gcm.evp.get(), nullptr, nullptr, nullptr, gcm.iv.data(), 1) == 1 &&
                      gcm_update(gcm, buffer, size);
  return undone ? srtp_err_status_auth_fail : srtp_err_status_cipher_fail;
}

srtp_err_status_t gcm_decrypt(void* state, std::uint8_t* buffer, unsigned int* size) {
  auto& gcm = *static_cast<Gcm*>(state);
  const auto tag_size = static_cast<unsigned int>(gcm.tag_size);
  if (*size < tag_size) return srtp_err_status_bad_param;
  const unsigned int text_size = *size - tag_size;
  if (EVP_CIPHER_CTX_ctrl(gcm.evp.get(), EVP_CTRL_AEAD_SET_TAG, gcm.tag_size, buffer + text_size) != 1 ||
      !gcm_update(gcm, buffer, text_size)) {
    return srtp_err_status_cipher_fail;
  }
  if (!gcm_finish(gcm)) return gcm_undo(gcm, buffer, text_size);
  *size = text_size;
  return srtp_err_status_ok;
}

// HMAC-SHA1 (RFC 2104): the hash states behind the inner and the outer padded key
// are kept, so that a packet costs its own blocks and two more.

struct Hmac {
  srtp_auth_t handle{};
  SHA_CTX inner{};
  SHA_CTX outer{};
  SHA_CTX running{};
};

constexpr int kHmacMaxSize = 20;

srtp_err_status_t hmac_alloc(srtp_auth_t** out, int key_size, int tag_size) {
  if (key_size > kHmacMaxSize || tag_size > kHmacMaxSize) return srtp_err_status_bad_param;
  auto* hmac = new (std::nothrow) Hmac{};
  if (hmac == nullptr) return srtp_err_status_alloc_fail;
  hmac->handle = {.type = &kHmacSha1, .state = hmac, .out_len = tag_size, .key_len = key_size, .prefix_len = 0};
  *out = &hmac->handle;
  return srtp_err_status_ok;
}

srtp_err_status_t hmac_dealloc(srtp_auth_t* handle) {
  auto* hmac = static_cast<Hmac*>(handle->state);
  OPENSSL_cleanse(hmac, sizeof *hmac);
  delete hmac;
  return srtp_err_status_ok;
}

bool hmac_pad(SHA_CTX& hash, const std::uint8_t* key, std::size_t key_size, std::uint8_t pad) noexcept {
  std::array<std::uint8_t, SHA_CBLOCK> block{};
  block.fill(pad);
  for (std::size_t i = 0; i < key_size; ++i) block[i] ^= key[i];
  const bool done = SHA1_Init(&hash) == 1 && SHA1_Update(&hash, block.data(), block.size()) == 1;
  OPENSSL_cleanse(block.data(), block.size());
  return done;
}

srtp_err_status_t hmac_init(void* state, const std::uint8_t* key, int key_size) {
  auto& hmac = *static_cast<Hmac*>(state);
  if (key_size < 0 || key_size > kHmacMaxSize) return srtp_err_status_bad_param;
  const auto size = static_cast<std::size_t>(key_size);
  const bool done = hmac_pad(hmac.inner, key, size, 0x36) && hmac_pad(hmac.outer, key, size, 0x5c);
  hmac.running = hmac.inner;
  return done ? srtp_err_status_ok : srtp_err_status_auth_fail;
}

srtp_err_status_t hmac_start(void* state) {
  auto& hmac = *static_cast<Hmac*>(state);
  hmac.running = hmac.inner;
  return srtp_err_status_ok;
}

srtp_err_status_t hmac_update(void* state, const std::uint8_t* message, int size) {
  auto& hmac = *static_cast<Hmac*>(state);
  const bool done = SHA1_Update(&hmac.running, message, static_cast<std::size_t>(size)) == 1;
  return done ? srtp_err_status_ok : srtp_err_status_auth_fail;
}

srtp_err_status_t hmac_compute(void* state, const std::uint8_t* message, int size, int tag_size, std::uint8_t* tag) {
  auto& hmac = *static_cast<Hmac*>(state);
  if (tag_size < 0 || tag_size > kHmacMaxSize) return srtp_err_status_bad_param;
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
  if (hmac_update(state, message, size) != srtp_err_status_ok) return srtp_err_status_auth_fail;
  bool done = SHA1_Final(digest.data(), &hmac.running) == 1;
  hmac.running = hmac.outer;
  done = done && SHA1_Update(&hmac.running, digest.data(), digest.size()) == 1 &&
         SHA1_Final(digest.data(), &hmac.running) == 1;
  std::copy_n(digest.begin(), tag_size, tag);
  return done ? srtp_err_status_ok : srtp_err_status_auth_fail;
}

constexpr srtp_cipher_type_t icm(const char* name, const srtp_cipher_test_case_t* answers, srtp_cipher_type_id_t id) {
  return {icm_alloc, Cipher<Icm>::destroy, icm_init, nullptr, icm_crypt, icm_crypt, icm_set_iv, nullptr, name, answers,
          id};
}

constexpr srtp_cipher_type_t gcm(const char* name, const srtp_cipher_test_case_t* answers, srtp_cipher_type_id_t id) {
  return {gcm_alloc,  Cipher<Gcm>::destroy, gcm_init, gcm_set_aad, gcm_encrypt, gcm_decrypt,
          gcm_set_iv, gcm_get_tag,          name,     answers,     id};
}

}  // namespace

const srtp_cipher_type_t kAesIcm128 = icm("AES-128 counter mode", &kIcm128Answer, SRTP_AES_ICM_128);
const srtp_cipher_type_t kAesIcm192 = icm("AES-192 counter mode", &kIcm192Answer, SRTP_AES_ICM_192);
const srtp_cipher_type_t kAesIcm256 = icm("AES-256 counter mode", &kIcm256Answer, SRTP_AES_ICM_256);
const srtp_cipher_type_t kAesGcm128 = gcm("AES-128 GCM", &kGcm128Answer, SRTP_AES_GCM_128);
const srtp_cipher_type_t kAesGcm256 = gcm("AES-256 GCM", &kGcm256Answer, SRTP_AES_GCM_256);
const srtp_auth_type_t kHmacSha1 = {hmac_alloc, hmac_dealloc, hmac_init,        hmac_compute,  hmac_update,
                                    hmac_start, "HMAC-SHA1",  &kHmacSha1Answer, SRTP_HMAC_SHA1};

Result<Done, std::string> install_openssl_ciphers() {
  for (const auto* type : {&kAesIcm128, &kAesIcm192, &kAesIcm256, &kAesGcm128, &kAesGcm256}) {
    if (srtp_replace_cipher_type(type, type->id) != srtp_err_status_ok) return fail(std::string(type->description));
  }
  if (srtp_replace_auth_type(&kHmacSha1, SRTP_HMAC_SHA1) != srtp_err_status_ok) return fail(std::string("HMAC-SHA1"));
  return Done{};
}

Aes192KeyDerivation::Aes192KeyDerivation() noexcept { ++derives_with_aes192; }
Aes192KeyDerivation::~Aes192KeyDerivation() { --derives_with_aes192; }

}  // namespace osrtp::srtp
