#pragma once

#include <srtp2/auth.h>
#include <srtp2/cipher.h>

namespace osrtp::srtp {

// The RFCs' own examples, which every cipher must reproduce before the daemon starts.
extern const srtp_cipher_test_case_t kIcm128Answer;  // RFC 3711 appendix B.2
extern const srtp_cipher_test_case_t kIcm192Answer;  // RFC 6188 §7.3
extern const srtp_cipher_test_case_t kIcm256Answer;  // RFC 6188 §7.1
extern const srtp_cipher_test_case_t kGcm128Answer;  // RFC 7714 §16.1.1
extern const srtp_cipher_test_case_t kGcm256Answer;  // RFC 7714 §16.2.1
extern const srtp_auth_test_case_t kHmacSha1Answer;  // RFC 2202 §3

}  // namespace osrtp::srtp
