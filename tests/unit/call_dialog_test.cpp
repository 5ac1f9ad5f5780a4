// Whose call it is: who may offer into it, whose answer counts, and whose BYE ends it.
#include <gtest/gtest.h>

#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::testing {
namespace {

using protocol::ErrorCode;
using protocol::Leg;
using protocol::Policy;

constexpr std::uint16_t kCallersPort = 30000;

class CallDialog : public ::testing::Test {
 protected:
  bool offer(const std::string& from, const std::string& to, const std::string& via, const Phone& phone,
             std::optional<Leg> offerer = {}) {
    auto request = exchange.offer(phone.sdp("RTP/AVP"));
    request.from_tag = from;
    request.to_tag = to;
    request.via_branch = via;
    request.osrtp = Exchange::options(Policy::kOpportunistic, Policy::kOpportunistic);
    request.osrtp->offerer = offerer;
    return accepted(exchange.registry.offer(request, exchange.now()));
  }
  bool answer(const std::string& from, const std::string& to, const std::string& via, const Phone& phone,
              int code = 200) {
    auto request = exchange.answer(phone.sdp("RTP/AVP"));
    request.from_tag = from;
    request.to_tag = to;
    request.via_branch = via;
    request.sip_code = code;
    return accepted(exchange.registry.answer(request, exchange.now()));
  }
  /// A refusal is out of order here.
  static bool accepted(const Result<protocol::SdpReply, protocol::Error>& reply) {
    if (reply) return true;
    EXPECT_EQ(reply.error().code, ErrorCode::kOutOfOrder) << reply.error().reason;
    return false;
  }
  /// Whether something has ended.
  bool remove(const std::string& from, const std::string& to, const std::string& via = {}) {
    protocol::Delete request;
    request.call_id = "call-1";
    request.from_tag = from;
    request.to_tag = to;
    request.via_branch = via;
    return exchange.registry.remove(request, exchange.now()).call.has_value();
  }
  std::vector<std::string> tags() {
    protocol::Query query;
    query.call_id = "call-1";
    std::vector<std::string> all;
    const auto reply = exchange.registry.query(query, exchange.now());
    for (const auto& party : reply->call.parties) all.push_back(party.tag);
    return all;
  }
  /// Where the caller's packets go.
  std::optional<Endpoint> hears_caller() {
    const auto sent = exchange.plane.receive(kCallersPort, a.rtp(), a.clear(++sequence), exchange.now().steady);
    return sent ? std::optional(sent->to) : std::nullopt;
  }
  /// A fork to two phones, of which the first has picked up.
  void fork() {
    ASSERT_TRUE(offer("A", "", "0", a));
    ASSERT_TRUE(offer("A", "", "1", a));
    ASSERT_TRUE(answer("A", "B1", "0", b));
    ASSERT_EQ(hears_caller(), b.rtp());
  }
  using Tags = std::vector<std::string>;

