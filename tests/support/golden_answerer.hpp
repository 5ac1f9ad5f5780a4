#pragma once

#include <string>
#include <string_view>

namespace osrtp::testing {

/// What a phone makes of its plain answer where it takes whatever it was offered: each line has the offered profile,
/// and where the offer has them AES_CM_128_HMAC_SHA1_80's key (else that of the first suite), or else a fingerprint; a
/// line that was rejected stays so. Keys and fingerprint are the same each time.
[[nodiscard]] std::string taking_keys(std::string_view answer, std::string_view offer);

}  // namespace osrtp::testing
