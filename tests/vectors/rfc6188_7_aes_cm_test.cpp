// RFC 6188 §7.1 and §7.3: the keystreams of AES-256-CM and AES-192-CM.
#include <gtest/gtest.h>

#include "vectors/srtp_vectors.hpp"

namespace osrtp::testing {
namespace {

constexpr const char* kSalt = "f0f1f2f3f4f5f6f7f8f9fafbfcfd";

void expect_blocks(ProviderCipher& cipher, const char* first_three, const char* last_three) {
  const Octets all = cipher.keystream(Octets(16), 0xff02 * 16);
  EXPECT_EQ(to_hex(ByteView(all).first(48)), first_three);
  EXPECT_EQ(to_hex(ByteView(all).last(48)), last_three);
}

TEST(Rfc6188, Aes256CmGivesTheKeystreamOf7_1) {
  ProviderCipher cipher(
      srtp::kAesIcm256,
      from_hex(std::string("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98") + kSalt));
  expect_blocks(cipher,
                "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31",
                "cea518c90fd91ced9cbb18c078a547113dbc4814f4da5f00a08772b63c6a046d6eb246913062a16891433e97dd01a57f");
}

TEST(Rfc6188, Aes192CmGivesTheKeystreamOf7_3) {
  ProviderCipher cipher(srtp::kAesIcm192,
                        from_hex(std::string("eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7") + kSalt));
  expect_blocks(cipher,
                "35096cba4610028dc1b57503804ce37c5de986291dcce161d5165ec4568f5c9a474a40c77894bc17180202272a4c264d",
                "d108d1a31a00bad6367ec23eb044b415c8f57129fdeb970b59f917b257662d4ca5dab625811034e8cebdfeb6dc158dd3");
}

}  // namespace
}  // namespace osrtp::testing
