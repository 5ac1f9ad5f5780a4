// Forks further down: one offer of ours, answered by several phones.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::ErrorCode;
using protocol::Leg;
using protocol::Policy;
using protocol::SecurityState;

constexpr std::uint16_t kCallersPort = 30000;
constexpr std::uint16_t kForksPort = 30002;
const std::string kSuiteName = "AES_CM_128_HMAC_SHA1_80";

class CallForks : public ::testing::Test {
 protected:
  void SetUp() override { offered = offer(); }

  std::string offer(const std::string& via = "0") {
    auto request = exchange.offer(a.sdp("RTP/AVP"));
    request.via_branch = via;
    request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
    const auto reply = exchange.registry.offer(request, exchange.now());
    EXPECT_TRUE(reply);
    return reply ? reply->sdp : "";
  }
  /// The tag of our line of the suite that these phones speak.
  [[nodiscard]] std::uint32_t tag() const {
    const auto text = sdp::Text::parse(offered);
    for (const auto& line : first_media(*text).crypto) {
      if (line.suite == Suite::kAesCm128HmacSha1_80) return line.tag;
    }
    return 0;
  }
  Result<protocol::SdpReply, protocol::Error> answer(const std::string& to_tag, const std::string& sdp, int code) {
    auto request = exchange.answer(sdp);
    request.to_tag = to_tag;
    request.via_branch = "0";
    request.sip_code = code;
    return exchange.registry.answer(request, exchange.now());
  }
  /// @return what the caller is told
  std::string secure(Phone& phone, const std::string& to_tag, int code = 183) {
    const std::string said = phone.sdp("RTP/AVP", {phone.crypto(tag(), kSuiteName)});
    phone.key(said, offered, said);
    return told(answer(to_tag, said, code));
  }
  std::string plain(const Phone& phone, const std::string& to_tag, int code = 183) {
    return told(answer(to_tag, phone.sdp("RTP/AVP"), code));
  }
  static std::string told(const Result<protocol::SdpReply, protocol::Error>& reply) {
    EXPECT_TRUE(reply) << reply.error().reason;
    return reply ? reply->sdp : "";
  }
  /// Whether what the fork says reaches the caller as it said it.
  bool heard(Phone& fork, std::uint16_t sequence) {
    const auto sent = exchange.plane.receive(kForksPort, fork.rtp(), fork.packet(sequence), exchange.now().steady);
    return sent && sent->to == a.rtp() && sent->packet == fork.clear(sequence);
  }
  /// Whether what the caller says reaches the fork, but for the SSRC.
  bool hears(Phone& fork, std::uint16_t sequence) {
    const auto sent = exchange.plane.receive(kCallersPort, a.rtp(), a.clear(sequence), exchange.now().steady);
    if (!sent || sent->to != fork.rtp()) return false;
    const auto opened = fork.open(sent->packet);
    if (!opened) return false;
    const auto said = a.clear(sequence);
    return opened->size() == said.size() && std::equal(opened->begin() + 12, opened->end(), said.begin() + 12);
  }

  Exchange exchange;
  Phone a{1};
  Phone b{2};
  Phone c{3};
  std::string offered;
};

TEST_F(CallForks, EachIsHeardInItsTurnUnderItsOwnKeys) {
  secure(b, "B1");
  EXPECT_TRUE(heard(b, 1));
  EXPECT_TRUE(hears(b, 1));
  secure(c, "B2");
  exchange.advance(relay::kEarlySilence);
  EXPECT_TRUE(heard(c, 1));
  EXPECT_TRUE(hears(c, 2));
  EXPECT_FALSE(heard(b, 2));
}

TEST_F(CallForks, TheFirstPicksUpAndItsReplayWindowStands) {
  secure(b, "B1");
  const auto early = b.packet(1);
  ASSERT_TRUE(exchange.plane.receive(kForksPort, b.rtp(), early, exchange.now().steady));
  secure(c, "B2");
  const std::string said = b.sdp("RTP/AVP", {b.crypto(tag(), kSuiteName)});
  ASSERT_TRUE(answer("B1", said, 200));
  const auto again = exchange.plane.receive(kForksPort, b.rtp(), early, exchange.now().steady);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), relay::Drop::kReplay);
  EXPECT_TRUE(heard(b, 2));
  EXPECT_TRUE(hears(b, 2));
  EXPECT_FALSE(heard(c, 1));
}

TEST_F(CallForks, TheSecondPicksUpThoughTheFirstSpokeLong) {
  secure(b, "B1");
  std::uint16_t sequence = 60'000;
  // Past the sequence number's wrap: the second phone knows nothing of a rollover.
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(hears(b, sequence++));
  secure(c, "B2", 200);
  EXPECT_TRUE(hears(c, sequence++));
  EXPECT_TRUE(heard(c, 1));
  EXPECT_EQ(exchange.plane.open_port_pairs(), 2U);
}

TEST_F(CallForks, TheCallerIsToldTheSameByAll) {
  const auto ports = [](const std::string& sdp) { return sdp.substr(sdp.find("m=audio")); };
  EXPECT_EQ(ports(secure(b, "B1")), ports(secure(c, "B2")));
}

TEST_F(CallForks, OneMayBePlainAndAnotherNot) {
  plain(b, "B1");
  EXPECT_TRUE(heard(b, 1));
  secure(c, "B2");
  exchange.advance(relay::kEarlySilence);
  EXPECT_TRUE(heard(c, 1));
  EXPECT_TRUE(hears(c, 1));
  plain(b, "B1", 200);
  EXPECT_TRUE(heard(b, 2));
  EXPECT_TRUE(hears(b, 2));
}

