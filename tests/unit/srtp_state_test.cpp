// What a context remembers: replay windows, rollovers, SSRCs, the key's lifetime.
#include "support/srtp.hpp"
#include "support/wire_oracle.hpp"

namespace osrtp::testing {
namespace {

using srtp::Direction;
using srtp::Error;
using srtp::Progress;

constexpr std::uint32_t kSsrc = 0xcafebabe;

class State : public ::testing::TestWithParam<Suite> {
 protected:
  [[nodiscard]] static srtp::Key key(std::uint8_t first = 1) { return test_key(GetParam(), first); }
  [[nodiscard]] static srtp::Context outbound(std::span<const Progress> resumed = {}) {
    return context(Direction::kOutbound, key(), srtp::kDefaultReplayWindow, resumed);
  }
  [[nodiscard]] static srtp::Context inbound(std::span<const Progress> resumed = {}) {
    return context(Direction::kInbound, key(), srtp::kDefaultReplayWindow, resumed);
  }
  [[nodiscard]] static WireOracle oracle() { return {GetParam(), key().master.reveal()}; }
};

INSTANTIATE_TEST_SUITE_P(Of, State, ::testing::Values(Suite::kAesCm128HmacSha1_80, Suite::kAeadAes256Gcm),
                         suite_name<::testing::TestParamInfo<Suite>>);

void expect_error(const Outcome& outcome, Error error) {
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error(), error);
}

TEST_P(State, APacketComesInOnce) {
  auto out = outbound();
  auto in = inbound();
  const Octets rtp = *protect_rtp(out, rtp_packet(1));
  const Octets rtcp = *protect_rtcp(out, rtcp_packet());
  EXPECT_TRUE(unprotect_rtp(in, rtp));
  EXPECT_TRUE(unprotect_rtcp(in, rtcp));
  expect_error(unprotect_rtp(in, rtp), Error::kReplay);
  expect_error(unprotect_rtcp(in, rtcp), Error::kReplay);
}

TEST_P(State, LatePacketsComeInWithinTheWindow) {
  auto out = outbound();
  auto in = inbound();
  std::vector<Octets> wire;
  for (std::uint16_t n = 0; n < 200; ++n)
    wire.push_back(*protect_rtp(out, rtp_packet(static_cast<std::uint16_t>(1000 + n))));
  EXPECT_TRUE(unprotect_rtp(in, wire[199]));
  EXPECT_TRUE(unprotect_rtp(in, wire[199 - 127]));
  expect_error(unprotect_rtp(in, wire[199 - 128]), Error::kReplay);
}

TEST_P(State, AWiderWindowTakesLaterPackets) {
  auto out = outbound();
  auto in = context(Direction::kInbound, key(), 1024);
  const Octets early = *protect_rtp(out, rtp_packet(1));
  for (std::uint16_t n = 2; n < 1000; ++n) ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(n))));
  EXPECT_TRUE(unprotect_rtp(in, early));
}

// W-12: whatever a sender does with its sequence numbers, no keystream is used twice.
TEST_P(State, ARepeatedSequenceNumberIsNeverEncryptedTwice) {
  auto out = outbound();
  ASSERT_TRUE(protect_rtp(out, rtp_packet(500, kSsrc, 160, 0x11)));
  expect_error(protect_rtp(out, rtp_packet(500, kSsrc, 160, 0x22)), Error::kReplay);
  expect_error(protect_rtp(out, rtp_packet(500, kSsrc, 160, 0x11)), Error::kReplay);
}

TEST_P(State, ASenderThatJumpsAboutNeverReusesAnIndex) {
  auto out = outbound();
  WireOracle watch = oracle();
  std::uint32_t random = 12345;
  int passed = 0;
  for (int n = 0; n < 20000; ++n) {
    random = random * 1664525U + 1013904223U;
    const auto sequence = static_cast<std::uint16_t>(random >> 12U & ((n / 4000) % 2 == 0 ? 0xffffU : 0x01ffU));
    const auto wire = protect_rtp(out, rtp_packet(sequence, kSsrc, 4, static_cast<std::uint8_t>(n)));
    if (!wire) continue;
    ++passed;
    ASSERT_EQ(watch.see(*wire), Verdict::kProtected) << "packet " << n << ", sequence number " << sequence;
  }
  EXPECT_GT(passed, 1000);
}

