// RTCP of a leg that follows who has the key, on a port of its own.
#include <gtest/gtest.h>

#include "support/relayed_call.hpp"

namespace osrtp::testing {
namespace {

using relay::Component;

class RtcpFollows : public ::testing::Test {
 protected:
  explicit RtcpFollows(PhoneSetup setup = {Suite::kAesCm128HmacSha1_80}) : call(setup) {}

  bool says(Component kind, const Endpoint& from, ByteView plain) {
    return call.feed(call.caller, call.caller.port(kind), from, call.caller.seal(kind, plain)).has_value();
  }
  bool talks(const std::string& from) {
    return says(Component::kRtp, endpoint(from), rtp_packet(++sequence, call.ssrc_of(call.caller)));
  }
  std::string rtcp() { return call.counters(call.caller).rtcp_source->to_string(); }
  std::string rtp() { return call.counters(call.caller).rtp_source->to_string(); }
  Endpoint home(Component kind) { return call.caller.at(kind); }
  std::string moved(Component kind) { return "203.0.113.9:" + std::to_string(home(kind).port.number()); }

  RelayedCall call;
  std::uint16_t sequence = 0;
};

TEST_F(RtcpFollows, ItsRtpToAnotherHostUntilItIsHeardItself) {
  EXPECT_TRUE(talks("203.0.113.9:7000"));
  EXPECT_EQ(rtp(), "203.0.113.9:7000");
  EXPECT_EQ(rtcp(), moved(Component::kRtcp));
  EXPECT_TRUE(says(Component::kRtcp, endpoint("203.0.113.9:7003"), from_hex("80c90001cafebabe")));
  EXPECT_EQ(rtcp(), "203.0.113.9:7003");
  EXPECT_TRUE(talks("203.0.113.9:7000"));
  EXPECT_EQ(rtcp(), "203.0.113.9:7003");
}

TEST_F(RtcpFollows, NotWhereItWasOnAnotherHostAnyway) {
  EXPECT_TRUE(says(Component::kRtcp, endpoint("203.0.113.50:7003"), from_hex("80c90001cafebabe")));
  EXPECT_TRUE(talks("203.0.113.9:7000"));
  EXPECT_EQ(rtcp(), "203.0.113.50:7003");
}

TEST_F(RtcpFollows, BackWithALatePacketFromTheOldHost) {
  const std::string before = rtcp();
  EXPECT_TRUE(talks("203.0.113.9:7000"));
  EXPECT_TRUE(talks(home(Component::kRtp).to_string()));
  EXPECT_EQ(rtcp(), before);
}

TEST_F(RtcpFollows, AndLeadsNothing) {
  const std::string before = rtp();
  EXPECT_TRUE(says(Component::kRtcp, endpoint("203.0.113.9:7003"), from_hex("80c90001cafebabe")));
  EXPECT_EQ(rtp(), before);
}

class PlainRtcp : public RtcpFollows {
 protected:
  PlainRtcp() : RtcpFollows({.latch_window = std::chrono::seconds(5)}) {}
};

TEST_F(PlainRtcp, FollowsNobodyElse) {
  const std::string before = rtcp();
  EXPECT_TRUE(talks("203.0.113.9:7000"));
  EXPECT_EQ(rtcp(), before);
}

}  // namespace
}  // namespace osrtp::testing
