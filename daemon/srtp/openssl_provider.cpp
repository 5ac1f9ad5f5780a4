#include "srtp/openssl_provider.hpp"

namespace osrtp::srtp {

Result<Done, std::string> install_openssl_ciphers() {
  for (const auto* type : {&kAesIcm128, &kAesIcm192, &kAesIcm256, &kAesGcm128, &kAesGcm256}) {
    if (srtp_replace_cipher_type(type, type->id) != srtp_err_status_ok) return fail(std::string(type->description));
  }
  if (srtp_replace_auth_type(&kHmacSha1, SRTP_HMAC_SHA1) != srtp_err_status_ok) return fail(std::string("HMAC-SHA1"));
  return Done{};
}

}  // namespace osrtp::srtp
