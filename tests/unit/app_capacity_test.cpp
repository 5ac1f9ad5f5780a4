#include "app/capacity.hpp"

#include <gtest/gtest.h>

#include "app/values.hpp"

namespace osrtp::app {
namespace {

constexpr std::size_t kPlenty = 1'000'000;  // descriptors

Configuration with(std::initializer_list<const char*> interfaces, call::PortRange ports, std::size_t max_calls) {
  Configuration configuration;
  for (const char* text : interfaces) configuration.interfaces.push_back(*parse_interface(text));
  configuration.ports = ports;
  configuration.settings.max_calls = max_calls;
  return configuration;
}

TEST(Capacity, ACallTakesFourPorts) {
  const Capacity room = capacity(with({"192.0.2.1"}, {30000, 30399}, 10'000), kPlenty);
  EXPECT_EQ(room.calls, 100U);
  EXPECT_EQ(room.limit, "ports");
}

TEST(Capacity, APortWithoutItsPartnerDoesNotCount) {
  EXPECT_EQ(capacity(with({"192.0.2.1"}, {30001, 30008}, 10'000), kPlenty).calls, 1U);
}

TEST(Capacity, AnotherAddressHasItsOwnPortsAndAnotherNameHasNot) {
  EXPECT_EQ(capacity(with({"a/192.0.2.1", "b/192.0.2.2"}, {30000, 30399}, 10'000), kPlenty).calls, 200U);
  EXPECT_EQ(capacity(with({"a/192.0.2.1", "b/192.0.2.1"}, {30000, 30399}, 10'000), kPlenty).calls, 100U);
}

TEST(Capacity, MayBeLimitedByTheOperator) {
  const Capacity room = capacity(with({"192.0.2.1"}, {30000, 30399}, 100), kPlenty);
  EXPECT_EQ(room.calls, 100U);
  EXPECT_EQ(room.limit, "max-calls");
}

TEST(Capacity, MayBeLimitedByDescriptorsOfWhichSomeAreTheDaemonsOwn) {
  const Capacity room = capacity(with({"192.0.2.1"}, {30000, 39999}, 10'000), 1024);
  EXPECT_EQ(room.calls, (1024U - 32U) / 4U);
  EXPECT_EQ(room.limit, "descriptors");
}

TEST(Capacity, IsNoneWithoutDescriptorsOrAddresses) {
  EXPECT_EQ(capacity(with({"192.0.2.1"}, {30000, 39999}, 10'000), 0).calls, 0U);
  EXPECT_EQ(capacity(with({}, {30000, 39999}, 10'000), kPlenty).calls, 0U);
}

}  // namespace
}  // namespace osrtp::app
