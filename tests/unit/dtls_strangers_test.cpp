#include <gtest/gtest.h>

#include "dtls/strangers.hpp"

namespace osrtp::dtls {
namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }
constexpr TimePoint kStart{std::chrono::seconds(1)};

TEST(DtlsStrangers, ANetworkIsAnIpv4AddressOrAnIpv6Prefix) {
  EXPECT_EQ(network_of(address("192.0.2.1")), address("192.0.2.1"));
  EXPECT_EQ(network_of(address("2001:db8:0:1:2:3:4:5")), address("2001:db8:0:1::"));
  EXPECT_NE(network_of(address("2001:db8:0:2::1")), network_of(address("2001:db8:0:1::1")));
}

TEST(DtlsStrangers, AFewComeAtOnceThenOneAfterEachInterval) {
  StrangerLimit limit;
  for (const char* one : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) {
    EXPECT_TRUE(limit.admits(address(one), kStart));
  }
  EXPECT_FALSE(limit.admits(address("192.0.2.5"), kStart + kStrangerInterval - std::chrono::milliseconds(1)));
  EXPECT_TRUE(limit.admits(address("192.0.2.5"), kStart + kStrangerInterval));
  EXPECT_FALSE(limit.admits(address("192.0.2.6"), kStart + kStrangerInterval));
}

TEST(DtlsStrangers, OneNetworkLeavesAPlaceForAnother) {
  StrangerLimit limit;
  int admitted = 0;
  for (int i = 0; i < 100; ++i) admitted += limit.admits(address("2001:db8::1"), kStart) ? 1 : 0;
  EXPECT_EQ(admitted, kStrangerBurst - 1);
  EXPECT_FALSE(limit.admits(address("2001:db8::2"), kStart));
  EXPECT_TRUE(limit.admits(address("2001:db8:0:1::1"), kStart));
}

}  // namespace
}  // namespace osrtp::dtls
