#include "app/capacity.hpp"

#include <gtest/gtest.h>

#include "app/machine.hpp"
#include "app/values.hpp"

namespace osrtp::app {
namespace {

const MachineLimits kPlenty{1'000'000, {}, {}, {}};

Configuration with(std::initializer_list<const char*> interfaces, call::PortRange ports, std::size_t max_calls) {
  Configuration configuration;
  for (const char* text : interfaces) configuration.interfaces.push_back(*parse_interface(text));
  configuration.ports = ports;
  configuration.workers = 1;
  configuration.settings.max_calls = max_calls;
  return configuration;
}

Bound first_of(const Configuration& configuration, const MachineLimits& machine) {
  return capacity(configuration, machine).first;
}

TEST(Capacity, ACallTakesFourPorts) {
  const Bound room = first_of(with({"192.0.2.1"}, {30000, 30399}, 10'000), kPlenty);
  EXPECT_EQ(room.calls, 100U);
  EXPECT_EQ(room.limit, "ports");
}

TEST(Capacity, APortWithoutItsPartnerDoesNotCount) {
  EXPECT_EQ(first_of(with({"192.0.2.1"}, {30001, 30008}, 10'000), kPlenty).calls, 1U);
}

TEST(Capacity, AnotherAddressHasItsOwnPortsAndAnotherNameHasNot) {
  EXPECT_EQ(first_of(with({"a/192.0.2.1", "b/192.0.2.2"}, {30000, 30399}, 10'000), kPlenty).calls, 200U);
  EXPECT_EQ(first_of(with({"a/192.0.2.1", "b/192.0.2.1"}, {30000, 30399}, 10'000), kPlenty).calls, 100U);
}

TEST(Capacity, MayBeLimitedByTheOperator) {
  const Bound room = first_of(with({"192.0.2.1"}, {30000, 30399}, 100), kPlenty);
  EXPECT_EQ(room.calls, 100U);
  EXPECT_EQ(room.limit, "max-calls");
}

TEST(Capacity, MayBeLimitedByDescriptorsOfWhichSomeAreTheDaemonsOwn) {
  auto configuration = with({"192.0.2.1"}, {30000, 39999}, 10'000);
  const MachineLimits machine{1024, {}, {}, {}};
  EXPECT_EQ(first_of(configuration, machine).calls, (1024U - 32U - 2U) / 4U);
  EXPECT_EQ(first_of(configuration, machine).limit, "descriptors");
  configuration.workers = 100;
  EXPECT_EQ(first_of(configuration, machine).calls, (1024U - 32U - 200U) / 4U);
}

TEST(Capacity, IsNoneWithoutDescriptorsOrAddresses) {
  EXPECT_EQ(first_of(with({"192.0.2.1"}, {30000, 39999}, 10'000), MachineLimits{}).calls, 0U);
  EXPECT_EQ(first_of(with({}, {30000, 39999}, 10'000), kPlenty).calls, 0U);
}

TEST(Capacity, MayBeLimitedByMemoryByBuffersAndByTheFirewall) {
  const auto configuration = with({"192.0.2.1"}, {30000, 59999}, 10'000);
  MachineLimits machine = kPlenty;
  machine.tracked_flows = 4'003;
  EXPECT_EQ(first_of(configuration, machine), (Bound{1000, "conntrack"}));
  machine.udp_buffers = 900 * kBuffersPerCall;
  EXPECT_EQ(first_of(configuration, machine), (Bound{900, "udp-buffers"}));
  machine.memory = 800 * kMemoryPerCall + 1;
  EXPECT_EQ(first_of(configuration, machine), (Bound{800, "memory"}));
}

TEST(Capacity, TellsWhatTheNextLimitIs) {
  const Capacity room = capacity(with({"192.0.2.1"}, {30000, 30399}, 10'000), MachineLimits{32 + 2 + 800, {}, {}, {}});
  EXPECT_EQ(room.first, (Bound{100, "ports"}));
  EXPECT_EQ(room.next, (Bound{200, "descriptors"}));
}

TEST(MachineLimits, MemoryIsWhatTheKernelSaysCanBeHad) {
  EXPECT_EQ(available_memory("MemTotal:       100 kB\nMemFree:  1 kB\nMemAvailable:     42 kB\nBuffers: 7 kB\n"),
            42U * 1024);
  EXPECT_FALSE(available_memory(""));
  EXPECT_FALSE(available_memory("MemAvailable: a lot\n"));
}

TEST(MachineLimits, UdpBuffersAreCountedInPagesAndTheLastNumberIsTheLimit) {
  EXPECT_EQ(udp_buffers("10\t20\t30\n", 4096), 30U * 4096);
  EXPECT_FALSE(udp_buffers("10 20\n", 4096));
  EXPECT_FALSE(udp_buffers("", 4096));
}

TEST(MachineLimits, OfThisMachineAreRead) {
  const MachineLimits here = machine_limits(77);
  EXPECT_EQ(here.descriptors, 77U);
  EXPECT_GT(here.memory.value_or(0), 0U);
}

}  // namespace
}  // namespace osrtp::app