TEST_F(CallForks, TheFailureOfOneIsNotTheOthers) {
  secure(b, "B1");
  const auto broken = answer("B2", c.sdp("RTP/SAVP"), 183);
  ASSERT_TRUE(broken);
  EXPECT_EQ(leg(broken->security, Leg::kCallee).state, SecurityState::kFailed);
  EXPECT_TRUE(heard(b, 1));
  EXPECT_TRUE(hears(b, 1));
}

TEST_F(CallForks, AnAnswerThatCannotBeReadLeavesNoFork) {
  secure(b, "B1");
  EXPECT_FALSE(answer("B2", "v=0\r\n", 183));
  protocol::Query query;
  query.call_id = "call-1";
  const auto all = exchange.registry.query(query, exchange.now());
  EXPECT_EQ(all->call.parties.size(), 2U);
  EXPECT_TRUE(heard(b, 1));
}

TEST_F(CallForks, TheRepeatedAnswerOfOneTakesNothingFromAnother) {
  secure(b, "B1");
  secure(c, "B2");
  ASSERT_TRUE(heard(c, 1));
  secure(b, "B1");
  EXPECT_TRUE(heard(c, 2));
}

TEST_F(CallForks, TheyAreNotWithoutNumber) {
  secure(b, "B1");
  for (int i = 2; i <= 8; ++i) ASSERT_TRUE(answer("B" + std::to_string(i), c.sdp("RTP/AVP"), 183));
  const auto over = answer("B9", c.sdp("RTP/AVP"), 183);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kTooManyCalls);
  exchange.advance(relay::kEarlySilence);
  EXPECT_TRUE(heard(b, 1));
}

TEST_F(CallForks, AnotherOfferToTheBranchEndsThemAll) {
  secure(b, "B1");
  secure(c, "B2");
  offered = offer();
  EXPECT_FALSE(heard(c, 1));
  secure(b, "B3", 200);
  EXPECT_TRUE(heard(b, 1));
}

TEST_F(CallForks, TheirBranchEndsWithAllOfThemAndGivesItsPortsBack) {
  ASSERT_FALSE(offer("1").empty());
  secure(b, "B1");
  secure(c, "B2");
  ASSERT_EQ(exchange.plane.open_port_pairs(), 3U);
  protocol::Delete request;
  request.call_id = "call-1";
  request.via_branch = "0";
  ASSERT_TRUE(exchange.registry.remove(request, exchange.now()).call);
  EXPECT_EQ(exchange.plane.open_port_pairs(), 2U);
}

TEST_F(CallForks, TheCallGivesEveryPortBack) {
  secure(b, "B1");
  secure(c, "B2");
  exchange.registry.clear(exchange.now());
  EXPECT_EQ(exchange.plane.open_port_pairs(), 0U);
  EXPECT_EQ(exchange.plane.open_streams(), 0U);
}

TEST_F(CallForks, ATwoHundredWithoutSdpPicksUpWhoseAnswerCameBefore) {
  secure(b, "B1");
  secure(c, "B2");
  ASSERT_TRUE(answer("B1", "", 200));
  EXPECT_TRUE(heard(b, 1));
  exchange.advance(2 * relay::kEarlySilence);
  EXPECT_FALSE(heard(c, 1));
  EXPECT_TRUE(hears(b, 1));
}

TEST_F(CallForks, AProvisionalReplyWithoutSdpConfirmsNothing) {
  secure(b, "B1");
  const auto reply = answer("B1", "", 183);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kBadSdp);
}

TEST_F(CallForks, ATwoHundredWithoutSdpEndsWhatTheCallerHadWithAnotherFork) {
  secure(b, "B1");
  EXPECT_TRUE(answer("B2", c.sdp("RTP/AVP", {}, 0), 183));
  const auto reply = answer("B2", "", 200);
  ASSERT_TRUE(reply);
  EXPECT_EQ(leg(reply->security, Leg::kCaller).state, SecurityState::kFailed);
  EXPECT_FALSE(hears(b, 1));
}

TEST_F(CallForks, ATwoHundredWithoutSdpOfWhoeverHasNotAnsweredIsOutOfOrder) {
  EXPECT_FALSE(answer("B1", "", 200));
  secure(b, "B1");
  const auto reply = answer("B2", "", 200);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kOutOfOrder);
  secure(c, "B2");
  EXPECT_TRUE(heard(c, 1));
}

TEST_F(CallForks, TheUpdateOfOneThatRingsPicksNothingUp) {
  secure(b, "B1");
  secure(c, "B2");
  auto update = exchange.offer(a.sdp("RTP/AVP"));
  update.to_tag = "B1";
  const auto updated = exchange.registry.offer(update, exchange.now());
  ASSERT_TRUE(updated);
  ASSERT_TRUE(answer("B1", b.sdp("RTP/AVP", {b.crypto(tag(), kSuiteName)}), 200));
  exchange.advance(relay::kEarlySilence);
  EXPECT_TRUE(heard(c, 1));
  ASSERT_TRUE(answer("B2", "", 200));
  EXPECT_FALSE(heard(b, 1));
}

TEST_F(CallForks, AnUpdateOfOneDoesNotKeepAnotherFromAnswering) {
  secure(b, "B1");
  auto update = exchange.offer(b.sdp("RTP/AVP", {b.crypto(1, kSuiteName)}));
  update.from_tag = "B1";
  update.to_tag = exchange.offer("").from_tag;
  ASSERT_TRUE(exchange.registry.offer(update, exchange.now()));
  secure(c, "B2");
  EXPECT_TRUE(heard(c, 1));
}

}  // namespace
}  // namespace osrtp::testing
