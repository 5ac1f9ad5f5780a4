#include "ctl/overview.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osrtp::ctl {
namespace {

using protocol::Leg;
using protocol::LegSecurity;
using protocol::Reason;
using protocol::SecurityState;
using ::testing::HasSubstr;
using ::testing::Not;

LegSecurity leg(Leg which, SecurityState state, std::string suite = {}, std::optional<Reason> reason = {}) {
  LegSecurity one;
  one.leg = which;
  one.state = state;
  one.suite = std::move(suite);
  one.reason = reason;
  return one;
}

KnownCall call(std::string id, std::vector<LegSecurity> security) {
  KnownCall one{std::move(id), {}};
  one.report.duration_ms = 65'000;
  one.report.security = std::move(security);
  return one;
}

KnownCall encrypted(std::string id) {
  return call(std::move(id), {leg(Leg::kCaller, SecurityState::kSrtpDtls, "AEAD_AES_128_GCM"),
                              leg(Leg::kCallee, SecurityState::kSrtpSdes, "AES_CM_128_HMAC_SHA1_80")});
}
KnownCall half(std::string id) {
  return call(std::move(id), {leg(Leg::kCaller, SecurityState::kSrtpSdes, "AES_CM_128_HMAC_SHA1_80"),
                              leg(Leg::kCallee, SecurityState::kPlain, {}, Reason::kPeerDeclined)});
}

TEST(CtlOverview, HasALineForEachCallInColumns) {
  auto some = half("b@example");
  some.report.security[0].relayed_packets = 997;
  some.report.security[0].lost_packets = 3;
  some.report.security[1].relayed_packets = 1000;
  EXPECT_EQ(table({encrypted("a"), some}, {}),
            "    AGE    CALLER                        CALLEE                        PACKETS   LOST    CALL-ID\n"
            "##  01:05  DTLS AEAD_AES_128_GCM         SDES AES_CM_128_HMAC_SHA1_80  0/0       0/0     a\n"
            "#-  01:05  SDES AES_CM_128_HMAC_SHA1_80  plain (peer-declined)         997/1000  0.3%/0  b@example\n");
}

TEST(CtlOverview, MarksALegByItsWorstLine) {
  const auto mark_of = [](std::vector<LegSecurity> security) {
    const auto text = table({call("x", std::move(security))}, {});
    return text.substr(text.find('\n') + 1, 2);
  };
  const auto good = leg(Leg::kCaller, SecurityState::kSrtpSdes, "AEAD_AES_256_GCM");
  EXPECT_EQ(mark_of({good, leg(Leg::kCaller, SecurityState::kPlain)}), "-?") << "and a leg without lines is pending";
  EXPECT_EQ(mark_of({good, leg(Leg::kCaller, SecurityState::kFailed), leg(Leg::kCallee, SecurityState::kPending)}),
            "!?");
  EXPECT_EQ(
      mark_of({leg(Leg::kCaller, SecurityState::kZrtpPassthrough), leg(Leg::kCallee, SecurityState::kZrtpPassthrough)}),
      "##");
}

TEST(CtlOverview, ColoursAreForTerminalsAlone) {
  EXPECT_THAT(table({encrypted("a")}, {}), Not(HasSubstr("\033")));
  const Style terminal{Style::Marks::kUnicode, Style::Colours::kAnsi};
  EXPECT_THAT(table({encrypted("a")}, terminal), HasSubstr("\U0001F512\U0001F512  \033[32m"));
  EXPECT_THAT(table({half("a")}, terminal), HasSubstr("\U0001F512\U0001F513  \033[33m"));
  EXPECT_THAT(table({call("a", {leg(Leg::kCaller, SecurityState::kFailed)})}, terminal), HasSubstr("\033[31m"));
}

TEST(CtlOverview, EscapesCallIds) { EXPECT_THAT(table({encrypted("\033]0;x")}, {}), Not(HasSubstr("\033"))); }

TEST(CtlOverview, CountsCallsByTheirLockedLegs) {
  EXPECT_EQ(shares({}), "no calls\n");
  EXPECT_EQ(shares({encrypted("a"), encrypted("b"), half("c"), call("d", {})}),
            "4 calls: 2 encrypted on both legs, 1 on one, 1 on none\n");
  EXPECT_THAT(shares({half("c")}), ::testing::StartsWith("1 call: "));
}

TEST(CtlOverview, PutsTheBusiestFirst) {
  auto quiet = half("quiet");
  auto busy = half("busy");
  const std::vector<KnownCall> before{quiet, busy};
  busy.report.security[0].relayed_packets = 150;
  quiet.report.security[0].relayed_packets = 2;
  const auto text = busiest(before, {quiet, busy}, std::chrono::milliseconds(1500), 10, {});
  EXPECT_THAT(text, HasSubstr("#-  100  "));
  EXPECT_LT(text.find("busy"), text.find("quiet"));
  EXPECT_THAT(busiest(before, {quiet, busy}, std::chrono::milliseconds(1500), 1, {}), Not(HasSubstr("quiet")));
}

TEST(CtlOverview, SaysWhereItHasNotSeenAllCalls) {
  protocol::StatisticsReply numbers;
  numbers.uptime = 3'725;
  numbers.calls = 9;
  const auto text = status({true, 9}, numbers, {half("a")});
  EXPECT_THAT(text, HasSubstr("up for 1:02:05, draining: no call begins\n"));
  EXPECT_THAT(text, HasSubstr("of the first of 9 calls\n"));
}

TEST(CtlOverview, IsALineOfJsonForEachCall) {
  const auto text = json_lines({half("a\"b"), half("c")});
  EXPECT_THAT(text, ::testing::StartsWith(R"({"call-id":"a\"b","call":{"created":)"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

}  // namespace
}  // namespace osrtp::ctl
