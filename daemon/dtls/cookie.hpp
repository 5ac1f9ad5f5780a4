#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "dtls/records.hpp"

namespace osrtp::dtls {

using CookieSecret = std::array<std::uint8_t, 32>;
using Cookie = std::array<std::uint8_t, 32>;

/// RFC 6347 §4.2.1: HMAC-SHA256 over the client's address and the random of its hello, which its first
/// fragment has too. Nothing: out of memory.
[[nodiscard]] std::optional<Cookie> cookie_for(const CookieSecret& secret, const Endpoint& client,
                                               const ClientHello& hello);
/// Whether `hello` brings the cookie that cookie_for() makes; in constant time.
[[nodiscard]] bool has_right_cookie(const CookieSecret& secret, const Endpoint& client, const ClientHello& hello);

/// A HelloVerifyRequest: 60 octets, and the shortest ClientHello has 67.
[[nodiscard]] std::vector<std::uint8_t> hello_verify_request(const Cookie& cookie, const ClientHello& hello);

}  // namespace osrtp::dtls
