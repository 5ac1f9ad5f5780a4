#include "dtls/cookie.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <concepts>

namespace osrtp::dtls {
namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::uint8_t kHelloVerifyRequest = 3;
// RFC 6347 §4.2.1: the version of DTLS 1.0, whatever is agreed later.
constexpr std::uint16_t kVersion = 0xfeff;

template <std::size_t Size>
void append(Octets& out, std::uint64_t number) {
  for (std::size_t i = Size; i-- > 0;) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}
void append(Octets& out, ByteView octets) { out.insert(out.end(), octets.begin(), octets.end()); }

}  // namespace

std::optional<Cookie> cookie_for(const CookieSecret& secret, const Endpoint& client, const ClientHello& hello) {
  Octets covered;
  covered.push_back(static_cast<std::uint8_t>(client.address.family()));
  append(covered, client.address.octets());
  append<2>(covered, client.port.number());
  append(covered, hello.random);
  Cookie cookie{};
  unsigned size = 0;
  const auto* made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), covered.data(), covered.size(),
                          cookie.data(), &size);
  return made != nullptr ? std::optional(cookie) : std::nullopt;
}

bool has_right_cookie(const CookieSecret& secret, const Endpoint& client, const ClientHello& hello) {
  const auto right = cookie_for(secret, client, hello);
  return right && hello.cookie.size() == right->size() &&
         CRYPTO_memcmp(hello.cookie.data(), right->data(), right->size()) == 0;
}

std::vector<std::uint8_t> hello_verify_request(const Cookie& cookie, const ClientHello& hello) {
  constexpr std::size_t body_size = 2 + 1 + std::tuple_size_v<Cookie>;
  Octets out;
  out.reserve(kRecordHeader + kHandshakeHeader + body_size);
  out.push_back(kHandshakeRecord);
  append<2>(out, kVersion);
  append<8>(out, hello.record_sequence);  // RFC 6347 §4.2.1: the ClientHello's; epoch 0
  append<2>(out, kHandshakeHeader + body_size);
  out.push_back(kHelloVerifyRequest);
  append<3>(out, body_size);
  append<2>(out, 0);  // the first message of ours, always: there is no state
  append<3>(out, 0);
  append<3>(out, body_size);
  append<2>(out, kVersion);
  out.push_back(static_cast<std::uint8_t>(cookie.size()));
  append(out, cookie);
  return out;
}

}  // namespace osrtp::dtls