TEST_P(State, ARewoundSenderIsRefusedUntilItIsPastItsHighest) {
  auto out = outbound();
  WireOracle watch = oracle();
  for (std::uint16_t n = 0; n < 400; ++n) {
    ASSERT_EQ(watch.see(*protect_rtp(out, rtp_packet(static_cast<std::uint16_t>(40000 + n)))), Verdict::kProtected);
  }
  expect_error(protect_rtp(out, rtp_packet(40000)), Error::kReplay);
  expect_error(protect_rtp(out, rtp_packet(40399)), Error::kReplay);
  EXPECT_EQ(watch.see(*protect_rtp(out, rtp_packet(40400))), Verdict::kProtected);
}

TEST_P(State, TheRolloverCounterFollowsThroughThreeWraps) {
  auto out = outbound();
  auto in = inbound();
  WireOracle watch = oracle();
  for (std::uint32_t n = 65000; n < 3 * 65536 + 500; n += 7) {
    const auto wire = protect_rtp(out, rtp_packet(static_cast<std::uint16_t>(n), kSsrc, 4));
    ASSERT_TRUE(wire) << n;
    ASSERT_EQ(watch.see(*wire), Verdict::kProtected) << n;
    ASSERT_EQ(watch.index(), n);
    ASSERT_TRUE(unprotect_rtp(in, *wire)) << n;
  }
  ASSERT_EQ(out.progress().size(), 1U);
  EXPECT_EQ(out.progress()[0].index, watch.index());
  EXPECT_EQ(in.progress()[0].index, watch.index());
  EXPECT_EQ(in.progress()[0].index >> 16U, 3U);
}

TEST_P(State, PacketsReorderedAcrossAWrapComeIn) {
  auto out = outbound();
  auto in = inbound();
  std::vector<Octets> wire;
  for (std::uint32_t n = 65530; n < 65546; ++n) {
    wire.push_back(*protect_rtp(out, rtp_packet(static_cast<std::uint16_t>(n))));
  }
  EXPECT_TRUE(unprotect_rtp(in, wire[0]));
  EXPECT_TRUE(unprotect_rtp(in, wire[8]));
  EXPECT_TRUE(unprotect_rtp(in, wire[2]));
  EXPECT_TRUE(unprotect_rtp(in, wire[15]));
  EXPECT_TRUE(unprotect_rtp(in, wire[3]));
  expect_error(unprotect_rtp(in, wire[8]), Error::kReplay);
}

// RFC 3711 §3.3 step 3 before step 7: forged sequence numbers must not move anything.
TEST_P(State, ForgeriesMoveNeitherCounterNorWindow) {
  auto out = outbound();
  auto in = inbound();
  ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(65000))));
  const Octets next = *protect_rtp(out, rtp_packet(65001));
  for (std::uint32_t n = 0; n < 65536; n += 251) {
    Octets forged = next;
    forged[2] = static_cast<std::uint8_t>(n >> 8U);
    forged[3] = static_cast<std::uint8_t>(n);
    if (forged == next) continue;
    ASSERT_FALSE(unprotect_rtp(in, forged));
  }
  EXPECT_EQ(in.progress()[0].index, 65000U);
  EXPECT_TRUE(unprotect_rtp(in, next));
}

TEST_P(State, ForgedSsrcsTakeNoPlaceInTheTable) {
  auto out = outbound();
  auto in = inbound();
  const Octets wire = *protect_rtp(out, rtp_packet(1));
  const Octets rtcp = *protect_rtcp(out, rtcp_packet());
  for (std::uint8_t n = 1; n < 200; ++n) {
    Octets forged = wire;
    forged[8] = n;
    ASSERT_FALSE(unprotect_rtp(in, forged));
    forged = rtcp;
    forged[4] = n;
    ASSERT_FALSE(unprotect_rtcp(in, forged));
  }
  EXPECT_TRUE(unprotect_rtp(in, wire));
  EXPECT_TRUE(unprotect_rtcp(in, rtcp));
}

TEST_P(State, OnlySoManySsrcsAreServedAndTheKnownOnesGoOn) {
  auto out = outbound();
  auto in = inbound();
  auto more = context(Direction::kOutbound, key());  // as the peer, without our cap's history
  for (std::uint32_t ssrc = 1; ssrc <= srtp::kMaxSsrcs; ++ssrc) {
    ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(1, ssrc))));
  }
  expect_error(protect_rtp(out, rtp_packet(1, 9999)), Error::kTooManySsrcs);
  expect_error(protect_rtcp(out, rtcp_packet(9999)), Error::kTooManySsrcs);
  expect_error(unprotect_rtp(in, *protect_rtp(more, rtp_packet(1, 9999))), Error::kTooManySsrcs);
  expect_error(unprotect_rtcp(in, *protect_rtcp(more, rtcp_packet(9999))), Error::kTooManySsrcs);
  EXPECT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(2, 17))));
  EXPECT_TRUE(unprotect_rtcp(in, *protect_rtcp(out, rtcp_packet(17))));
  EXPECT_EQ(in.progress().size(), srtp::kMaxSsrcs);
}

