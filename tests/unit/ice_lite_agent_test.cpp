#include "support/ice_lite.hpp"

namespace osrtp::testing {
namespace {

using ice::LiteAgent;
using ice::Verdict;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(IceLite, AnswersACheckWithItsSourceSealedUnderOurPassword) {
  for (const Endpoint& from : {kHome, kHome6}) {
    const auto handled = feed(check(), from);
    ASSERT_EQ(handled.verdict, Verdict::kAnswered);
    const auto reply = ice::Message::parse(handled.reply);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->message_class, ice::Class::kSuccess);
    EXPECT_EQ(reply->mapped, from);
    EXPECT_EQ(reply->transaction, ice::Message::parse(check().octets())->transaction);
    EXPECT_TRUE(reply->fingerprint);
    EXPECT_TRUE(verify_integrity(handled.reply, *reply, bytes_of(kPassword)));
    EXPECT_TRUE(agent.is_validated(1, from));
    EXPECT_FALSE(agent.is_validated(2, from));
  }
}

TEST_F(IceLite, AValidationWithoutANominationSelectsNothingAndIsNoConsent) {
  EXPECT_FALSE(feed(check()).selected);
  EXPECT_FALSE(agent.selected(1));
  EXPECT_FALSE(agent.has_consent(1, now));
}

TEST_F(IceLite, ANominationSelectsItsSourceForItsComponent) {
  EXPECT_TRUE(feed(nomination()).selected);
  EXPECT_EQ(agent.selected(1), kHome);
  EXPECT_TRUE(agent.has_consent(1, now));
  EXPECT_FALSE(agent.selected(2));
  EXPECT_FALSE(agent.has_consent(2, now));
  EXPECT_FALSE(feed(nomination()).selected);
}

TEST_F(IceLite, NothingUnauthenticatedIsAnsweredOrChangesAnything) {
  Check c = nomination();
  c.password = "ourpassword0123456789abd";
  expect_nothing(c.octets(), Verdict::kUnauthenticated);
  for (const char* username : {"ourufrag0001:then", "ourufrag0001:them2", "ourufrag0001:", "ourufrag0001", "",
                               "ourufrag0002:them", "them:ourufrag0001", "ourufrag00011:them", ":them"}) {
    c = nomination();
    c.username = username;
    expect_nothing(c.octets(), Verdict::kUnauthenticated);
  }
  expect_nothing(StunWriter(1).octets(), Verdict::kUnauthenticated);
  expect_nothing(StunWriter(1).add_integrity(kPassword).add_fingerprint().octets(), Verdict::kUnauthenticated);
  expect_nothing(StunWriter(1).add(6, bytes_of(nomination().username)).add(0x25, {}).add_fingerprint().octets(),
                 Verdict::kUnauthenticated);
}

TEST_F(IceLite, AnUnknownAttributeIsNamedOnlyToWhoKnowsThePassword) {
  Check c = nomination();
  c.extra = {0x7fff, 0x0003};
  c.password = "wrong";
  expect_nothing(c.octets(), Verdict::kUnauthenticated);
  c.password = kPassword;
  const auto handled = feed(c);
  EXPECT_EQ(handled.verdict, Verdict::kRefused);
  const auto reply = ice::Message::parse(handled.reply);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error_code, 420);
  EXPECT_EQ(to_hex(ByteView(handled.reply).subspan(28, 8)), "000a00047fff0003");
  EXPECT_TRUE(verify_integrity(handled.reply, *reply, bytes_of(kPassword)));
  EXPECT_FALSE(agent.is_validated(1, kHome));
  EXPECT_FALSE(agent.selected(1));
}

TEST_F(IceLite, AnUnknownOptionalAttributeIsIgnored) {
  Check c = check();
  c.extra = {0xc057};
  EXPECT_EQ(feed(c).verdict, Verdict::kAnswered);
}

TEST_F(IceLite, APeerThatClaimsToBeControlledIsToldToControl) {
  for (const std::uint64_t tie_breaker : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    Check c = nomination();
    c.controlling.reset();
    c.controlled = tie_breaker;
    const auto handled = feed(c);
    EXPECT_EQ(handled.verdict, Verdict::kRefused);
    const auto reply = ice::Message::parse(handled.reply);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->error_code, 487);
    EXPECT_TRUE(verify_integrity(handled.reply, *reply, bytes_of(kPassword)));
    EXPECT_FALSE(agent.is_validated(1, kHome));
    EXPECT_FALSE(agent.selected(1));
  }
}

TEST_F(IceLite, ARequestWithoutRoleOrPriorityIsAConsentCheck) {
  ASSERT_TRUE(feed(nomination()).selected);
  Check c = check();
  c.controlling.reset();
  c.priority.reset();
  EXPECT_EQ(feed(c).verdict, Verdict::kAnswered);
}

TEST_F(IceLite, EveryPieceOfACheckIsNoStun) {
  const Octets whole = nomination().octets();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_nothing(octets_of(ByteView(whole).first(size)), Verdict::kNotStun);
  }
}

