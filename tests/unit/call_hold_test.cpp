// A hold keeps keys, counters, replay windows and handshakes, however long it lasts and whatever is sent meanwhile.
#include "support/dialog.hpp"
#include "support/dtls_reoffer.hpp"

namespace osrtp::testing {
namespace {

using protocol::Leg;

enum class How : std::uint8_t { kSendonly, kInactive, kRecvonly, kNowhere };
constexpr std::array kEveryHow{How::kSendonly, How::kInactive, How::kRecvonly, How::kNowhere};

/// The SDP of who holds.
std::string holding(std::string sdp, How how) {
  const auto put = [&](const std::string& old, const std::string& text) {
    sdp.replace(sdp.find(old), old.size(), text);
  };
  switch (how) {
    case How::kSendonly:
      put("a=sendrecv", "a=sendonly");
      break;
    case How::kInactive:
      put("a=sendrecv", "a=inactive");
      break;
    case How::kRecvonly:
      put("a=sendrecv", "a=recvonly");
      break;
    case How::kNowhere: {
      const auto at = sdp.find("c=IN IP4 ");
      sdp.replace(at, sdp.find("\r\n", at) - at, "c=IN IP4 0.0.0.0");
      break;
    }
  }
  return sdp;
}
/// What the other side answers to it.
std::string held(std::string sdp, How how) {
  const std::string direction = how == How::kInactive   ? "a=inactive"
                                : how == How::kRecvonly ? "a=sendonly"
                                                        : "a=recvonly";
  return sdp.replace(sdp.find("a=sendrecv"), 10, direction);
}

constexpr std::chrono::minutes kLong{10};
/// Sequence numbers between two packets of who goes through many of them.
constexpr std::uint32_t kStride = 97;
/// After a turn of the counter that nobody heard, so many packets are lost until it is found.
constexpr std::uint16_t kSearch = 16;

class Hold : public SdesDialog {
 protected:
  void hold(How how) {
    offer(Leg::kCaller, holding(of_a(), how));
    answer(Leg::kCallee, held(of_b(), how));
  }
  void resume() {
    offer(Leg::kCaller, of_a());
    answer(Leg::kCallee, of_b());
  }
  /// B sends `count` numbers more, whether they pass or not; A hears what does.
  void b_sends(std::uint32_t count) {
    const std::uint32_t end = b_next + count;
    for (; b_next < end; b_next += kStride) {
      const auto sent = receive(kCalleesPort, b.rtp(), b.packet(static_cast<std::uint16_t>(b_next)));
      if (sent) std::ignore = a.open(sent->packet);
    }
    b_next = end;
  }
  ::testing::AssertionResult a_hears_b() { return hears(b, kCalleesPort, a, static_cast<std::uint16_t>(b_next++)); }

