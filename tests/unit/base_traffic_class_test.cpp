#include "base/traffic_class.hpp"

#include <gtest/gtest.h>

namespace osrtp {
namespace {

TEST(TrafficClass, IsAnOctetWithoutEcnsBits) {
  EXPECT_EQ(TrafficClass::from(184)->octet(), 184);
  EXPECT_EQ(TrafficClass::from(187)->octet(), 184);
  EXPECT_EQ(TrafficClass::from(0)->octet(), 0);
  EXPECT_EQ(TrafficClass::from(255)->octet(), 252);
  EXPECT_FALSE(TrafficClass::from(-1));
  EXPECT_FALSE(TrafficClass::from(256));
}

TEST(TrafficClass, OfVoiceIsDscp46) { EXPECT_EQ(TrafficClass::expedited().octet() >> 2, 46); }

}  // namespace
}  // namespace osrtp
