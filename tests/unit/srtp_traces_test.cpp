// What keys leave behind where nobody wipes: the stack of who has set them up.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <ucontext.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "support/octets.hpp"
#include "support/srtp.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OSRTP_CAN_LOOK 0  // the sanitizers have their own ideas of stacks
#else
#define OSRTP_CAN_LOOK 1
#endif

namespace osrtp::testing {
namespace {

/// One that can be looked at when what ran on it has returned.
class Stack {
 public:
  void run(void (*body)()) {
    ucontext_t here{};
    ucontext_t there{};
    getcontext(&there);
    there.uc_stack.ss_sp = octets_.data();
    there.uc_stack.ss_size = octets_.size();
    there.uc_link = &here;
    makecontext(&there, body, 0);
    swapcontext(&here, &there);
  }
  [[nodiscard]] bool has(ByteView octets) const {
    return memmem(octets_.data(), octets_.size(), octets.data(), octets.size()) != nullptr;
  }

 private:
  std::vector<std::uint8_t> octets_ = std::vector<std::uint8_t>(1UL << 20U);
};

// RFC 3711 appendix B.3.
const Octets kMaster = from_hex("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");

/// What is derived under a label (RFC 3711 §4.3.1): of RTP 0 to 2, of RTCP 3 to 5.
Octets derived(std::uint8_t label, std::size_t size) {
  Octets counter(kMaster.begin() + 16, kMaster.end());
  counter.resize(16);
  counter[7] ^= label;
  Octets stream(size);
  int written = 0;
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> aes(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  EVP_EncryptInit_ex2(aes.get(), EVP_aes_128_ctr(), kMaster.data(), counter.data(), nullptr);
  EVP_EncryptUpdate(aes.get(), stream.data(), &written, stream.data(), static_cast<int>(size));
  return stream;
}

constexpr std::size_t kKeySize = 16;
constexpr std::size_t kSaltSize = 14;  // the least that is derived; of the rest the beginning is looked for
const Octets kAnyKey = derived(0, kKeySize);

std::optional<srtp::Context> made;

void make_context() {
  const srtp::Key key{.suite = Suite::kAesCm128HmacSha1_80, .master = *Secret::from(kMaster)};
  made.reset();
  if (auto context = srtp::Context::create(srtp::Direction::kOutbound, key)) made = *std::move(context);
}

void leave_key() {
  std::array<volatile std::uint8_t, 16> copy{};
  for (std::size_t i = 0; i < copy.size(); ++i) copy[i] = kAnyKey[i];
}

class SrtpTraces : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!OSRTP_CAN_LOOK) GTEST_SKIP() << "built with a sanitizer";
    ASSERT_TRUE(srtp::initialize());
  }
  Stack stack_;
};

TEST_F(SrtpTraces, WouldBeSeen) {
  stack_.run(leave_key);
  EXPECT_TRUE(stack_.has(kAnyKey));
}

TEST_F(SrtpTraces, NoKeyStaysOnTheStackWhereItWasDerived) {
  stack_.run(make_context);
  ASSERT_TRUE(made);
  EXPECT_FALSE(stack_.has(kMaster));
  for (std::uint8_t label = 0; label < 6; ++label) {
    EXPECT_FALSE(stack_.has(derived(label, kSaltSize))) << "label " << int{label};
  }
}

}  // namespace
}  // namespace osrtp::testing