  std::uint32_t b_next = 60'000;
};

INSTANTIATE_TEST_SUITE_P(Of, Hold,
                         ::testing::Values("AES_CM_128_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80", "AEAD_AES_128_GCM",
                                           "AEAD_AES_256_GCM"),
                         suite_of_test);

TEST_P(Hold, KeepsTheKeysOfBothLegsInItsSdp) {
  for (const How how : kEveryHow) {
    EXPECT_EQ(value(offer(Leg::kCaller, holding(of_a(), how)), "crypto"), value(to_b, "crypto"));
    EXPECT_EQ(value(answer(Leg::kCallee, held(of_b(), how)), "crypto"), value(to_a, "crypto"));
    EXPECT_EQ(stands(Leg::kCaller).state, protocol::SecurityState::kSrtpSdes);
    resume();
  }
}

TEST_P(Hold, ResumesAfterTenMinutesOfSilence) {
  std::uint16_t n = 65533;
  for (const How how : kEveryHow) {
    ASSERT_TRUE(talk(n++));
    ASSERT_TRUE(talk(n++));
    const Octets old = a.packet(n++);
    ASSERT_TRUE(receive(kCallersPort, a.rtp(), old));
    hold(how);
    for (auto at = std::chrono::minutes(0); at < kLong; at += std::chrono::minutes(1)) {
      exchange.advance(std::chrono::minutes(1));
      exchange.registry.expire(exchange.now());
    }
    resume();
    EXPECT_FALSE(receive(kCallersPort, a.rtp(), old));
    EXPECT_TRUE(talk(n++));
  }
}

TEST_P(Hold, ResumesThoughTheHeldSideSentOnThroughATurn) {
  std::uint16_t of_a = 1;
  for (const How how : kEveryHow) {
    ASSERT_TRUE(a_hears_b());
    hold(how);
    b_sends(70'000);
    exchange.advance(kLong);
    resume();
    EXPECT_TRUE(a_hears_b());
    EXPECT_TRUE(hears(a, kCallersPort, b, of_a++));
  }
}

TEST_P(Hold, ResumesThoughASilentSidesNumbersRanOnThroughATurn) {
  ASSERT_TRUE(a_hears_b());
  hold(How::kInactive);
  for (const std::uint32_t end = b_next + 70'000; b_next < end; b_next += kStride) {
    std::ignore = b.packet(static_cast<std::uint16_t>(b_next));
  }
  exchange.advance(kLong);
  resume();
  for (std::uint16_t lost = 0; lost + 1 < kSearch; ++lost) EXPECT_FALSE(a_hears_b());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(a_hears_b());
}

// Wherever in its numbers the other side is by then, the holder understands the first that it gets, or the second.
TEST_P(Hold, ResumesThoughWeDroppedMoreThanATurnOfTheOtherSide) {
  for (const std::uint32_t count : {65'537U, 70'000U, 100'000U, 131'072U, 165'000U, 200'000U}) {
    ASSERT_TRUE(a_hears_b());
    hold(How::kNowhere);
    b_sends(count);
    resume();
    std::ignore = a_hears_b();
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(a_hears_b()) << count;
  }
}

TEST_P(Hold, ByTheCalleeIsTheSame) {
  ASSERT_TRUE(talk(65535));
  for (const How how : kEveryHow) {
    offer(Leg::kCallee, holding(of_b(), how));
    answer(Leg::kCaller, held(of_a(), how));
    exchange.advance(kLong);
    offer(Leg::kCallee, of_b());
    answer(Leg::kCaller, of_a());
    EXPECT_TRUE(talk(static_cast<std::uint16_t>(how)));
  }
}

TEST_P(Hold, ByAddressSendsTheHolderNothing) {
  hold(How::kNowhere);
  const auto sent = receive(kCalleesPort, b.rtp(), b.packet(1));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), relay::Drop::kHeld);
}

class DtlsHold : public DtlsReoffer {};

TEST_F(DtlsHold, KeepsTheAssociationHoweverItIsSaidAndForLong) {
  start();
  for (const How how : kEveryHow) {
    const std::string answered = reoffer_by_b(holding(b.sdp("RTP/AVP", mux(dtls_lines("actpass") + kTlsId)), how));
    EXPECT_EQ(value(answered, "tls-id"), value(offered, "tls-id"));
    exchange.advance(kLong);
    exchange.plane.handle_timeout(exchange.now().steady);
    EXPECT_FALSE(calls_out());
    reoffer_by_b(b.sdp("RTP/AVP", mux(dtls_lines("actpass") + kTlsId)));
    EXPECT_FALSE(calls_out());
    EXPECT_EQ(stands(Leg::kCallee).state, protocol::SecurityState::kSrtpDtls);
    EXPECT_TRUE(talk(dtls));
  }
}

TEST_F(DtlsHold, WithoutTlsIdKeepsItToo) {
  start(dtls_lines("active"));
  for (const How how : kEveryHow) {
    reoffer_by_b(holding(b.sdp("RTP/AVP", mux(dtls_lines("actpass"))), how));
    exchange.advance(kLong);
    reoffer_by_b(b.sdp("RTP/AVP", mux(dtls_lines("actpass"))));
    EXPECT_FALSE(calls_out());
    EXPECT_TRUE(talk(dtls));
  }
}

TEST_F(DtlsHold, ResumesThoughNumbersTurnedMeanwhile) {
  start();
  const Lines keys = mux(dtls_lines("actpass") + kTlsId);
  reoffer_by_b(holding(b.sdp("RTP/AVP", keys), How::kNowhere));
  const auto sealed = [&](std::uint32_t n) { return dtls.seal_rtp(b.clear(static_cast<std::uint16_t>(n))); };
  for (std::uint32_t n = 100; n < 70'000; n += kStride) std::ignore = sealed(n);  // unheard
  for (std::uint32_t n = 100; n < 140'000; n += kStride) {
    std::ignore = receive(kCallersPort, a.rtp(), a.packet(static_cast<std::uint16_t>(n)));
  }
  exchange.advance(kLong);
  reoffer_by_b(b.sdp("RTP/AVP", keys));
  int heard = 0;
  for (std::uint32_t n = 70'000; n < 70'100; ++n) heard += receive(kCalleesPort, b.rtp(), sealed(n)) ? 1 : 0;
  EXPECT_EQ(heard, 100 - kSearch + 1);
  int understood = 0;
  for (std::uint16_t n = 10'000; n < 10'020; ++n) {
    const auto sent = receive(kCallersPort, a.rtp(), a.packet(n));
    understood += sent && dtls.open_rtp(sent->packet) ? 1 : 0;
  }
  EXPECT_GE(understood, 18);
}

}  // namespace
}  // namespace osrtp::testing
