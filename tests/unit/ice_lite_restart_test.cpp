// When the peer is not known yet, or is to be known by other credentials.
#include "support/ice_lite.hpp"

namespace osrtp::testing {
namespace {

using ice::LiteAgent;
using ice::Verdict;
using std::chrono::seconds;

using IceLiteRestart = IceLite;

TEST_F(IceLiteRestart, ChecksMayComeBeforeThePeersSdp) {
  LiteAgent early(credentials(kUfrag, kPassword), 1);
  EXPECT_TRUE(early.handle(1, kHome, nomination().octets(), now).selected);
  early.set_remote("them");
  EXPECT_EQ(early.selected(1), kHome);
  EXPECT_TRUE(early.is_validated(1, kHome));
}

TEST_F(IceLiteRestart, WhatAnotherForkHasNominatedEarlyIsForgotten) {
  LiteAgent early(credentials(kUfrag, kPassword), 1);
  Check fork = nomination();
  fork.username = std::string(kUfrag) + ":fork";
  ASSERT_TRUE(early.handle(1, kHome, fork.octets(), now).selected);
  ASSERT_EQ(early.handle(1, kOther, check().octets(), now).verdict, Verdict::kAnswered);
  early.set_remote("them");
  EXPECT_FALSE(early.selected(1));
  EXPECT_FALSE(early.is_validated(1, kHome));
  EXPECT_TRUE(early.is_validated(1, kOther));
  EXPECT_EQ(early.handle(1, kHome, fork.octets(), now).verdict, Verdict::kUnauthenticated);
}

TEST_F(IceLiteRestart, ARestartKeepsTheSelectionUntilTheNewCredentialsNominate) {
  ASSERT_TRUE(feed(nomination(500)).selected);
  ASSERT_EQ(feed(check(), kOther).verdict, Verdict::kAnswered);
  restart();
  EXPECT_EQ(agent.local().ufrag, kNewUfrag);
  EXPECT_EQ(agent.selected(1), kHome);
  EXPECT_TRUE(agent.is_validated(1, kHome));
  EXPECT_FALSE(agent.is_validated(1, kOther));
  EXPECT_EQ(feed(renewed(), kOther).verdict, Verdict::kAnswered);
  EXPECT_EQ(agent.selected(1), kHome);
  EXPECT_TRUE(feed(renewed(nomination(1)), kOther).selected);
  EXPECT_EQ(agent.selected(1), kOther);
}

TEST_F(IceLiteRestart, AfterARestartTheFormerPasswordIsGoodForTheSelectedAddressOnly) {
  ASSERT_TRUE(feed(nomination()).selected);
  restart();
  now += seconds(10);
  const auto handled = feed(check());
  ASSERT_EQ(handled.verdict, Verdict::kAnswered);
  EXPECT_TRUE(verify_integrity(handled.reply, *ice::Message::parse(handled.reply), bytes_of(kPassword)));
  EXPECT_TRUE(agent.has_consent(1, now + seconds(29)));
  EXPECT_EQ(feed(nomination(), kOther).verdict, Verdict::kUnauthenticated);
  EXPECT_EQ(feed(check(), kHome, 2).verdict, Verdict::kUnauthenticated);
  EXPECT_EQ(agent.selected(1), kHome);
}

TEST_F(IceLiteRestart, ARestartForgetsWhatIsNotSelectedAtOnce) {
  ASSERT_TRUE(feed(nomination()).selected);
  ASSERT_EQ(feed(check(), kOther).verdict, Verdict::kAnswered);
  agent.restart(credentials(kNewUfrag, kNewPassword), 2);
  EXPECT_TRUE(agent.is_validated(1, kHome));
  EXPECT_FALSE(agent.is_validated(1, kOther));
}

TEST_F(IceLiteRestart, ANominationUnderTheFormerPasswordNominatesNothing) {
  ASSERT_TRUE(feed(nomination()).selected);
  restart();
  EXPECT_EQ(feed(nomination()).verdict, Verdict::kAnswered);
  EXPECT_EQ(feed(check()).verdict, Verdict::kAnswered);
  EXPECT_TRUE(feed(renewed(nomination(1)), kOther).selected);
}

TEST_F(IceLiteRestart, WhatWasSelectedBeforeARestartOutlivesAnotherForksCheckFromThere) {
  ASSERT_TRUE(feed(nomination()).selected);
  agent.restart(credentials(kNewUfrag, kNewPassword), 2);
  Check fork = renewed();
  fork.username = std::string(kNewUfrag) + ":fork";
  ASSERT_EQ(feed(fork).verdict, Verdict::kAnswered);
  agent.set_remote("them2");
  EXPECT_EQ(agent.selected(1), kHome);
  EXPECT_TRUE(agent.is_validated(1, kHome));
  EXPECT_TRUE(agent.has_consent(1, now));
  EXPECT_EQ(feed(check()).verdict, Verdict::kAnswered);
}

TEST_F(IceLiteRestart, TheFormerPasswordEndsWithTheNewNomination) {
  ASSERT_TRUE(feed(nomination()).selected);
  restart();
  EXPECT_FALSE(feed(renewed(nomination())).selected);
  EXPECT_EQ(feed(check()).verdict, Verdict::kUnauthenticated);
  EXPECT_EQ(feed(renewed()).verdict, Verdict::kAnswered);
}

TEST_F(IceLiteRestart, TheFormerPasswordStaysForAComponentThatIsNotYetNominatedAnew) {
  ASSERT_TRUE(feed(nomination(), kHome, 1).selected);
  ASSERT_TRUE(feed(nomination(), kOther, 2).selected);
  restart();
  ASSERT_EQ(feed(renewed(nomination()), kHome, 1).verdict, Verdict::kAnswered);
  EXPECT_EQ(feed(check(), kHome, 1).verdict, Verdict::kUnauthenticated);
  EXPECT_EQ(feed(check(), kOther, 2).verdict, Verdict::kAnswered);
  ASSERT_EQ(feed(renewed(nomination()), kOther, 2).verdict, Verdict::kAnswered);
  EXPECT_EQ(feed(check(), kOther, 2).verdict, Verdict::kUnauthenticated);
}

TEST_F(IceLiteRestart, TheFormerPasswordEndsWithTheConsent) {
  ASSERT_TRUE(feed(nomination()).selected);
  restart();
  now += ice::kConsent;
  EXPECT_EQ(feed(check()).verdict, Verdict::kUnauthenticated);
  EXPECT_EQ(feed(renewed()).verdict, Verdict::kAnswered);
}

TEST_F(IceLiteRestart, ASecondRestartKeepsTheCredentialsThatHaveNominated) {
  ASSERT_TRUE(feed(nomination()).selected);
  agent.restart(credentials("unused000000", "unusedpassword0123456789"), 2);
  restart();
  EXPECT_EQ(feed(check()).verdict, Verdict::kAnswered);
  Check unused = check();
  unused.username = "unused000000:them";
  unused.password = "unusedpassword0123456789";
  EXPECT_EQ(feed(unused).verdict, Verdict::kUnauthenticated);
}

TEST_F(IceLiteRestart, ARestartOfWhatNobodyNominatedLeavesNothingOfTheFormerPassword) {
  ASSERT_EQ(feed(check()).verdict, Verdict::kAnswered);
  restart();
  expect_nothing(check().octets(), Verdict::kUnauthenticated);
  EXPECT_FALSE(agent.is_validated(1, kHome));
}

TEST_F(IceLiteRestart, ARestartMayMuxTheComponents) {
  ASSERT_TRUE(feed(nomination(), kOther, 2).selected);
  agent.restart(credentials(kNewUfrag, kNewPassword), 1);
  EXPECT_FALSE(agent.selected(2));
  EXPECT_EQ(feed(renewed(nomination()), kOther, 2).verdict, Verdict::kUnexpected);
  EXPECT_EQ(feed(check(), kOther, 1).verdict, Verdict::kUnauthenticated);
}

}  // namespace
}  // namespace osrtp::testing
