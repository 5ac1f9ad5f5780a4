// RFC 3711 appendix B.2. B.1 is AES-f8, which is not supported.
#include <gtest/gtest.h>

#include "vectors/srtp_vectors.hpp"

namespace osrtp::testing {
namespace {

struct AesCm : ::testing::Test {
  // SSRC, rollover counter and sequence number are zero, so the counter starts at salt * 2^16.
  ProviderCipher cipher{srtp::kAesIcm128, from_hex("2B7E151628AED2A6ABF7158809CF4F3C F0F1F2F3F4F5F6F7F8F9FAFBFCFD")};
};

TEST_F(AesCm, GivesTheFirstThreeBlocks) {
  EXPECT_EQ(to_hex(cipher.keystream(Octets(16), 48)),
            "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0");
}

TEST_F(AesCm, GivesTheLastThreeBlocksOfTheTable) {
  const Octets all = cipher.keystream(Octets(16), 0xff02 * 16);
  EXPECT_EQ(to_hex(ByteView(all).last(48)),
            "ec8cdf7398607cb0f2d21675ea9ea1e4362b7c3c6773516318a077d7fc5073ae6a2cc3787889374fbeb4c81b17ba6c44");
}

TEST_F(AesCm, StartsAfreshWithEveryIv) {
  const Octets whole = cipher.keystream(Octets(16), 48);
  EXPECT_EQ(to_hex(cipher.keystream(Octets(16), 5)), to_hex(ByteView(whole).first(5)));
}

}  // namespace
}  // namespace osrtp::testing