TEST_F(IceLite, NoChangedBitIsAnsweredOrChangesAnything) {
  Check c = nomination();
  c.fingerprint = false;
  const Octets whole = c.octets();
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Octets changed = whole;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto handled = agent.handle(1, kStranger, changed, now);
    EXPECT_TRUE(handled.reply.empty()) << bit;
    EXPECT_NE(handled.verdict, Verdict::kAnswered) << bit;
  }
  EXPECT_FALSE(agent.is_validated(1, kStranger));
}

TEST_F(IceLite, WhatStandsBehindTheIntegrityNominatesNothing) {
  StunWriter writer(1);
  writer.add(6, bytes_of(check().username)).add_number(0x24, 1, 4).add_number(0x802a, 1, 8);
  writer.add_integrity(kPassword).add(0x25, {}).add_fingerprint();
  EXPECT_EQ(agent.handle(1, kHome, writer.octets(), now).verdict, Verdict::kAnswered);
  EXPECT_FALSE(agent.selected(1));
}

TEST_F(IceLite, OnlyBindingRequestsOfItsComponentsAreExpected) {
  for (const std::uint16_t type : std::initializer_list<std::uint16_t>{0x0011, 0x0101, 0x0111, 0x0003}) {
    StunWriter writer(type);
    writer.add(6, bytes_of(check().username)).add(0x25, {}).add_integrity(kPassword).add_fingerprint();
    expect_nothing(writer.octets(), Verdict::kUnexpected);
  }
  expect_nothing(nomination().octets(), Verdict::kUnexpected, 0);
  expect_nothing(nomination().octets(), Verdict::kUnexpected, 3);
  LiteAgent muxed(credentials(kUfrag, kPassword), 1);
  EXPECT_EQ(muxed.handle(2, kHome, nomination().octets(), now).verdict, Verdict::kUnexpected);
}

TEST_F(IceLite, NoReplyToANewAddressIsLargerThanItsRequest) {
  unsigned answered = 0;
  for (const std::string_view ufrag : {std::string_view("abcd"), std::string_view("ourufrag"), kUfrag}) {
    for (const Endpoint& from : {kHome, kHome6}) {
      for (unsigned shape = 0; shape < 64; ++shape) {
        LiteAgent fresh(credentials(ufrag, kPassword), 1);
        Check c{.username = std::string(ufrag) + ":them", .password = std::string(kPassword)};
        c.fingerprint = (shape & 1U) != 0;
        if ((shape & 2U) != 0) c.priority.reset();
        if ((shape & 4U) != 0) c.controlling.reset();
        if ((shape & 8U) != 0) c.controlled = 1;
        if ((shape & 16U) != 0) c.extra = {0x7fff};
        c.use_candidate = (shape & 32U) != 0;
        const Octets request = c.octets();
        const auto handled = fresh.handle(1, from, request, now);
        EXPECT_LE(handled.reply.size(), request.size());
        EXPECT_EQ(handled.reply.empty(), handled.verdict == Verdict::kUnexpected);
        EXPECT_EQ(fresh.is_validated(1, from), handled.verdict == Verdict::kAnswered);
        answered += handled.reply.empty() ? 0 : 1;
      }
    }
  }
  EXPECT_GT(answered, 300U);
}

TEST_F(IceLite, AGenuineCheckUnderMadeCredentialsIsAlwaysAnswered) {
  const auto made = ice::make_credentials(std::array<std::uint8_t, ice::kCredentialEntropy>{});
  const std::string password(made.password.reveal().begin(), made.password.reveal().end());
  const Check c{.username = made.ufrag + ":them", .password = password};
  for (const Endpoint& from : {kHome, kHome6}) {
    LiteAgent fresh({made.ufrag, made.password.clone()}, 1);
    EXPECT_EQ(fresh.handle(1, from, c.octets(), now).verdict, Verdict::kAnswered);
  }
}

TEST_F(IceLite, AShortConsentCheckOfAValidatedAddressIsAnswered) {
  LiteAgent fresh(credentials("abcd", kPassword), 1);
  Check c{.username = "abcd:them", .password = std::string(kPassword)};
  ASSERT_EQ(fresh.handle(1, kHome6, c.octets(), now).verdict, Verdict::kAnswered);
  c.controlling.reset();
  c.priority.reset();
  c.fingerprint = false;
  EXPECT_EQ(fresh.handle(1, kHome6, c.octets(), now).verdict, Verdict::kAnswered);
  EXPECT_EQ(fresh.handle(1, *Endpoint::parse("[2001:db8::2]:4000"), c.octets(), now).verdict, Verdict::kUnexpected);
}

TEST_F(IceLite, OfAggressiveNominationsTheHighestPriorityCounts) {
  ASSERT_TRUE(feed(nomination(200), nth(1)).selected);
  now += milliseconds(50);
  EXPECT_FALSE(feed(nomination(100), nth(2)).selected);
  EXPECT_EQ(agent.selected(1), nth(1));
  now += milliseconds(50);
  EXPECT_TRUE(feed(nomination(200), nth(3)).selected);
  EXPECT_TRUE(feed(nomination(300), nth(4)).selected);
  now += ice::kSettling - milliseconds(101);
  EXPECT_FALSE(feed(nomination(299), nth(3)).selected);
  EXPECT_EQ(agent.selected(1), nth(4));
}

