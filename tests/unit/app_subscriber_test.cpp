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

TEST(Subscriber, MayBeAConnectionWhichIsNoSocket) {
  const std::string octets = octets_of(TlsSubscriber{2, 70'000});
  const auto found = tls_subscriber_of(octets);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->server, 2U);
  EXPECT_EQ(found->connection, 70'000U);
  EXPECT_FALSE(subscriber_of(octets));
  EXPECT_FALSE(tls_subscriber_of(octets_of({0, at("127.0.0.1:4000")})));
  EXPECT_FALSE(tls_subscriber_of(""));
}

TEST(Subscriber, IsNotMadeOfOtherOctets) {
  EXPECT_FALSE(subscriber_of(""));
  EXPECT_FALSE(subscriber_of("x"));
  EXPECT_FALSE(subscriber_of(std::string(1000, 'x')));
}

}  // namespace
}  // namespace osrtp::app
