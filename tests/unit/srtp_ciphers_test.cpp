// What the RFCs' examples do not reach in the ciphers made of OpenSSL's.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>

#include "srtp/openssl_provider.hpp"
#include "support/octets.hpp"

namespace osrtp::testing {
namespace {

const Octets kKeyAndSalt = counting(30);

/// A counter-mode cipher of the provider, as libsrtp would use it.
class CounterMode : public ::testing::Test {
 protected:
  CounterMode() {
    EXPECT_EQ(srtp::kAesIcm128.alloc(&cipher, 30, 0), srtp_err_status_ok);
    init(kKeyAndSalt);
  }
  ~CounterMode() override { srtp::kAesIcm128.dealloc(cipher); }

  void init(const Octets& key) { EXPECT_EQ(cipher->type->init(cipher->state, key.data()), srtp_err_status_ok); }
  void set_iv(Octets iv) {
    EXPECT_EQ(cipher->type->set_iv(cipher->state, iv.data(), srtp_direction_encrypt), srtp_err_status_ok);
  }
  srtp_err_status_t crypt(Octets& text) {
    auto size = static_cast<unsigned>(text.size());
    return cipher->type->encrypt(cipher->state, text.data(), &size);
  }
  Octets crypted(Octets text) {
    EXPECT_EQ(crypt(text), srtp_err_status_ok);
    return text;
  }

  srtp_cipher_t* cipher = nullptr;
};

/// The same by OpenSSL's own counter mode.
Octets by_evp(const Octets& key_and_salt, const Octets& iv, Octets text) {
  Octets counter(key_and_salt.begin() + 16, key_and_salt.end());
  counter.resize(16);
  for (std::size_t i = 0; i < counter.size(); ++i) counter[i] ^= iv[i];
  EVP_CIPHER_CTX* evp = EVP_CIPHER_CTX_new();
  int written = 0;
  EVP_EncryptInit_ex(evp, EVP_aes_128_ctr(), nullptr, key_and_salt.data(), counter.data());
  EVP_EncryptUpdate(evp, text.data(), &written, text.data(), static_cast<int>(text.size()));
  EVP_CIPHER_CTX_free(evp);
  return text;
}

TEST_F(CounterMode, IsOpensslsForEverySize) {
  const Octets iv = counting(16, 0x30);
  for (const std::size_t size : {1U, 15U, 16U, 17U, 160U, 511U, 512U, 513U, 527U, 528U, 1024U, 1025U, 1400U, 9000U}) {
    set_iv(iv);
    EXPECT_EQ(crypted(counting(size)), by_evp(kKeyAndSalt, iv, counting(size))) << size;
  }
}

TEST_F(CounterMode, CarriesThroughAllOfTheCounter) {
  Octets iv(16, 0);
  std::copy(kKeyAndSalt.begin() + 16, kKeyAndSalt.end(), iv.begin());
  for (std::size_t i = 4; i < 16; ++i) iv[i] ^= 0xffU;  // the counter begins at 00000000 ff...ff
  set_iv(iv);
  EXPECT_EQ(crypted(counting(100)), by_evp(kKeyAndSalt, iv, counting(100)));
}

TEST_F(CounterMode, NoIvServesTwice) {
  Octets text = counting(20);
  EXPECT_NE(crypt(text), srtp_err_status_ok) << "before the first IV";
  set_iv(counting(16));
  EXPECT_EQ(crypt(text), srtp_err_status_ok);
  const Octets once = text;
  EXPECT_NE(crypt(text), srtp_err_status_ok);
  EXPECT_EQ(text, once);
}

TEST_F(CounterMode, TakesAnotherKeyAfterUse) {
  const Octets iv = counting(16);
  set_iv(iv);
  crypted(counting(20));
  init(counting(30, 7));
  set_iv(iv);
  EXPECT_EQ(crypted(counting(20)), by_evp(counting(30, 7), iv, counting(20)));
}

}  // namespace
}  // namespace osrtp::testing
