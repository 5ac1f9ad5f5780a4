#include "srtp/policy.hpp"

#include <gtest/gtest.h>
#include <srtp2/crypto_types.h>

#include "srtp/context.hpp"
#include "srtp/openssl_provider.hpp"
#include "srtp/self_test.hpp"
#include "srtp/wire.hpp"

namespace osrtp::srtp {
namespace {

TEST(SrtpPolicy, NoSuiteIsWithoutEncryptionOrAuthentication) {
  for (const SuiteFacts& f : kSuites) {
    for (const srtp_crypto_policy_t& policy : {rtp_policy(f.suite), rtcp_policy(f.suite)}) {
      EXPECT_TRUE(is_sound(policy)) << f.name;
      EXPECT_NE(policy.cipher_type, srtp_cipher_type_id_t{SRTP_NULL_CIPHER}) << f.name;
      EXPECT_EQ(policy.sec_serv, sec_serv_conf_and_auth) << f.name;
      EXPECT_GE(policy.auth_tag_len, 4) << f.name;
    }
    EXPECT_EQ(rtcp_policy(f.suite).auth_tag_len, static_cast<int>(f.rtcp_tag_size)) << f.name;
  }
}

struct Unsound {
  const char* name;
  void (*set)(srtp_crypto_policy_t*);
};
void PrintTo(const Unsound& u, std::ostream* out) { *out << u.name; }

class UnsoundPolicy : public ::testing::TestWithParam<Unsound> {};

TEST_P(UnsoundPolicy, IsRecognised) {
  srtp_crypto_policy_t policy{};
  GetParam().set(&policy);
  EXPECT_FALSE(is_sound(policy));
}

INSTANTIATE_TEST_SUITE_P(
    OfLibsrtp, UnsoundPolicy,
    ::testing::Values(Unsound{"NullCipherHmac", srtp_crypto_policy_set_null_cipher_hmac_sha1_80},
                      Unsound{"NullCipherNullAuth", srtp_crypto_policy_set_null_cipher_hmac_null},
                      Unsound{"Aes128NullAuth", srtp_crypto_policy_set_aes_cm_128_null_auth},
                      Unsound{"Aes192NullAuth", srtp_crypto_policy_set_aes_cm_192_null_auth},
                      Unsound{"Aes256NullAuth", srtp_crypto_policy_set_aes_cm_256_null_auth},
                      Unsound{"Gcm128ShortTag", srtp_crypto_policy_set_aes_gcm_128_8_auth},
                      Unsound{"Gcm256ShortTag", srtp_crypto_policy_set_aes_gcm_256_8_auth},
                      Unsound{"Gcm128AuthenticationOnly", srtp_crypto_policy_set_aes_gcm_128_8_only_auth},
                      Unsound{"Gcm256AuthenticationOnly", srtp_crypto_policy_set_aes_gcm_256_8_only_auth},
                      Unsound{"NothingSet", [](srtp_crypto_policy_t*) {}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SrtpInitialize, SucceedsAndMayBeAskedAgain) {
  EXPECT_TRUE(initialize());
  EXPECT_TRUE(initialize());
}

// libsrtp must notice ciphers that compute something else; the daemon then does not start.

srtp_cipher_type_t wrong_icm = kAesIcm128;
srtp_cipher_type_t lax_gcm = kAesGcm128;
srtp_auth_type_t wrong_hmac = kHmacSha1;

template <auto& wrong, const auto& right>
srtp_err_status_t alloc_wrong(srtp_cipher_t** cipher, int key_size, int tag_size) {
  const auto status = right.alloc(cipher, key_size, tag_size);
  if (status == srtp_err_status_ok) (*cipher)->type = &wrong;
  return status;
}

TEST(SrtpInitialize, SelfTestsCatchAWrongCipher) {
  ASSERT_EQ(srtp_cipher_type_self_test(&kAesIcm128), srtp_err_status_ok);
  wrong_icm.alloc = alloc_wrong<wrong_icm, kAesIcm128>;
  ASSERT_EQ(srtp_cipher_type_self_test(&wrong_icm), srtp_err_status_ok);  // not wrong yet
  wrong_icm.encrypt = [](void* state, std::uint8_t* buffer, unsigned int* size) {
    const auto status = kAesIcm128.encrypt(state, buffer, size);
    if (*size > 0) buffer[*size - 1] ^= 1U;
    return status;
  };
  EXPECT_NE(srtp_cipher_type_self_test(&wrong_icm), srtp_err_status_ok);
}

// libsrtp takes a GCM that accepts everything; our own self-test does not.
TEST(SrtpInitialize, SelfTestsCatchAGcmThatDoesNotVerify) {
  ASSERT_TRUE(initialize());
  lax_gcm.alloc = alloc_wrong<lax_gcm, kAesGcm128>;
  lax_gcm.decrypt = [](void* state, std::uint8_t* buffer, unsigned int* size) {
    const auto status = kAesGcm128.decrypt(state, buffer, size);
    if (status == srtp_err_status_auth_fail) *size -= 16;
    return status == srtp_err_status_auth_fail ? srtp_err_status_ok : status;
  };
  ASSERT_EQ(srtp_replace_cipher_type(&lax_gcm, SRTP_AES_GCM_128), srtp_err_status_ok);
  const auto tested = self_test();
  ASSERT_EQ(srtp_replace_cipher_type(&kAesGcm128, SRTP_AES_GCM_128), srtp_err_status_ok);
  ASSERT_FALSE(tested);
  EXPECT_EQ(tested.error(), "SRTP suite AEAD_AES_128_GCM fails its self-test");
  EXPECT_TRUE(self_test());
}

TEST(SrtpInitialize, SelfTestsCatchAWrongAuthenticator) {
  ASSERT_EQ(srtp_auth_type_self_test(&kHmacSha1), srtp_err_status_ok);
  wrong_hmac.alloc = [](srtp_auth_t** auth, int key_size, int tag_size) {
    const auto status = kHmacSha1.alloc(auth, key_size, tag_size);
    if (status == srtp_err_status_ok) (*auth)->type = &wrong_hmac;
    return status;
  };
  ASSERT_EQ(srtp_auth_type_self_test(&wrong_hmac), srtp_err_status_ok);
  wrong_hmac.compute = [](void* state, const std::uint8_t* message, int size, int tag_size, std::uint8_t* tag) {
    const auto status = kHmacSha1.compute(state, message, size, tag_size, tag);
    tag[0] ^= 1U;
    return status;
  };
  EXPECT_NE(srtp_auth_type_self_test(&wrong_hmac), srtp_err_status_ok);
}

struct Estimate {
  const char* name;
  std::uint64_t highest;
  std::uint16_t sequence;
  std::uint64_t index;
};
void PrintTo(const Estimate& e, std::ostream* out) { *out << e.name; }

class IndexEstimate : public ::testing::TestWithParam<Estimate> {};

TEST_P(IndexEstimate, IsTheNearest) {
  EXPECT_EQ(wire::estimate_index(GetParam().highest, GetParam().sequence), GetParam().index);
}

INSTANTIATE_TEST_SUITE_P(Rfc3711AppendixA, IndexEstimate,
                         ::testing::Values(Estimate{"First", 0, 50000, 50000}, Estimate{"Next", 50000, 50001, 50001},
                                           Estimate{"Late", 50000, 49990, 49990},
                                           Estimate{"AcrossTheWrap", 65535, 0, 65536},
                                           Estimate{"BackAcrossTheWrap", 65536, 65535, 65535},
                                           Estimate{"NeverBeforeTheFirst", 10, 65530, 65530},
                                           Estimate{"HalfAhead", 0x20000, 0x8000, 0x28000},
                                           Estimate{"MoreThanHalfAheadIsBehind", 0x20000, 0x8001, 0x18001},
                                           Estimate{"HalfBehind", 0x28000, 0, 0x20000},
                                           Estimate{"MoreThanHalfBehindIsAhead", 0x28001, 0, 0x30000},
                                           Estimate{"Exhausted", 0xffffffffffff, 0, 0x1000000000000}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osrtp::srtp
