#include "module/counters.hpp"

#include <gtest/gtest.h>

#include <set>

namespace osrtp::module {
namespace {

using protocol::Leg;
using protocol::LegSecurity;
using protocol::SecurityState;
using Names = std::vector<std::string>;

Names names(Action action, const Outcome& outcome) {
  Names found;
  for (const std::size_t number : counted(action, outcome)) found.push_back(counters().at(number).name);
  return found;
}

LegSecurity line(Leg leg, SecurityState state, std::optional<protocol::Reason> reason = {}) {
  LegSecurity security;
  security.leg = leg;
  security.state = state;
  security.reason = reason;
  return security;
}

TEST(Counters, HaveNamesOfTheirOwnAndFitKamailiosTable) {
  std::set<std::string> seen;
  for (const Counter& counter : counters()) {
    EXPECT_TRUE(seen.insert(counter.name).second) << counter.name;
    EXPECT_EQ(counter.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << counter.name;
    EXPECT_FALSE(counter.description.empty());
  }
  EXPECT_LE(counters().size(), 64u);
}

TEST(Counters, ACommandIsCountedByKindAndByWhatCameOfIt) {
  EXPECT_EQ(names(Action::kOffer, {}), Names{"offers"});
  EXPECT_EQ(names(Action::kLateAnswer, {}), Names{"answers"});
  EXPECT_EQ(names(Action::kDeleteBranch, {}), Names{"deletes"});
  EXPECT_EQ(names(Action::kNothing, failure(OSRTP_FAILED, "bad-option", "")), Names{"failures"});
  EXPECT_EQ(names(Action::kOffer, failure(OSRTP_UNREACHABLE, "unreachable", "")), (Names{"offers", "timeouts"}));
  EXPECT_EQ(names(Action::kDeleteCall, failure(OSRTP_NODE_DEAD, "node-dead", "")), (Names{"deletes", "timeouts"}));
  EXPECT_EQ(names(Action::kOffer, failure(OSRTP_REFUSED, "policy-refused", "")), (Names{"offers", "refusals"}));
}

TEST(Counters, TheSidesOfACallAreCountedWhenItEnds) {
  Outcome outcome;
  outcome.security = {line(Leg::kCaller, SecurityState::kSrtpDtls),
                      line(Leg::kCallee, SecurityState::kPlain, protocol::Reason::kPeerDeclined)};
  EXPECT_EQ(names(Action::kAnswer, outcome), Names{"answers"});
  outcome.totals.emplace();
  EXPECT_EQ(names(Action::kQuery, outcome), Names{"queries"});
  EXPECT_EQ(names(Action::kDeleteCall, outcome), (Names{"deletes", "encrypted_dtls", "plain_peer_declined"}));
}

TEST(Counters, EveryStateOfASideHasACounter) {
  const auto of = [](LegSecurity security) {
    Outcome outcome;
    outcome.security = {std::move(security)};
    outcome.totals.emplace();
    Names found = names(Action::kDeleteCall, outcome);
    return found.size() == 2 ? found[1] : std::string();
  };
  EXPECT_EQ(of(line(Leg::kCaller, SecurityState::kSrtpSdes)), "encrypted_sdes");
  EXPECT_EQ(of(line(Leg::kCaller, SecurityState::kZrtpPassthrough)), "encrypted_zrtp");
  EXPECT_EQ(of(line(Leg::kCaller, SecurityState::kFailed, protocol::Reason::kDtlsAlert)), "keying_failed");
  EXPECT_EQ(of(line(Leg::kCaller, SecurityState::kPending)), "unfinished");
  EXPECT_EQ(of(line(Leg::kCaller, SecurityState::kPlain)), "plain");
  EXPECT_EQ(of(line(Leg::kCaller, SecurityState::kPlain, protocol::Reason::kPolicyOff)), "plain_policy_off");
  EXPECT_EQ(of(line(Leg::kCaller, SecurityState::kPlain, protocol::Reason::kNotRtp)), "plain_not_rtp");
  EXPECT_EQ(of(line(Leg::kCaller, SecurityState::kNotRtp)), "");
}

TEST(Counters, ARetryHasOne) { EXPECT_EQ(counters().at(counted_retry()).name, "retries"); }

}  // namespace
}  // namespace osrtp::module