TEST_F(IceLite, OnceSettledTheLatestNominationCounts) {
  ASSERT_TRUE(feed(nomination(200), nth(1)).selected);
  for (milliseconds passed{0}; passed < ice::kSettling; passed += milliseconds(500)) {
    now += milliseconds(500);
    EXPECT_FALSE(feed(nomination(200), nth(1)).selected);
  }
  EXPECT_TRUE(feed(nomination(100), nth(2)).selected);
  EXPECT_EQ(agent.selected(1), nth(2));
  EXPECT_TRUE(feed(nomination(50), nth(3)).selected);
  EXPECT_EQ(agent.selected(1), nth(3));
}

TEST_F(IceLite, APlainCheckFromElsewhereDoesNotMoveTheSelection) {
  ASSERT_TRUE(feed(nomination()).selected);
  now += seconds(10);
  EXPECT_EQ(feed(check(), kOther).verdict, Verdict::kAnswered);
  EXPECT_EQ(agent.selected(1), kHome);
}

TEST_F(IceLite, ConsentEndsThirtySecondsAfterTheSelectedAddressWasHeard) {
  ASSERT_TRUE(feed(nomination()).selected);
  EXPECT_TRUE(agent.has_consent(1, kStart + ice::kConsent - milliseconds(1)));
  EXPECT_FALSE(agent.has_consent(1, kStart + ice::kConsent));
  now += seconds(20);
  ASSERT_EQ(feed(check(), kOther).verdict, Verdict::kAnswered);
  EXPECT_FALSE(agent.has_consent(1, kStart + ice::kConsent));
  ASSERT_EQ(feed(check()).verdict, Verdict::kAnswered);
  EXPECT_TRUE(agent.has_consent(1, kStart + seconds(49)));
  EXPECT_FALSE(agent.has_consent(1, kStart + seconds(50)));
  now += seconds(60);
  ASSERT_EQ(feed(check()).verdict, Verdict::kAnswered);
  EXPECT_TRUE(agent.has_consent(1, now));
}

TEST_F(IceLite, RefusedRequestsKeepNoConsent) {
  ASSERT_TRUE(feed(nomination()).selected);
  now += seconds(29);
  Check c = check();
  c.extra = {0x7fff};
  ASSERT_EQ(feed(c).verdict, Verdict::kRefused);
  EXPECT_FALSE(agent.has_consent(1, now + seconds(1)));
}

TEST_F(IceLite, AFloodOfAuthenticatedSourcesIsBoundedAndTheSelectedOneStays) {
  ASSERT_TRUE(feed(nomination()).selected);
  constexpr unsigned kFlood = 1000;
  for (unsigned n = 0; n < kFlood; ++n) ASSERT_EQ(feed(check(), nth(n)).verdict, Verdict::kAnswered);
  unsigned validated = 0;
  for (unsigned n = 0; n < kFlood; ++n) validated += agent.is_validated(1, nth(n)) ? 1 : 0;
  EXPECT_EQ(validated, ice::kMaxValidated - 1);
  EXPECT_TRUE(agent.is_validated(1, nth(kFlood - 1)));
  EXPECT_TRUE(agent.is_validated(1, kHome));
  EXPECT_EQ(agent.selected(1), kHome);
  EXPECT_TRUE(agent.has_consent(1, now));
}

TEST_F(IceLite, TheAddressNotHeardForLongestGoesFirst) {
  for (unsigned n = 0; n < ice::kMaxValidated; ++n) ASSERT_EQ(feed(check(), nth(n)).verdict, Verdict::kAnswered);
  ASSERT_EQ(feed(check(), nth(0)).verdict, Verdict::kAnswered);
  ASSERT_EQ(feed(check(), nth(100)).verdict, Verdict::kAnswered);
  EXPECT_TRUE(agent.is_validated(1, nth(0)));
  EXPECT_FALSE(agent.is_validated(1, nth(1)));
  EXPECT_TRUE(agent.is_validated(1, nth(2)));
}

TEST_F(IceLite, ANominationFromANewAddressFindsPlaceInAFullTable) {
  for (unsigned n = 0; n < 40; ++n) ASSERT_TRUE(feed(nomination(), nth(n)).selected);
  EXPECT_EQ(agent.selected(1), nth(39));
  EXPECT_TRUE(agent.has_consent(1, now));
}

TEST_F(IceLite, OtherNumbersOfComponentsThanOneAndTwoAreMadeToFit) {
  LiteAgent none(credentials(kUfrag, kPassword), 0);
  EXPECT_EQ(none.handle(1, kHome, check().octets(), now).verdict, Verdict::kAnswered);
  LiteAgent many(credentials(kUfrag, kPassword), 1000);
  EXPECT_EQ(many.handle(3, kHome, check().octets(), now).verdict, Verdict::kUnexpected);
}

}  // namespace
}  // namespace osrtp::testing
