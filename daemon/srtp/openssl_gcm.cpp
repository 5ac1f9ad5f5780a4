// AES-GCM (RFC 7714). libsrtp computes the whole IV; the salt is not for us.
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <optional>

#include "srtp/known_answers.hpp"
#include "srtp/openssl_cipher.hpp"
#include "srtp/openssl_provider.hpp"

namespace osrtp::srtp {
namespace {

constexpr int kGcmSaltSize = 12;
constexpr int kGcmIvSize = 12;
constexpr int kBlockSize = 16;

struct Gcm {
  LazyCipher cipher{};
  std::size_t key_size;
  int tag_size;
  std::array<std::uint8_t, kGcmIvSize> iv{};
};

const EVP_CIPHER* aes_of(std::size_t key_size) noexcept {
  static const EVP_CIPHER* const aes128 = fetched("AES-128-GCM");
  static const EVP_CIPHER* const aes256 = fetched("AES-256-GCM");
  return key_size == 16 ? aes128 : aes256;
}

srtp_err_status_t gcm_alloc(srtp_cipher_t** out, int key_and_salt_size, int tag_size) {
  const int key_size = key_and_salt_size - kGcmSaltSize;
  if (key_size != 16 && key_size != 32) return srtp_err_status_bad_param;
  // RFC 7714 §5.2 knows 16 only; 8 is what libsrtp's self-tests also try.
  if (tag_size != 16 && tag_size != 8) return srtp_err_status_bad_param;
  return Cipher<Gcm>::publish(out, key_size == 16 ? kAesGcm128 : kAesGcm256, key_and_salt_size,
                              Gcm{.key_size = static_cast<std::size_t>(key_size), .tag_size = tag_size});
}

srtp_err_status_t gcm_init(void* state, const std::uint8_t* key) {
  auto& gcm = *static_cast<Gcm*>(state);
  return ok_if(gcm.cipher.set_key(aes_of(gcm.key_size), {key, gcm.key_size}));
}

bool init_iv(EVP_CIPHER_CTX* evp, const std::uint8_t* iv, int encrypt) noexcept {
  return EVP_CipherInit_ex2(evp, nullptr, nullptr, iv, encrypt, nullptr) == 1;
}

// The size -1 stands for the whole IV (EVP_CTRL_GCM_SET_IV_FIXED has it, for TLS that takes a former IV up again).
// To initialise anew asks the provider, by name, for the IV's length first, for each packet.
bool replace_iv(EVP_CIPHER_CTX* evp, const std::uint8_t* iv) noexcept {
  const std::array<OSSL_PARAM, 2> params{
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TLS1_IV_FIXED, const_cast<std::uint8_t*>(iv),
                                        static_cast<std::size_t>(-1)),
      OSSL_PARAM_construct_end()};
  return EVP_CIPHER_CTX_set_params(evp, params.data()) == 1;
}

/// The first block under an IV that comes after another; nothing: it could not be set.
std::optional<std::array<std::uint8_t, kBlockSize>> block_under(bool (*set)(EVP_CIPHER_CTX*)) noexcept {
  constexpr std::array<std::uint8_t, 16> key{1};
  constexpr std::array<std::uint8_t, kGcmIvSize> former{2};
  std::array<std::uint8_t, kBlockSize> block{};
  LazyCipher cipher;
  EVP_CIPHER_CTX* const evp = cipher.set_key(aes_of(key.size()), key) ? cipher.get() : nullptr;
  int size = 0;
  const bool done = evp != nullptr && init_iv(evp, former.data(), 1) &&
                    EVP_EncryptUpdate(evp, block.data(), &size, block.data(), kBlockSize) == 1 &&
                    EVP_EncryptFinal_ex(evp, block.data(), &size) == 1;
  block.fill(0);
  if (!done || !set(evp)) return std::nullopt;
  if (EVP_EncryptUpdate(evp, block.data(), &size, block.data(), kBlockSize) != 1) return std::nullopt;
  return block;
}

/// Whether this OpenSSL knows replace_iv(), which its manual does not promise.
bool can_replace_iv() noexcept {
  static constexpr std::array<std::uint8_t, kGcmIvSize> next{3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  ERR_set_mark();
  const auto replaced = block_under([](EVP_CIPHER_CTX* evp) { return replace_iv(evp, next.data()); });
  ERR_pop_to_mark();
  const auto wanted = block_under([](EVP_CIPHER_CTX* evp) { return init_iv(evp, next.data(), 1); });
  return replaced && replaced == wanted;
}

srtp_err_status_t gcm_set_iv(void* state, std::uint8_t* iv, srtp_cipher_direction_t direction) {
  static const bool replaceable = can_replace_iv();
  auto& gcm = *static_cast<Gcm*>(state);
  EVP_CIPHER_CTX* const evp = gcm.cipher.get();
  if (evp == nullptr) return srtp_err_status_cipher_fail;
  std::copy_n(iv, kGcmIvSize, gcm.iv.begin());
  const int encrypt = direction == srtp_direction_encrypt ? 1 : 0;
  const bool may_replace = replaceable && EVP_CIPHER_CTX_is_encrypting(evp) == encrypt;
  return ok_if(may_replace ? replace_iv(evp, iv) : init_iv(evp, iv, encrypt));
}

srtp_err_status_t gcm_set_aad(void* state, const std::uint8_t* aad, std::uint32_t size) {
  auto& gcm = *static_cast<Gcm*>(state);
  int written = 0;
  return ok_if(EVP_CipherUpdate(gcm.cipher.get(), nullptr, &written, aad, static_cast<int>(size)) == 1);
}

bool gcm_update(Gcm& gcm, std::uint8_t* buffer, unsigned int size) noexcept {
  int written = 0;
  return size == 0 || EVP_CipherUpdate(gcm.cipher.get(), buffer, &written, buffer, static_cast<int>(size)) == 1;
}

bool gcm_finish(Gcm& gcm) noexcept {
  std::array<std::uint8_t, kBlockSize> nothing{};
  int written = 0;
  return EVP_CipherFinal_ex(gcm.cipher.get(), nothing.data(), &written) == 1;
}

// EVP_CIPHER_CTX_ctrl() makes the same of its arguments, in more time.
std::array<OSSL_PARAM, 2> tag_params(std::uint8_t* tag, std::size_t size) noexcept {
  return {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, size), OSSL_PARAM_construct_end()};
}

srtp_err_status_t gcm_encrypt(void* state, std::uint8_t* buffer, unsigned int* size) {
  auto& gcm = *static_cast<Gcm*>(state);
  return ok_if(gcm_update(gcm, buffer, *size) && gcm_finish(gcm));
}

srtp_err_status_t gcm_get_tag(void* state, std::uint8_t* tag, std::uint32_t* size) {
  auto& gcm = *static_cast<Gcm*>(state);
  *size = static_cast<std::uint32_t>(gcm.tag_size);
  auto params = tag_params(tag, *size);
  return ok_if(EVP_CIPHER_CTX_get_params(gcm.cipher.get(), params.data()) == 1);
}

// Encrypting what was decrypted gives the ciphertext back: the caller may try
// another key on it, and nobody sees plaintext that nobody vouches for.
srtp_err_status_t gcm_undo(Gcm& gcm, std::uint8_t* buffer, unsigned int size) noexcept {
  const bool undone = init_iv(gcm.cipher.get(), gcm.iv.data(), 1) && gcm_update(gcm, buffer, size);
  return undone ? srtp_err_status_auth_fail : srtp_err_status_cipher_fail;
}

srtp_err_status_t gcm_decrypt(void* state, std::uint8_t* buffer, unsigned int* size) {
  auto& gcm = *static_cast<Gcm*>(state);
  const auto tag_size = static_cast<unsigned int>(gcm.tag_size);
  if (*size < tag_size) return srtp_err_status_bad_param;
  const unsigned int text_size = *size - tag_size;
  const auto params = tag_params(buffer + text_size, tag_size);
  if (EVP_CIPHER_CTX_set_params(gcm.cipher.get(), params.data()) != 1 || !gcm_update(gcm, buffer, text_size)) {
    return srtp_err_status_cipher_fail;
  }
  if (!gcm_finish(gcm)) return gcm_undo(gcm, buffer, text_size);
  *size = text_size;
  return srtp_err_status_ok;
}

constexpr srtp_cipher_type_t gcm(const char* name, const srtp_cipher_test_case_t* answers, srtp_cipher_type_id_t id) {
  return {gcm_alloc,  Cipher<Gcm>::destroy, gcm_init, gcm_set_aad, gcm_encrypt, gcm_decrypt,
          gcm_set_iv, gcm_get_tag,          name,     answers,     id};
}

}  // namespace

const srtp_cipher_type_t kAesGcm128 = gcm("AES-128 GCM", &kGcm128Answer, SRTP_AES_GCM_128);
const srtp_cipher_type_t kAesGcm256 = gcm("AES-256 GCM", &kGcm256Answer, SRTP_AES_GCM_256);

}  // namespace osrtp::srtp
