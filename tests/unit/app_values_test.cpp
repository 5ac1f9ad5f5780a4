#include "app/values.hpp"

#include <gtest/gtest.h>

namespace osrtp::app {
namespace {

TEST(InterfaceText, AnAddressAloneIsItsOwnNameAndIsAdvertised) {
  const auto interface = parse_interface("192.0.2.1");
  ASSERT_TRUE(interface);
  EXPECT_EQ(interface->name, "192.0.2.1");
  EXPECT_EQ(interface->address.to_string(), "192.0.2.1");
  EXPECT_EQ(interface->advertised, interface->address);
}

TEST(InterfaceText, MayHaveANameAndAnotherAddressForPhones) {
  const auto interface = parse_interface("outside/10.0.0.5!203.0.113.5");
  ASSERT_TRUE(interface);
  EXPECT_EQ(interface->name, "outside");
  EXPECT_EQ(interface->address.to_string(), "10.0.0.5");
  EXPECT_EQ(interface->advertised.to_string(), "203.0.113.5");
}

TEST(InterfaceText, BracketsAroundIpv6SayNothing) {
  const auto bare = parse_interface("six/2001:db8::1!2001:db8::2");
  const auto bracketed = parse_interface("six/[2001:db8::1]![2001:db8::2]");
  ASSERT_TRUE(bare && bracketed);
  EXPECT_EQ(bare->address, bracketed->address);
  EXPECT_EQ(bare->advertised, bracketed->advertised);
}

struct Wrong {
  const char* name;
  const char* text;
  const char* part;  // of the error
};
std::string name_of(const testing::TestParamInfo<Wrong>& info) { return info.param.name; }

class WrongInterface : public testing::TestWithParam<Wrong> {};

TEST_P(WrongInterface, IsQuotedAndExplained) {
  const auto interface = parse_interface(GetParam().text);
  ASSERT_FALSE(interface);
  EXPECT_NE(interface.error().find(std::string("'") + GetParam().text + "'"), std::string::npos) << interface.error();
  EXPECT_NE(interface.error().find(GetParam().part), std::string::npos) << interface.error();
}
INSTANTIATE_TEST_SUITE_P(
    Each, WrongInterface,
    testing::Values(Wrong{"Empty", "", "is not"}, Wrong{"HostName", "relay.example", "is not"},
                    Wrong{"Mask", "192.0.2.1/24", "is not"}, Wrong{"NoName", "/192.0.2.1", "no usable name"},
                    Wrong{"BlankInName", "a b/192.0.2.1", "no usable name"}, Wrong{"NoAddress", "wan/", "is not"},
                    Wrong{"NothingAdvertised", "192.0.2.1!", "is no address"},
                    Wrong{"WordAdvertised", "192.0.2.1!nat", "'nat' is no address"},
                    Wrong{"AnyAddress", "0.0.0.0", "goes into the SDP"},
                    Wrong{"AnyAdvertised", "2001:db8::1!::", "goes into the SDP"},
                    Wrong{"Group", "224.0.0.1", "one machine"}, Wrong{"GroupOfIpv6", "six/ff02::1", "one machine"},
                    Wrong{"GroupAdvertised", "192.0.2.1!239.1.1.1", "one machine"},
                    Wrong{"Broadcast", "255.255.255.255", "one machine"},
                    Wrong{"TwoFamilies", "192.0.2.1!2001:db8::1", "mixes IPv4 and IPv6"},
                    Wrong{"HalfABracket", "[2001:db8::1", "is not"}),
    name_of);

TEST(PortsText, IsARangeWithBothEnds) {
  EXPECT_EQ(*parse_ports("30000-39999"), (call::PortRange{30000, 39999}));
  EXPECT_EQ(*parse_ports("1-65535"), (call::PortRange{1, 65535}));
}

TEST(PortsText, HasRoomForTheFourPortsOfACallFromAnEvenOneOn) {
  EXPECT_TRUE(parse_ports("4000-4003"));
  EXPECT_FALSE(parse_ports("4000-4002"));
  EXPECT_FALSE(parse_ports("4001-4004"));
  EXPECT_TRUE(parse_ports("4001-4005"));
}

class WrongPorts : public testing::TestWithParam<Wrong> {};

TEST_P(WrongPorts, AreQuotedAndExplained) {
  const auto ports = parse_ports(GetParam().text);
  ASSERT_FALSE(ports);
  EXPECT_NE(ports.error().find(std::string("'") + GetParam().text + "'"), std::string::npos) << ports.error();
  EXPECT_NE(ports.error().find(GetParam().part), std::string::npos) << ports.error();
}
INSTANTIATE_TEST_SUITE_P(Each, WrongPorts,
                         testing::Values(Wrong{"Empty", "", "MIN-MAX"}, Wrong{"OneNumber", "4000", "MIN-MAX"},
                                         Wrong{"Words", "a-b", "two numbers"}, Wrong{"Zero", "0-4000", "two numbers"},
                                         Wrong{"TooBig", "4000-65536", "two numbers"},
                                         Wrong{"Negative", "-1-4000", "two numbers"},
                                         Wrong{"Blank", "4000 - 5000", "two numbers"},
                                         Wrong{"MoreBehindIt", "4000-5000-6000", "two numbers"},
                                         Wrong{"Backwards", "5000-4000", "no room"}),
                         name_of);

TEST(LogLevelText, IsReadAsItIsWritten) {
  for (const auto level : {LogLevel::kError, LogLevel::kWarning, LogLevel::kInfo, LogLevel::kDebug}) {
    const auto read = parse_log_level(name(level));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, level);
  }
}

TEST(LogLevelText, OtherWordsAreQuoted) {
  for (const char* text : {"", "loud", "INFO", "info "}) {
    const auto read = parse_log_level(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().find(std::string("'") + text + "'"), std::string::npos);
  }
}

}  // namespace
}  // namespace osrtp::app
