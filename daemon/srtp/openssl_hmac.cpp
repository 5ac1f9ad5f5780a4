// HMAC-SHA1 (RFC 2104). Of the hash states behind the inner and the outer padded key the five words are kept that
// make them, so that a packet costs its own blocks and two more, and a key little memory.
// SHA_CTX can be set up without an allocation, EVP_MD_CTX cannot (OpenSSL 3).
#define OPENSSL_API_COMPAT 0x10101000L

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <new>

#include "srtp/known_answers.hpp"
#include "srtp/openssl_provider.hpp"

namespace osrtp::srtp {
namespace {

/// SHA-1 behind one block.
using Midstate = std::array<SHA_LONG, 5>;

Midstate midstate_of(const SHA_CTX& hash) noexcept { return {hash.h0, hash.h1, hash.h2, hash.h3, hash.h4}; }

void resume(SHA_CTX& hash, const Midstate& from) noexcept {
  hash.h0 = from[0];
  hash.h1 = from[1];
  hash.h2 = from[2];
  hash.h3 = from[3];
  hash.h4 = from[4];
  hash.Nl = SHA_CBLOCK * 8;  // bits
  hash.Nh = 0;
  hash.num = 0;  // octets in `data`, which is thus not read
}

struct Hmac {
  srtp_auth_t handle{};
  Midstate inner{};
  Midstate outer{};
};

// From hmac_start() to hmac_compute(), which libsrtp calls in one go.
thread_local SHA_CTX running{};

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
  OPENSSL_cleanse(&running, sizeof running);  // it may be this key's
  delete hmac;
  return srtp_err_status_ok;
}

bool pad_into(Midstate& state, const std::uint8_t* key, std::size_t key_size, std::uint8_t pad) noexcept {
  std::array<std::uint8_t, SHA_CBLOCK> block{};
  block.fill(pad);
  for (std::size_t i = 0; i < key_size; ++i) block[i] ^= key[i];
  SHA_CTX hash{};
  const bool done = SHA1_Init(&hash) == 1 && SHA1_Update(&hash, block.data(), block.size()) == 1;
  state = midstate_of(hash);
  OPENSSL_cleanse(block.data(), block.size());
  OPENSSL_cleanse(&hash, sizeof hash);
  return done;
}

srtp_err_status_t hmac_start(void* state) {
  resume(running, static_cast<const Hmac*>(state)->inner);
  return srtp_err_status_ok;
}

srtp_err_status_t hmac_init(void* state, const std::uint8_t* key, int key_size) {
  auto& hmac = *static_cast<Hmac*>(state);
  if (key_size < 0 || key_size > kHmacMaxSize) return srtp_err_status_bad_param;
  const auto size = static_cast<std::size_t>(key_size);
  const bool done = pad_into(hmac.inner, key, size, 0x36) && pad_into(hmac.outer, key, size, 0x5c);
  return done ? hmac_start(state) : srtp_err_status_auth_fail;
}

srtp_err_status_t hmac_update(void* /*state*/, const std::uint8_t* message, int size) {
  const bool done = SHA1_Update(&running, message, static_cast<std::size_t>(size)) == 1;
  return done ? srtp_err_status_ok : srtp_err_status_auth_fail;
}

srtp_err_status_t hmac_compute(void* state, const std::uint8_t* message, int size, int tag_size, std::uint8_t* tag) {
  const auto& hmac = *static_cast<const Hmac*>(state);
  if (tag_size < 0 || tag_size > kHmacMaxSize) return srtp_err_status_bad_param;
  if (hmac_update(state, message, size) != srtp_err_status_ok) return srtp_err_status_auth_fail;
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
  bool done = SHA1_Final(digest.data(), &running) == 1;
  resume(running, hmac.outer);
  done = done && SHA1_Update(&running, digest.data(), digest.size()) == 1 && SHA1_Final(digest.data(), &running) == 1;
  std::copy_n(digest.begin(), tag_size, tag);
  return done ? srtp_err_status_ok : srtp_err_status_auth_fail;
}

}  // namespace

const srtp_auth_type_t kHmacSha1 = {hmac_alloc, hmac_dealloc, hmac_init,        hmac_compute,  hmac_update,
                                    hmac_start, "HMAC-SHA1",  &kHmacSha1Answer, SRTP_HMAC_SHA1};

}  // namespace osrtp::srtp