  Exchange exchange;
  Phone a{1};
  Phone b{2};
  Phone c{3};
  std::uint16_t sequence = 0;
};

TEST_F(CallDialog, ASecondPhoneThatPicksUpDoesNotTakeTheCall) {
  fork();
  EXPECT_FALSE(answer("A", "B2", "1", c));
  EXPECT_EQ(tags(), (Tags{"A", "B1"}));
  EXPECT_EQ(hears_caller(), b.rtp());
}

TEST_F(CallDialog, ASecondPhoneBehindTheSameBranchDoesNotEither) {
  fork();
  EXPECT_FALSE(answer("A", "B2", "0", c));
  EXPECT_FALSE(answer("A", "B2", "0", c, 183));
  EXPECT_EQ(hears_caller(), b.rtp());
}

TEST_F(CallDialog, AClientThatNamesNoBranchesKeepsItsCallToo) {
  ASSERT_TRUE(offer("A", "", "z9hG4bK1", a));
  ASSERT_TRUE(answer("A", "B1", "z9hG4bK2", b, 0));
  EXPECT_FALSE(answer("A", "B2", "z9hG4bK3", c, 0));
  EXPECT_TRUE(answer("A", "B1", "z9hG4bK3", b, 0));
  EXPECT_EQ(hears_caller(), b.rtp());
}

TEST_F(CallDialog, PhonesBehindOneBranchRingOneAfterTheOtherUntilOnePicksUp) {
  ASSERT_TRUE(offer("A", "", "0", a));
  ASSERT_TRUE(answer("A", "B1", "0", b, 183));
  ASSERT_TRUE(answer("A", "B2", "0", c, 183));
  EXPECT_TRUE(answer("A", "B1", "0", b));
  EXPECT_EQ(tags(), (Tags{"A", "B1"}));
}

TEST_F(CallDialog, TheByeOfWhoeverPickedUpTooLateEndsNothing) {
  fork();
  EXPECT_FALSE(answer("A", "B2", "1", c));
  EXPECT_FALSE(remove("A", "B2"));
  EXPECT_FALSE(remove("B2", "A"));
  EXPECT_FALSE(remove("A", "B2", "z9hG4bKabc"));
  EXPECT_EQ(hears_caller(), b.rtp());
}

TEST_F(CallDialog, TheCalleesByeEndsTheCall) {
  fork();
  EXPECT_TRUE(remove("B1", "A", "z9hG4bKabc"));
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(CallDialog, TheCallersByeEndsTheCall) {
  fork();
  EXPECT_TRUE(remove("A", "B1"));
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(CallDialog, ACallThatNobodyHasAnsweredEndsWithTheTagOfWhoRefusesIt) {
  ASSERT_TRUE(offer("A", "", "", a));
  EXPECT_TRUE(remove("A", "B1"));
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(CallDialog, WithTheCallersTagAloneTheCallEnds) {
  fork();
  EXPECT_TRUE(remove("A", ""));
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(CallDialog, ABranchWithASipClientsNameEndsAloneWhereItIsOne) {
  ASSERT_TRUE(offer("A", "", "z9hG4bK1", a));
  ASSERT_TRUE(offer("A", "", "z9hG4bK2", a));
  EXPECT_TRUE(remove("A", "", "z9hG4bK1"));
  EXPECT_EQ(exchange.registry.size(), 1U);
  EXPECT_EQ(tags(), (Tags{"A", ""}));
  EXPECT_TRUE(remove("A", "", "z9hG4bK3"));
  EXPECT_EQ(exchange.registry.size(), 0U);
}

TEST_F(CallDialog, AStrangersOfferIsRefusedAndLeavesNoTrace) {
  fork();
  EXPECT_FALSE(offer("X", "", "", c));
  EXPECT_FALSE(offer("X", "", "0", c));
  EXPECT_FALSE(offer("X", "B1", "", c));
  EXPECT_FALSE(offer("X", "", "1", c, Leg::kCallee));
  EXPECT_FALSE(offer("X", "A", "", c, Leg::kCallee));
  EXPECT_EQ(tags(), (Tags{"A", "B1"}));
  EXPECT_FALSE(remove("X", ""));
  EXPECT_EQ(hears_caller(), b.rtp());
}

TEST_F(CallDialog, AStrangerCannotSpeakForABranchThatHasNotAnswered) {
  ASSERT_TRUE(offer("A", "", "0", a));
  EXPECT_FALSE(offer("X", "", "0", c));
  EXPECT_EQ(tags(), (Tags{"A", ""}));
}

TEST_F(CallDialog, ACalleeThatIsHeardForTheFirstTimeMayOffer) {
  ASSERT_TRUE(offer("A", "", "0", a));
  EXPECT_TRUE(offer("B1", "A", "", b));
  EXPECT_EQ(tags(), (Tags{"A", "B1"}));
  EXPECT_FALSE(offer("B2", "A", "0", c));
}

TEST_F(CallDialog, EveryForkOfALateOfferHasItsOwnUntilOneHasTheCall) {
  ASSERT_TRUE(offer("B1", "A", "0", b, Leg::kCallee));
  EXPECT_TRUE(offer("B2", "A", "1", c, Leg::kCallee));
  ASSERT_TRUE(answer("B1", "A", "0", a, 0));
  EXPECT_EQ(tags(), (Tags{"A", "B1", "B2"}));
  EXPECT_FALSE(offer("B3", "A", "2", c, Leg::kCallee));
}

TEST_F(CallDialog, TheAnswerToALateOfferNamesTheCaller) {
  ASSERT_TRUE(offer("B1", "", "", b, Leg::kCallee));
  ASSERT_TRUE(answer("B1", "A", "", a, 0));
  EXPECT_EQ(tags(), (Tags{"A", "B1"}));
  EXPECT_FALSE(offer("X", "", "", c));
}

TEST_F(CallDialog, AnAnswerInTheCallersPlaceIsRefused) {
  fork();
  ASSERT_TRUE(offer("B1", "A", "", b));
  EXPECT_FALSE(answer("B1", "X", "", c));
  EXPECT_EQ(tags(), (Tags{"A", "B1"}));
}

TEST_F(CallDialog, AReofferToATagThatTheCallDoesNotHaveIsRefused) {
  fork();
  EXPECT_FALSE(offer("A", "B2", "", a));
  EXPECT_FALSE(offer("A", "B2", "0", a));
  EXPECT_TRUE(offer("A", "B1", "", a));
  EXPECT_EQ(tags(), (Tags{"A", "B1"}));
}

TEST_F(CallDialog, BothSidesOfferAndAnswerInADialogWithoutABranchName) {
  fork();
  ASSERT_TRUE(offer("A", "B1", "", a));
  ASSERT_TRUE(answer("A", "B1", "", b));
  ASSERT_TRUE(offer("B1", "A", "", b));
  ASSERT_TRUE(answer("B1", "A", "", a));
  EXPECT_EQ(hears_caller(), b.rtp());
}

}  // namespace
}  // namespace osrtp::testing
