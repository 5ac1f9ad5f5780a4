#pragma once

#include <srtp2/srtp.h>

#include "base/suite.hpp"

namespace osrtp::srtp {

/// What libsrtp is asked to do for `suite`. RTCP keeps the long tag where RTP's is
/// short (RFC 4568 §6.2.2).
[[nodiscard]] srtp_crypto_policy_t rtp_policy(Suite suite) noexcept;
[[nodiscard]] srtp_crypto_policy_t rtcp_policy(Suite suite) noexcept;

/// Whether `policy` encrypts and authenticates, with a cipher and a tag that we know.
/// No context is made from one that is not sound, whoever wrote it.
[[nodiscard]] bool is_sound(const srtp_crypto_policy_t& policy) noexcept;

}  // namespace osrtp::srtp
