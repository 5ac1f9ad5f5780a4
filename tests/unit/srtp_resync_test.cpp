// A sender that has turned its rollover counter while we did not hear it is found again, at a bounded price, and
// nothing of the past is heard again by that.
#include "srtp/resync.hpp"

#include <map>

#include "support/srtp.hpp"

namespace osrtp::testing {
namespace {

using srtp::Direction;
using srtp::Error;

TEST(ResyncTries, AreOneIn16FailuresAtFirstAndOneIn128InTheLongRun) {
  srtp::Resync resync;
  std::vector<int> at;
  for (int n = 1; n <= 16 + 32 + 64 + 128 + 128; ++n) {
    if (resync.failed()) at.push_back(n);
  }
  EXPECT_EQ(at, (std::vector<int>{16, 48, 112, 240, 368}));
}

TEST(ResyncTries, OfAMillionForgeriesAreFewerThanOneInAHundred) {
  srtp::Resync resync;
  int tries = 0;
  for (int n = 0; n < 1'000'000; ++n) tries += resync.failed() ? 1 : 0;
  EXPECT_LT(tries, 10'000);
  EXPECT_GT(tries, 7'000);
}

TEST(ResyncTries, BetweenPacketsThatPassAreOneIn16AtMost) {
  srtp::Resync resync;
  int tries = 0;
  for (int n = 0; n < 16'000; ++n) {
    tries += resync.failed() ? 1 : 0;
    if (n % 16 == 15) resync.passed();
  }
  EXPECT_EQ(tries, 1'000);
}

TEST(ResyncTries, AreNearMoreOftenThanFarAndNeverBehind) {
  srtp::Resync resync;
  std::map<std::uint32_t, int> tried;
  for (int n = 0; n < 100'000; ++n) {
    if (const auto turns = resync.failed()) ++tried[*turns];
  }
  EXPECT_EQ(tried.begin()->first, 1U);
  EXPECT_EQ(tried.rbegin()->first, srtp::kMaxTurnsAhead);
  for (std::uint32_t turns = 1; turns + 2 < srtp::kMaxTurnsAhead; ++turns) EXPECT_GT(tried[turns], tried[turns + 1]);
}

constexpr std::uint32_t kSsrc = 0xcafebabe;

class Lost : public ::testing::TestWithParam<Suite> {
 protected:
  /// The sender's packet with this index; packets are sealed in order.
  Octets sealed(std::uint64_t index, std::uint8_t fill = 0x5a) {
    return *protect_rtp(out, rtp_packet(static_cast<std::uint16_t>(index), kSsrc, 20, fill));
  }
  /// All that the sender sends between; nobody hears it.
  void unheard(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t n = from; n < to; n += 1000) std::ignore = sealed(n);
  }
  /// @return how many were lost before the first that was heard; `limit`: all
  int lost_until_heard(std::uint64_t first, int limit) {
    for (int n = 0; n < limit; ++n) {
      if (unprotect_rtp(in, sealed(first + static_cast<std::uint64_t>(n)))) return n;
    }
    return limit;
  }

  srtp::Context out = context(Direction::kOutbound, test_key(GetParam()));
  srtp::Context in = context(Direction::kInbound, test_key(GetParam()));
};

INSTANTIATE_TEST_SUITE_P(Of, Lost,
                         ::testing::Values(Suite::kAesCm128HmacSha1_80, Suite::kAesCm128HmacSha1_32,
                                           Suite::kAes192CmHmacSha1_80, Suite::kAeadAes128Gcm, Suite::kAeadAes256Gcm),
                         suite_name<::testing::TestParamInfo<Suite>>);

TEST_P(Lost, ATurnUnheardIsFoundAfter16PacketsWhereverItGoesOn) {
  for (const std::uint64_t gap : {33'000U, 45'000U, 65'536U, 65'600U, 80'000U, 98'000U}) {
    out = context(Direction::kOutbound, test_key(GetParam()));
    in = context(Direction::kInbound, test_key(GetParam()));
    ASSERT_TRUE(unprotect_rtp(in, sealed(40'000)));
    unheard(40'001, 40'000 + gap);
    EXPECT_EQ(lost_until_heard(40'000 + gap, 100), 15) << gap;
    EXPECT_TRUE(unprotect_rtp(in, sealed(40'000 + gap + 16)));
    EXPECT_EQ(in.progress()[0].index, 40'000 + gap + 16);
  }
}

TEST_P(Lost, SeveralTurnsUnheardAreFound) {
  ASSERT_TRUE(unprotect_rtp(in, sealed(1'000)));
  unheard(1'001, 1'000 + 3 * 65'536);
  EXPECT_EQ(lost_until_heard(1'000 + 3 * 65'536, 1'000), 16 + 32 + 64 + 128 - 1);
}

TEST_P(Lost, ItGoesOnThroughTheNextTurnAndInAnyOrder) {
  ASSERT_TRUE(unprotect_rtp(in, sealed(60'000)));
  unheard(60'001, 130'500);
  ASSERT_EQ(lost_until_heard(130'500, 100), 15);
  std::vector<Octets> wire;
  for (std::uint64_t n = 131'060; n < 131'090; ++n) wire.push_back(sealed(n));
  for (std::size_t n : {10U, 0U, 29U, 15U, 12U, 1U}) EXPECT_TRUE(unprotect_rtp(in, wire[n])) << n;
  EXPECT_FALSE(unprotect_rtp(in, wire[15]));
}

TEST_P(Lost, NothingOfThePastIsHeardAgain) {
  std::vector<Octets> past;
  for (std::uint64_t n = 65'400; n < 65'700; ++n) {
    past.push_back(sealed(n));
    ASSERT_TRUE(unprotect_rtp(in, past.back()));
  }
  unheard(65'700, 150'000);
  // Replays count as failures, and one of them is tried ahead from time to time. None of that gets it in.
  for (int round = 0; round < 20; ++round) {
    for (const Octets& wire : past) ASSERT_FALSE(unprotect_rtp(in, wire));
  }
  EXPECT_EQ(in.progress()[0].index, 65'699U);
  EXPECT_LT(lost_until_heard(150'000, 400), 300);
  for (int round = 0; round < 20; ++round) {
    for (const Octets& wire : past) ASSERT_FALSE(unprotect_rtp(in, wire));
  }
  EXPECT_TRUE(unprotect_rtp(in, sealed(150'500)));
}

TEST_P(Lost, WhatFailsStaysAsItWasToTheOctet) {
  ASSERT_TRUE(unprotect_rtp(in, sealed(1)));
  Octets forged = sealed(2);
  forged.back() ^= 0x10U;
  for (int n = 0; n < 400; ++n) {
    Buffer b(forged);
    ASSERT_FALSE(in.unprotect_rtp(b.packet()));
    ASSERT_EQ(octets_of(b.packet()), forged);
  }
  EXPECT_EQ(in.progress()[0].index, 1U);
  EXPECT_TRUE(unprotect_rtp(in, sealed(3)));
}

TEST_P(Lost, ItIsFoundAmongForgeries) {
  ASSERT_TRUE(unprotect_rtp(in, sealed(50'000)));
  unheard(50'001, 120'000);
  Octets forged = sealed(120'000);
  forged.back() ^= 0x10U;
  int heard = 0;
  for (std::uint64_t n = 120'001; n < 124'000; ++n) {
    for (int i = 0; i < 4; ++i) ASSERT_FALSE(unprotect_rtp(in, forged));
    heard += unprotect_rtp(in, sealed(n)) ? 1 : 0;
  }
  EXPECT_GT(heard, 1'000);
}

// Which packet it is that is tried: no other has cost a second authentication.
TEST_P(Lost, OnlyThe16thPacketIsTriedAndThenThe48th) {
  ASSERT_TRUE(unprotect_rtp(in, sealed(50'000)));
  unheard(50'001, 120'000);
  const Octets good = sealed(120'000);
  Octets forged = good;
  forged.back() ^= 0x10U;
  for (const auto& [forgeries, passes] : {std::pair{14, false}, {15, true}, {16, false}, {46, false}, {47, false}}) {
    auto fresh = context(Direction::kInbound, test_key(GetParam()));
    auto early = context(Direction::kOutbound, test_key(GetParam()));
    ASSERT_TRUE(unprotect_rtp(fresh, *protect_rtp(early, rtp_packet(50'000, kSsrc))));
    for (int n = 0; n < forgeries; ++n) ASSERT_FALSE(unprotect_rtp(fresh, forged));
    EXPECT_EQ(unprotect_rtp(fresh, good).has_value(), passes) << forgeries;
  }
}

TEST_P(Lost, AStrangersSsrcIsNotLookedFor) {
  unheard(1, 70'000);
  EXPECT_EQ(lost_until_heard(70'000, 500), 500);
}

TEST_P(Lost, ASenderThatStartsAnewIsNotTakenBack) {
  ASSERT_TRUE(unprotect_rtp(in, sealed(40'000)));
  unheard(40'001, 70'000);
  ASSERT_TRUE(unprotect_rtp(in, sealed(70'000)));
  out = context(Direction::kOutbound, test_key(GetParam()));
  EXPECT_EQ(lost_until_heard(4'000, 500), 500);
}

TEST_P(Lost, ATurnThatHappenedWhileTheKeyChangedIsFound) {
  const srtp::Progress before{.ssrc = Ssrc(kSsrc), .index = 5U << 16U | 100U};
  const srtp::Progress now{.ssrc = Ssrc(kSsrc), .index = 6U << 16U | 200U};
  in = context(Direction::kInbound, test_key(GetParam()), srtp::kDefaultReplayWindow, {&before, 1});
  out = context(Direction::kOutbound, test_key(GetParam()), srtp::kDefaultReplayWindow, {&now, 1});
  EXPECT_EQ(lost_until_heard(now.index + 1, 100), 15);
}

TEST_P(Lost, TheLastTurnOfAllIsNotPassed) {
  const srtp::Progress last{.ssrc = Ssrc(kSsrc), .index = (std::uint64_t{1} << 48U) - 70'000};
  in = context(Direction::kInbound, test_key(GetParam()), srtp::kDefaultReplayWindow, {&last, 1});
  Octets forged = sealed(1);
  forged.back() ^= 0x10U;
  for (int n = 0; n < 2'000; ++n) {
    forged[2] = static_cast<std::uint8_t>(n >> 3U);
    ASSERT_FALSE(unprotect_rtp(in, forged));
  }
  EXPECT_EQ(in.progress()[0].index, last.index);
}

}  // namespace
}  // namespace osrtp::testing
