#pragma once

#include <openssl/evp.h>
#include <srtp2/cipher.h>

#include <memory>
#include <new>
#include <utility>

#include "base/secret.hpp"

// What the ciphers made of OpenSSL's have in common.
namespace osrtp::srtp {

inline srtp_err_status_t ok_if(bool good) noexcept { return good ? srtp_err_status_ok : srtp_err_status_cipher_fail; }

/// One of OpenSSL's algorithms, looked up once in the life of the process: EVP_aes_128_ecb() and the like are looked
/// up again, under a lock, for every key. nullptr: OpenSSL has none of this name.
[[nodiscard]] inline const EVP_CIPHER* fetched(const char* name) noexcept {
  return EVP_CIPHER_fetch(nullptr, name, nullptr);
}

/// A key, and from its first use on the EVP context in its place. The context takes several hundred octets, and many
/// keys never have a packet: those of RTCP where there is none, both where nothing is said in one direction.
class LazyCipher {
 public:
  /// What was there is forgotten.
  [[nodiscard]] bool set_key(const EVP_CIPHER* algorithm, ByteView key) noexcept {
    context_.reset();
    algorithm_ = algorithm;
    auto kept = Secret::from(key);
    if (!kept || algorithm == nullptr) return false;
    key_ = *std::move(kept);
    return true;
  }
  /// Keyed; only the first call allocates. nullptr: no memory, or no key.
  [[nodiscard]] EVP_CIPHER_CTX* get() noexcept { return context_ ? context_.get() : make(); }

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
  };
  EVP_CIPHER_CTX* make() noexcept {
    std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
    const bool keyed = context && key_.size() != 0 &&
                       EVP_EncryptInit_ex2(context.get(), algorithm_, key_.reveal().data(), nullptr, nullptr) == 1;
    if (!keyed) return nullptr;
    key_ = Secret();
    context_ = std::move(context);
    return context_.get();
  }

  std::unique_ptr<EVP_CIPHER_CTX, Free> context_;
  const EVP_CIPHER* algorithm_ = nullptr;
  Secret key_;
};

/// libsrtp's handle and our state in one piece; libsrtp only ever sees `handle`.
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

}  // namespace osrtp::srtp
