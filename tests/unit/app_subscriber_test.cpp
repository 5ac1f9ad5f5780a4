#include "app/subscriber.hpp"

#include <gtest/gtest.h>

namespace osrtp::app {
namespace {

io::SocketAddress at(const char* endpoint) { return io::SocketAddress::from(*Endpoint::parse(endpoint)); }

TEST(Subscriber, IsFoundAgainByItsOctets) {
  for (const auto& address : {at("127.0.0.1:4000"), at("[::1]:4000"), *io::SocketAddress::from_path("/run/client")}) {
    const auto found = subscriber_of(octets_of({3, address}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->socket, 3U);
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(found->address.data()), found->address.size),
              std::string_view(reinterpret_cast<const char*>(address.data()), address.size));
  }
}

TEST(Subscriber, IsOnThisMachineAndHasAnAddress) {
  for (const auto& address : {at("192.0.2.1:4000"), at("[2001:db8::1]:4000"), io::SocketAddress::unnamed_unix()}) {
    EXPECT_EQ(octets_of({0, address}), "");
  }
}

TEST(Subscriber, IsNotMadeOfOtherOctets) {
  EXPECT_FALSE(subscriber_of(""));
  EXPECT_FALSE(subscriber_of("x"));
  EXPECT_FALSE(subscriber_of(std::string(1000, 'x')));
}

}  // namespace
}  // namespace osrtp::app
