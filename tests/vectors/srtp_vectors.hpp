#pragma once

#include <srtp2/auth.h>
#include <srtp2/cipher.h>

#include <stdexcept>

#include "srtp/openssl_provider.hpp"
#include "support/octets.hpp"

namespace osrtp::testing {

/// One of the provider's ciphers, as libsrtp would use it.
class ProviderCipher {
 public:
  ProviderCipher(const srtp_cipher_type_t& type, const Octets& key_and_salt, int tag_size = 0) : type_(type) {
    must(type.alloc(&cipher_, static_cast<int>(key_and_salt.size()), tag_size));
    must(type.init(cipher_->state, key_and_salt.data()));
  }
  ProviderCipher(const ProviderCipher&) = delete;
  ProviderCipher& operator=(const ProviderCipher&) = delete;
  ~ProviderCipher() { type_.dealloc(cipher_); }

  /// `size` octets of keystream from `iv` on.
  Octets keystream(Octets iv, std::size_t size) {
    must(type_.set_iv(cipher_->state, iv.data(), srtp_direction_encrypt));
    Octets out(size, 0);
    auto length = static_cast<unsigned int>(size);
    must(type_.encrypt(cipher_->state, out.data(), &length));
    return out;
  }
  /// Ciphertext || tag.
  Octets seal(Octets iv, const std::vector<Octets>& aads, Octets text) {
    must(type_.set_iv(cipher_->state, iv.data(), srtp_direction_encrypt));
    for (const Octets& aad : aads)
      must(type_.set_aad(cipher_->state, aad.data(), static_cast<std::uint32_t>(aad.size())));
    auto length = static_cast<unsigned int>(text.size());
    must(type_.encrypt(cipher_->state, text.empty() ? nullptr : text.data(), &length));
    std::uint32_t tag_size = 0;
    text.resize(text.size() + 16);
    must(type_.get_tag(cipher_->state, text.data() + length, &tag_size));
    return text;
  }
  /// Opens `sealed` in place. On success it is the plaintext.
  srtp_err_status_t open(Octets iv, const std::vector<Octets>& aads, Octets& sealed) {
    must(type_.set_iv(cipher_->state, iv.data(), srtp_direction_decrypt));
    for (const Octets& aad : aads)
      must(type_.set_aad(cipher_->state, aad.data(), static_cast<std::uint32_t>(aad.size())));
    auto length = static_cast<unsigned int>(sealed.size());
    const srtp_err_status_t status = type_.decrypt(cipher_->state, sealed.data(), &length);
    if (status == srtp_err_status_ok) sealed.resize(length);
    return status;
  }

 private:
  static void must(srtp_err_status_t status) {
    if (status != srtp_err_status_ok) throw std::runtime_error("cipher");
  }
  const srtp_cipher_type_t& type_;
  srtp_cipher_t* cipher_ = nullptr;
};

}  // namespace osrtp::testing
