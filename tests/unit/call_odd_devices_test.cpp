// What devices do beside the standards, from SDP to packet: a sender that says how far it has counted, and one whose
// RTCP is in clear.
#include <gtest/gtest.h>

#include <array>

#include "support/exchange.hpp"
#include "support/octets.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::Policy;

constexpr std::uint16_t kCallersRtp = 30000;
constexpr std::uint16_t kCallersRtcp = 30001;
constexpr Ssrc kSsrc{1};  // of Phone(1)
constexpr std::uint64_t kFarAlong = std::uint64_t{5} << 16U | 0x0100;
const std::string kSaysSo = "a=srtpctx:1 ssrc=0x1;roc=0x5;seq=0x100";

/// A sender under the key that is `octet` all over, as far along as `index`.
class Sender {
 public:
  explicit Sender(std::uint8_t octet, std::uint64_t index = 0) {
    const std::vector<std::uint8_t> octets(30, octet);
    line_.tag = 1;
    line_.suite = Suite::kAesCm128HmacSha1_80;
    line_.keys.push_back({*Secret::from(octets), std::nullopt, {}});
    const std::array<srtp::Progress, 1> resumed{srtp::Progress{kSsrc, index}};
    auto made = srtp::Context::create(srtp::Direction::kOutbound, srtp::Key{line_.suite, *Secret::from(octets)},
                                      srtp::kDefaultReplayWindow, resumed);
    out_.emplace(*std::move(made));
  }
  [[nodiscard]] std::string crypto() const { return sdp::format_crypto(line_); }
  [[nodiscard]] std::vector<std::uint8_t> rtp(std::uint16_t sequence) {
    auto packet = Phone(1).clear(sequence);
    const std::size_t size = packet.size();
    packet.resize(size + out_->trailer_size());
    const auto sealed = out_->protect_rtp(packet, size);
    packet.resize(sealed ? sealed->size() : 0);
    return packet;
  }

 private:
  sdp::CryptoAttribute line_;
  std::optional<srtp::Context> out_;
};

class CallOddDevices : public ::testing::Test {
 protected:
  void offer_and_answer(const std::vector<std::string>& lines) {
    auto offer = exchange.offer(a.sdp("RTP/SAVP", lines));
    offer.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOff);
    offer.to_tag = offered_ ? "callee" : "";
    offered_ = true;
    ASSERT_TRUE(exchange.registry.offer(offer, exchange.now()));
    ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now()));
  }
  Result<FakePlane::Sent, relay::Drop> receive(const std::vector<std::uint8_t>& packet,
                                               std::uint16_t port = kCallersRtp) {
    Endpoint from = a.rtp();
    if (port == kCallersRtcp) from.port = from.port.implied_rtcp().value();
    return exchange.plane.receive(port, from, packet, exchange.now().steady);
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};

 private:
  bool offered_ = false;
};

TEST_F(CallOddDevices, ASenderThatCountsFromElsewhereIsUnderstoodWhereItSaysSo) {
  Sender sender(0x11, kFarAlong);
  offer_and_answer({sender.crypto(), kSaysSo});
  const auto sent = receive(sender.rtp(0x101));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->packet, a.clear(0x101));
}

TEST_F(CallOddDevices, ASenderThatCountsFromElsewhereIsNotUnderstoodWhereItDoesNotSaySo) {
  Sender sender(0x11, kFarAlong);
  offer_and_answer({sender.crypto()});
  EXPECT_FALSE(receive(sender.rtp(0x101)));
}

TEST_F(CallOddDevices, ASenderThatSaysSoAndStartsAtZeroIsUnderstoodAllTheSame) {
  Sender sender(0x11);
  offer_and_answer({sender.crypto(), kSaysSo});
  EXPECT_TRUE(receive(sender.rtp(1)));
}

TEST_F(CallOddDevices, WithANewKeyWhatTheSenderSaysGoesBeforeWhatWasSeen) {
  Sender before(0x11);
  offer_and_answer({before.crypto()});
  ASSERT_TRUE(receive(before.rtp(0x8100)));
  Sender after(0x12, kFarAlong);
  offer_and_answer({after.crypto(), kSaysSo});
  EXPECT_TRUE(receive(after.rtp(0x101)));
}

TEST_F(CallOddDevices, UnderTheKeyThatRunsNothingThatIsSaidBringsAPacketBack) {
  Sender sender(0x11);
  offer_and_answer({sender.crypto()});
  const auto first = sender.rtp(1);
  ASSERT_TRUE(receive(first));
  for (const char* said : {"a=srtpctx:1 ssrc=0x1;roc=0x0;seq=0x0", "a=srtpctx:1 ssrc=0x1;roc=0x5;seq=0x1"}) {
    offer_and_answer({sender.crypto(), said});
    const auto again = receive(first);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error(), relay::Drop::kReplay);
  }
  EXPECT_TRUE(receive(sender.rtp(2)));
}

TEST_F(CallOddDevices, RtcpInClearIsDroppedAndCountedAndTheCallLivesOn) {
  Sender sender(0x11);
  offer_and_answer({sender.crypto()});
  ASSERT_TRUE(receive(sender.rtp(1)));
  const auto report = from_hex("80c9000100000001");
  const auto long_report = from_hex("80c8000600000001" + std::string(96, '0'));
  EXPECT_FALSE(receive(report, kCallersRtcp));
  EXPECT_FALSE(receive(long_report, kCallersRtcp));
  EXPECT_TRUE(receive(sender.rtp(2)));
  const auto counters = exchange.plane.counters(StreamId(1), relay::kCallerLeg);
  EXPECT_EQ(counters.dropped[static_cast<std::size_t>(relay::Drop::kTooShort)], 1U);
  EXPECT_EQ(counters.dropped[static_cast<std::size_t>(relay::Drop::kMalformed)] +
                counters.dropped[static_cast<std::size_t>(relay::Drop::kAuthentication)],
            1U);
}

}  // namespace
}  // namespace osrtp::testing
