#pragma once

#include <srtp2/auth.h>
#include <srtp2/cipher.h>

#include <string>

#include "base/result.hpp"

namespace osrtp::srtp {

// AES and HMAC-SHA1 for libsrtp, made of OpenSSL's. Per key everything that can be
// computed in advance is, with its first packet; for the next ones there is no allocation
// and no key schedule.
extern const srtp_cipher_type_t kAesIcm128;
extern const srtp_cipher_type_t kAesIcm192;
extern const srtp_cipher_type_t kAesIcm256;
extern const srtp_cipher_type_t kAesGcm128;  // a failed decryption leaves the ciphertext as it was
extern const srtp_cipher_type_t kAesGcm256;
extern const srtp_auth_type_t kHmacSha1;

/// Puts the above into libsrtp's place for its own. libsrtp runs its self-tests on
/// each of them, and ours, which are the RFCs' examples, before it takes it.
/// srtp_init() comes first. @return the name of what failed
[[nodiscard]] Result<Done, std::string> install_openssl_ciphers();

/// libsrtp 2.5 derives the session keys of AES-192 with AES-256 over a zero-padded
/// master key; RFC 6188 §3 wants AES-192. While one of these lives, this thread's
/// AES-256 counter ciphers are AES-192: a 192-bit policy uses them for nothing else.
class Aes192KeyDerivation {
 public:
  Aes192KeyDerivation() noexcept;
  ~Aes192KeyDerivation();
  Aes192KeyDerivation(const Aes192KeyDerivation&) = delete;
  Aes192KeyDerivation& operator=(const Aes192KeyDerivation&) = delete;
};

}  // namespace osrtp::srtp