TEST_P(State, RtpAndRtcpOfOneSsrcShareAPlace) {
  auto out = outbound();
  for (std::uint32_t ssrc = 1; ssrc <= srtp::kMaxSsrcs; ++ssrc) {
    ASSERT_TRUE(protect_rtcp(out, rtcp_packet(ssrc)));
    ASSERT_TRUE(protect_rtp(out, rtp_packet(1, ssrc)));
  }
}

TEST_P(State, EachSsrcHasItsOwnCounter) {
  auto out = outbound();
  auto in = inbound();
  for (const std::uint16_t sequence : {std::uint16_t{65535}, std::uint16_t{0}}) {
    ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(sequence, 1))));
  }
  ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(0, 2))));
  EXPECT_EQ(in.progress()[0].index, 65536U);
  EXPECT_EQ(in.progress()[1].index, 0U);
}

TEST_P(State, AKeyExpiresAfterItsLifetimeOnBothSides) {
  srtp::Key short_lived = key();
  short_lived.lifetime = 3;
  auto out = context(Direction::kOutbound, short_lived);
  auto in = context(Direction::kInbound, short_lived);
  auto careless = outbound();  // a peer that goes on beyond the lifetime
  for (std::uint16_t n = 0; n < 3; ++n) {
    ASSERT_TRUE(protect_rtp(out, rtp_packet(n, n)));  // SSRCs share the key, so they share its lifetime
    ASSERT_TRUE(protect_rtcp(out, rtcp_packet(n)));
    ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(careless, rtp_packet(n))));
    ASSERT_TRUE(unprotect_rtcp(in, *protect_rtcp(careless, rtcp_packet())));
  }
  expect_error(protect_rtp(out, rtp_packet(3)), Error::kKeyExpired);
  expect_error(protect_rtcp(out, rtcp_packet()), Error::kKeyExpired);
  expect_error(unprotect_rtp(in, *protect_rtp(careless, rtp_packet(3))), Error::kKeyExpired);
  expect_error(unprotect_rtcp(in, *protect_rtcp(careless, rtcp_packet())), Error::kKeyExpired);
}

TEST_P(State, RefusedPacketsUseUpNoLifetime) {
  srtp::Key short_lived = key();
  short_lived.lifetime = 2;
  auto out = context(Direction::kOutbound, short_lived);
  auto in = context(Direction::kInbound, short_lived);
  const Octets first = *protect_rtp(out, rtp_packet(1));
  for (int n = 0; n < 5; ++n) EXPECT_FALSE(protect_rtp(out, rtp_packet(1)));
  const Octets second = *protect_rtp(out, rtp_packet(2));
  Octets forged = second;
  forged.back() ^= 1U;
  ASSERT_TRUE(unprotect_rtp(in, first));
  for (int n = 0; n < 5; ++n) EXPECT_FALSE(unprotect_rtp(in, forged));
  EXPECT_TRUE(unprotect_rtp(in, second));
}

// The counter has 32 bits (RFC 3711 §3.2.1); beyond them the keystream would repeat.
TEST_P(State, AnIndexNeverWraps) {
  const Progress last{.ssrc = Ssrc(kSsrc), .index = (std::uint64_t{1} << 48U) - 2};
  auto out = outbound({&last, 1});
  auto in = inbound({&last, 1});
  const auto wire = protect_rtp(out, rtp_packet(65535));
  ASSERT_TRUE(wire);
  EXPECT_TRUE(unprotect_rtp(in, *wire));
  expect_error(protect_rtp(out, rtp_packet(0)), Error::kKeyExpired);
  Octets next = *wire;
  next[2] = next[3] = 0;
  expect_error(unprotect_rtp(in, next), Error::kKeyExpired);
}

// A new key at the same address (SDES-18).
TEST_P(State, ASenderGoesOnCountingUnderANewKey) {
  const Progress before{.ssrc = Ssrc(kSsrc), .index = 5U << 16U | 65534U};
  auto out = outbound({&before, 1});
  WireOracle watch = oracle();
  watch.expect_rollover(Ssrc(kSsrc), 5, 65534);
  EXPECT_EQ(watch.see(*protect_rtp(out, rtp_packet(65535))), Verdict::kProtected);
  EXPECT_EQ(watch.see(*protect_rtp(out, rtp_packet(0))), Verdict::kProtected);
  EXPECT_EQ(watch.index(), 6U << 16U);
  EXPECT_EQ(out.progress()[0].index, 6U << 16U);
}

