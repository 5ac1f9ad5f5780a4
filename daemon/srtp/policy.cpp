#include "srtp/policy.hpp"

#include <srtp2/crypto_types.h>

namespace osrtp::srtp {
namespace {

constexpr int kHmacKeySize = 20;

srtp_cipher_type_id_t cipher_of(Suite suite) noexcept {
  switch (suite) {
    case Suite::kAeadAes256Gcm:
      return SRTP_AES_GCM_256;
    case Suite::kAeadAes128Gcm:
      return SRTP_AES_GCM_128;
    case Suite::kAes256CmHmacSha1_80:
    case Suite::kAes256CmHmacSha1_32:
      return SRTP_AES_ICM_256;
    case Suite::kAes192CmHmacSha1_80:
    case Suite::kAes192CmHmacSha1_32:
      return SRTP_AES_ICM_192;
    case Suite::kAesCm128HmacSha1_80:
    case Suite::kAesCm128HmacSha1_32:
      break;
  }
  return SRTP_AES_ICM_128;
}

bool is_aead(srtp_cipher_type_id_t cipher) noexcept { return cipher == SRTP_AES_GCM_128 || cipher == SRTP_AES_GCM_256; }
bool is_counter_mode(srtp_cipher_type_id_t cipher) noexcept {
  return cipher == SRTP_AES_ICM_128 || cipher == SRTP_AES_ICM_192 || cipher == SRTP_AES_ICM_256;
}

srtp_crypto_policy_t policy_of(Suite suite, std::size_t tag_size) noexcept {
  const srtp_cipher_type_id_t cipher = cipher_of(suite);
  // AEAD authenticates by itself: for libsrtp the second algorithm is then none.
  return {.cipher_type = cipher,
          .cipher_key_len = static_cast<int>(facts(suite).master_size()),
          .auth_type = is_aead(cipher) ? srtp_auth_type_id_t{SRTP_NULL_AUTH} : srtp_auth_type_id_t{SRTP_HMAC_SHA1},
          .auth_key_len = is_aead(cipher) ? 0 : kHmacKeySize,
          .auth_tag_len = static_cast<int>(tag_size),
          .sec_serv = sec_serv_conf_and_auth};
}

}  // namespace

srtp_crypto_policy_t rtp_policy(Suite suite) noexcept { return policy_of(suite, facts(suite).rtp_tag_size); }
srtp_crypto_policy_t rtcp_policy(Suite suite) noexcept { return policy_of(suite, facts(suite).rtcp_tag_size); }

bool is_sound(const srtp_crypto_policy_t& policy) noexcept {
  if (policy.sec_serv != sec_serv_conf_and_auth) return false;
  if (is_aead(policy.cipher_type)) return policy.auth_type == SRTP_NULL_AUTH && policy.auth_tag_len == 16;
  return is_counter_mode(policy.cipher_type) && policy.auth_type == SRTP_HMAC_SHA1 &&
         policy.auth_key_len == kHmacKeySize && (policy.auth_tag_len == 10 || policy.auth_tag_len == 4);
}

}  // namespace osrtp::srtp
