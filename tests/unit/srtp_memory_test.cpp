// What a Context takes from the heap. The bounds leave room for other releases of libsrtp and OpenSSL.
#include <gtest/gtest.h>
#include <malloc.h>

#include <vector>

#include "support/srtp.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OSRTP_CAN_MEASURE 0  // the sanitizers have an allocator of their own
#else
#define OSRTP_CAN_MEASURE 1
#endif

namespace osrtp::testing {
namespace {

constexpr std::size_t kContexts = 200;

std::size_t in_use() { return mallinfo2().uordblks; }

struct Bounds {
  Suite suite;
  std::size_t made;  // octets for each context
  std::size_t with_rtp;
  std::size_t with_rtcp;
};

class ContextMemory : public ::testing::TestWithParam<Bounds> {
 protected:
  void SetUp() override {
    if (!OSRTP_CAN_MEASURE) GTEST_SKIP() << "built with a sanitizer";
    std::ignore = context(srtp::Direction::kOutbound, test_key(GetParam().suite));  // whatever is made once
    contexts_.reserve(kContexts);
    before_ = in_use();
    for (std::size_t i = 0; i < kContexts; ++i) {
      contexts_.push_back(context(srtp::Direction::kOutbound, test_key(GetParam().suite)));
    }
  }
  [[nodiscard]] std::size_t each() const { return (in_use() - before_) / kContexts; }

  std::vector<srtp::Context> contexts_;

 private:
  std::size_t before_ = 0;
};

TEST_P(ContextMemory, IsSmallAndGrowsWithUse) {
  EXPECT_LE(each(), GetParam().made);
  for (auto& one : contexts_) ASSERT_TRUE(protect_rtp(one, rtp_packet(1)));
  const std::size_t with_rtp = each();
  EXPECT_LE(with_rtp, GetParam().with_rtp);
  for (auto& one : contexts_) ASSERT_TRUE(protect_rtcp(one, rtcp_packet()));
  EXPECT_LE(each(), GetParam().with_rtcp);
  for (auto& one : contexts_) ASSERT_TRUE(protect_rtp(one, rtp_packet(2)));
  for (auto& one : contexts_) ASSERT_TRUE(protect_rtcp(one, rtcp_packet()));
  EXPECT_LE(each(), GetParam().with_rtcp);
}

INSTANTIATE_TEST_SUITE_P(Suites, ContextMemory,
                         ::testing::Values(Bounds{Suite::kAesCm128HmacSha1_80, 1500, 2500, 3400},
                                           Bounds{Suite::kAes256CmHmacSha1_80, 1500, 2500, 3400},
                                           Bounds{Suite::kAeadAes128Gcm, 1400, 3000, 4500},
                                           Bounds{Suite::kAeadAes256Gcm, 1400, 3000, 4500}),
                         [](const auto& row) { return std::string(facts(row.param.suite).name); });

}  // namespace
}  // namespace osrtp::testing
