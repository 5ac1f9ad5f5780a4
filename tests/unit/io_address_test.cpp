#include <gtest/gtest.h>

#include "io/address.hpp"

namespace osrtp::io {
namespace {

class EndpointRoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(EndpointRoundTrip, SurvivesTheSystemsForm) {
  const auto endpoint = Endpoint::parse(GetParam());
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(SocketAddress::from(*endpoint).endpoint(), endpoint);
}
INSTANTIATE_TEST_SUITE_P(Both, EndpointRoundTrip,
                         testing::Values("192.0.2.1:4000", "255.255.255.255:65535", "[2001:db8::1]:1", "[::1]:30000"));

TEST(SocketAddress, HasNoEndpointAtPortZeroOrOnUnixSockets) {
  EXPECT_FALSE(SocketAddress::from(*IpAddress::parse("127.0.0.1"), 0).endpoint());
  EXPECT_FALSE(SocketAddress::from_path("/run/x")->endpoint());
}

TEST(SocketAddress, TakesPathsThatFitWithTheirTerminator) {
  EXPECT_TRUE(SocketAddress::from_path(std::string(107, 'x')));
  EXPECT_FALSE(SocketAddress::from_path(std::string(108, 'x')));
  EXPECT_FALSE(SocketAddress::from_path(std::string_view("/a\0b", 4)));
}

struct ControlRow {
  const char* name;
  const char* text;
  const char* error;  // part of it; nullptr: accepted
};
class ControlAddressText : public testing::TestWithParam<ControlRow> {};

TEST_P(ControlAddressText, IsReadOrRefusedWithTheText) {
  const auto parsed = parse_control_address(GetParam().text);
  if (GetParam().error == nullptr) {
    ASSERT_TRUE(parsed) << parsed.error();
    EXPECT_EQ(to_string(*parsed), GetParam().text);
    return;
  }
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().find(GetParam().error), std::string::npos) << parsed.error();
  EXPECT_NE(parsed.error().find(GetParam().text), std::string::npos) << parsed.error();
}
INSTANTIATE_TEST_SUITE_P(
    Table, ControlAddressText,
    testing::Values(ControlRow{"Unix", "unix:/run/osrtpd/control.sock", nullptr},
                    ControlRow{"Udp4", "udp:127.0.0.1:2223", nullptr}, ControlRow{"Udp6", "udp:[::1]:2223", nullptr},
                    ControlRow{"Tls4", "tls:192.0.2.10:2223", nullptr},
                    ControlRow{"Tls6", "tls:[2001:db8::1]:2223", nullptr},
                    ControlRow{"TlsName", "tls:relay.example.org:2223", "is not tls:ADDRESS:PORT"},
                    ControlRow{"TlsNoPort", "tls:192.0.2.10", "is not tls:ADDRESS:PORT"},
                    ControlRow{"Relative", "unix:control.sock", "absolute"}, ControlRow{"NoPath", "unix:", "absolute"},
                    ControlRow{"LongPath",
                               "unix:/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                               "too long"},
                    ControlRow{"NoPort", "udp:127.0.0.1", "ADDRESS:PORT"},
                    ControlRow{"PortZero", "udp:127.0.0.1:0", "ADDRESS:PORT"},
                    ControlRow{"HostName", "udp:localhost:2223", "ADDRESS:PORT"},
                    ControlRow{"Tcp", "tcp:127.0.0.1:2223", "none of"}, ControlRow{"Nothing", "", "none of"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace osrtp::io