TEST_P(State, TheNewKeyMayStartBehindAWrapThatHappenedMeanwhile) {
  const Progress before{.ssrc = Ssrc(kSsrc), .index = 5U << 16U | 65534U};
  auto out = outbound({&before, 1});
  auto in = inbound({&before, 1});
  ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(3))));
  EXPECT_EQ(in.progress()[0].index, 6U << 16U | 3U);
  EXPECT_EQ(out.progress()[0].index, 6U << 16U | 3U);
}

TEST_P(State, AReceiverTakesASenderThatKeepsItsCounter) {
  const Progress before{.ssrc = Ssrc(kSsrc), .index = 2U << 16U | 100U};
  auto out = outbound({&before, 1});
  auto in = inbound({&before, 1});
  for (std::uint16_t n = 101; n < 300; ++n) ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(n))));
  EXPECT_EQ(in.progress()[0].index, 2U << 16U | 299U);
}

TEST_P(State, AReceiverTakesASenderThatStartsAtZeroAndStaysWithIt) {
  const Progress before{.ssrc = Ssrc(kSsrc), .index = 2U << 16U | 100U};
  auto restarted = outbound();
  auto kept = outbound({&before, 1});
  auto in = inbound({&before, 1});
  ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(restarted, rtp_packet(101))));
  EXPECT_EQ(in.progress()[0].index, 101U);
  expect_error(unprotect_rtp(in, *protect_rtp(kept, rtp_packet(102))), Error::kAuthentication);
  EXPECT_TRUE(unprotect_rtp(in, *protect_rtp(restarted, rtp_packet(102))));
}

TEST_P(State, ForgeriesDoNotDecideHowAResumedSenderCounts) {
  const Progress before{.ssrc = Ssrc(kSsrc), .index = 2U << 16U | 100U};
  auto kept = outbound({&before, 1});
  auto in = inbound({&before, 1});
  const Octets wire = *protect_rtp(kept, rtp_packet(101));
  for (std::uint16_t n = 0; n < 500; ++n) {
    Octets forged = wire;
    forged[2] = static_cast<std::uint8_t>(n);
    forged.back() ^= 0x55U;
    Buffer b(forged);
    ASSERT_FALSE(in.unprotect_rtp(b.packet()));
    ASSERT_EQ(octets_of(b.packet()), forged);
  }
  ASSERT_EQ(in.progress().size(), 1U);
  EXPECT_EQ(in.progress()[0].index, before.index);
  EXPECT_TRUE(unprotect_rtp(in, wire));
  expect_error(unprotect_rtp(in, wire), Error::kReplay);
}

TEST_P(State, ASilentSendersCounterOutlivesSeveralKeys) {
  const Progress before{.ssrc = Ssrc(kSsrc), .index = 2U << 16U | 100U};
  const auto second = inbound({&before, 1}).progress();
  auto out = outbound(second);
  auto in = inbound(second);
  ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(101))));
  EXPECT_EQ(in.progress()[0].index, 2U << 16U | 101U);
}

TEST_P(State, ANewSsrcStartsAtZeroBesideResumedOnes) {
  const Progress before{.ssrc = Ssrc(kSsrc), .index = 2U << 16U | 100U};
  auto out = outbound({&before, 1});
  auto in = inbound({&before, 1});
  ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(7, 4711))));
  ASSERT_TRUE(unprotect_rtcp(in, *protect_rtcp(out, rtcp_packet())));
  ASSERT_TRUE(unprotect_rtp(in, *protect_rtp(out, rtp_packet(101))));
  ASSERT_EQ(in.progress().size(), 2U);
  EXPECT_EQ(in.progress()[1].index, 7U);
}

TEST_P(State, AMovedContextGoesOn) {
  auto first = outbound();
  ASSERT_TRUE(protect_rtp(first, rtp_packet(1)));
  srtp::Context second = std::move(first);
  expect_error(protect_rtp(second, rtp_packet(1)), Error::kReplay);
  EXPECT_TRUE(protect_rtp(second, rtp_packet(2)));
  EXPECT_EQ(second.suite(), GetParam());
}

}  // namespace
}  // namespace osrtp::testing
