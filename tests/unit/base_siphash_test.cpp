#include "base/siphash.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <array>
#include <bit>
#include <cstring>
#include <string>

namespace osrtp {
namespace {

constexpr std::array<std::uint8_t, 16> kKey{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

constexpr SipKey kSipKey{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

Digest128 halves(const std::array<std::uint8_t, 16>& octets) {
  static_assert(std::endian::native == std::endian::little);
  Digest128 value{};
  std::memcpy(value.data(), octets.data(), octets.size());
  return value;
}

/// Another's.
Digest128 reference(const std::string& text) {
  std::array<std::uint8_t, 16> out{};
  std::size_t size = 0;
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  std::size_t wanted = out.size();
  const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &wanted),
                                             OSSL_PARAM_construct_end()};
  EXPECT_EQ(EVP_MAC_init(context, kKey.data(), kKey.size(), parameters.data()), 1);
  EXPECT_EQ(EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size()), 1);
  EXPECT_EQ(EVP_MAC_final(context, out.data(), &size, out.size()), 1);
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  EXPECT_EQ(size, out.size());
  return halves(out);
}

TEST(SipHash, IsThatOfItsAuthors) {
  const std::array<std::uint8_t, 16> of_nothing{0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
                                                0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93};
  EXPECT_EQ(siphash128("", kSipKey), halves(of_nothing));
}

TEST(SipHash, AgreesWithAnotherImplementationAtEveryLength) {
  std::string text;
  for (std::size_t size = 0; size < 300; ++size) {
    EXPECT_EQ(siphash128(text, kSipKey), reference(text)) << size;
    text += static_cast<char>(size * 7 + 128);
  }
}

TEST(SipHash, AnotherKeyMakesAnotherDigest) {
  EXPECT_NE(siphash128("text", {1, 2}), siphash128("text", {1, 3}));
  EXPECT_NE(siphash128("text", {1, 2}), siphash128("text", {3, 2}));
}

}  // namespace
}  // namespace osrtp
