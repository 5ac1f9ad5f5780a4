#include "protocol/policy.hpp"

#include <gtest/gtest.h>

namespace osrtp::protocol {
namespace {

TEST(ProtocolPolicy, ReadsItsOwnNames) {
  for (const auto text : kPolicyNames) EXPECT_EQ(name(*policy_named(text)), text);
  for (const auto text : kSignallingNames) EXPECT_EQ(name(*signalling_named(text)), text);
}

TEST(ProtocolPolicy, KnowsNoOtherNames) {
  for (const char* text : {"", "Require", "required", "require ", "none"}) EXPECT_FALSE(policy_named(text)) << text;
  EXPECT_FALSE(signalling_named("tls"));
}

TEST(ProtocolProfile, IsReadInAnyCase) {
  for (const auto text : kProfileNames) EXPECT_EQ(name(profile_named(text)), text);
  EXPECT_EQ(profile_named("rtp/savpf"), Profile::kRtpSavpf);
  EXPECT_EQ(profile_named("Udp/Tls/Rtp/Savp"), Profile::kUdpTlsRtpSavp);
}

TEST(ProtocolProfile, IsOtherWhereItIsNoneOfOurs) {
  for (const char* text : {"", "RTP", "RTP/AVPX", "RTP/AV", "UDP/TLS/RTP/SAVPFF", "TCP/RTP/AVP", "udptl", "RTP?AVP"}) {
    EXPECT_EQ(profile_named(text), Profile::kOther) << text;
  }
}

}  // namespace
}  // namespace osrtp::protocol
