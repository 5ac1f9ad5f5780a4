#include "ice/credentials.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace osrtp::ice {
namespace {

constexpr std::string_view kIceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static_assert(kIceChars.size() == 64);
static_assert(kPasswordSize <= Secret::kCapacity);

char ice_char(std::uint8_t random) noexcept { return kIceChars[random % kIceChars.size()]; }

}  // namespace

Credentials make_credentials(std::span<const std::uint8_t, kCredentialEntropy> random) {
  Credentials made;
  std::transform(random.begin(), random.begin() + kUfragSize, std::back_inserter(made.ufrag), ice_char);
  std::array<std::uint8_t, kPasswordSize> password{};
  std::transform(random.begin() + kUfragSize, random.end(), password.begin(),
                 [](std::uint8_t octet) { return static_cast<std::uint8_t>(ice_char(octet)); });
  made.password = *Secret::from(password);
  OPENSSL_cleanse(password.data(), password.size());
  return made;
}

}  // namespace osrtp::ice
