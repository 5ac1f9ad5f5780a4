#include "ice/stun_wire.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <limits>

namespace osrtp::ice::wire {
namespace {

constexpr std::uint32_t kFingerprintMask = 0x5354554e;  // "STUN"
constexpr std::uint32_t kPolynomial = 0xedb88320;       // CRC-32 of ITU-T V.42, least significant bit first

constexpr std::array<std::uint32_t, 256> crc_table() noexcept {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t octet = 0; octet < table.size(); ++octet) {
    std::uint32_t crc = octet;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1U ^ kPolynomial : crc >> 1U;
    table[octet] = crc;
  }
  return table;
}
constexpr auto kCrcTable = crc_table();

}  // namespace

std::optional<Mac> hmac_sha1(ByteView message, ByteView password) noexcept {
  if (password.size() > std::size_t{std::numeric_limits<int>::max()}) return std::nullopt;
  Mac mac{};
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), message.data(),
                          message.size(), mac.data(), &size);
  if (done == nullptr || size != mac.size()) return std::nullopt;
  return mac;
}

std::uint32_t fingerprint(ByteView message) noexcept {
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t octet : message) crc = kCrcTable[(crc ^ octet) & 0xffU] ^ crc >> 8U;
  return ~crc ^ kFingerprintMask;
}

}  // namespace osrtp::ice::wire
