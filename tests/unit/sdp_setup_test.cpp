#include "sdp/setup.hpp"

#include <gtest/gtest.h>

#include <string>

namespace osrtp::sdp {
namespace {

TEST(SdpSetup, KnowsFourRolesInAnyCase) {
  EXPECT_EQ(parse_setup("actpass"), SetupRole::kActpass);
  EXPECT_EQ(parse_setup("active"), SetupRole::kActive);
  EXPECT_EQ(parse_setup("passive "), SetupRole::kPassive);
  EXPECT_EQ(parse_setup("HoldConn"), SetupRole::kHoldconn);
  for (const char* other : {"", "act", "activeactive", "active passive", "actpass:x"}) {
    EXPECT_FALSE(parse_setup(other)) << other;
  }
}

TEST(SdpSetup, NamesARoleAsItReadsIt) {
  for (const auto role : {SetupRole::kActpass, SetupRole::kActive, SetupRole::kPassive, SetupRole::kHoldconn}) {
    EXPECT_EQ(parse_setup(name(role)), role);
  }
}

TEST(SdpTlsId, Has20To255OfItsCharacters) {
  EXPECT_EQ(parse_tls_id("abc3de65cddef001be82"), "abc3de65cddef001be82");
  EXPECT_TRUE(parse_tls_id("+/-_ABCXYZabcxyz0189"));
  EXPECT_TRUE(parse_tls_id(std::string(255, 'a')));
  EXPECT_FALSE(parse_tls_id(std::string(256, 'a')));
  EXPECT_FALSE(parse_tls_id(std::string(19, 'a')));
  for (const char c : {' ', ':', '=', '.', '\x7f', '\xe4'}) {
    EXPECT_FALSE(parse_tls_id(std::string(20, 'a') + c)) << c;
  }
}

}  // namespace
}  // namespace osrtp::sdp
