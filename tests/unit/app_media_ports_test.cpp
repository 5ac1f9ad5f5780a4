// What becomes of ports when the system has none for us.
#include "app/media_ports.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "support/memory_network.hpp"

namespace osrtp::app {
namespace {

using call::PortError;
using std::chrono::seconds;

const IpAddress kHost = *IpAddress::parse("192.0.2.1");
constexpr std::size_t kPairs = 4;

class MediaPortsRefused : public ::testing::Test {
 protected:
  PortError refused() {
    auto opened = ports.open(0, now);
    if (opened) ports.close(*opened, now);
    EXPECT_FALSE(opened);
    return opened ? PortError::kExhausted : opened.error();
  }

  TimePoint now{std::chrono::hours(1)};
  std::vector<std::string> lines;
  testing::MemoryNetwork network;
  MediaPorts ports{network,
                   {{.name = "lo", .address = kHost, .advertised = kHost, .ports = call::PortRange{30'000, 30'007}}},
                   [this](LogLevel, std::string_view line) { lines.emplace_back(line); }};
};

TEST_F(MediaPortsRefused, SayWhetherPortsOrDescriptorsHaveRunOut) {
  for (const int error : {EMFILE, ENFILE}) {
    network.refuse_to_open(error);
    EXPECT_EQ(refused(), PortError::kNoDescriptors);
  }
  for (const int error : {ENOBUFS, ENOMEM, EADDRNOTAVAIL, EACCES}) {
    network.refuse_to_open(error);
    EXPECT_EQ(refused(), PortError::kRefused);
  }
  network.open_again();
  for (std::size_t n = 0; n < kPairs; ++n) EXPECT_TRUE(ports.open(0, now));
  EXPECT_EQ(refused(), PortError::kExhausted);
}

TEST_F(MediaPortsRefused, GiveTheSystemsReason) {
  network.refuse_to_open(EMFILE);
  static_cast<void>(refused());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("event=port-failed interface=lo"), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find("reason=\"Too many open files\""), std::string::npos) << lines[0];
}

/// However many offers come meanwhile, none of them costs the next one its ports.
TEST_F(MediaPortsRefused, AreAllThereOnceTheSystemGivesDescriptorsAgain) {
  for (const std::size_t open : {0U, 1U}) {  // none, or one that has no neighbour
    network.refuse_to_open(EMFILE, open);
    for (std::size_t n = 0; n < 3 * kPairs; ++n) EXPECT_EQ(refused(), PortError::kNoDescriptors);
    EXPECT_EQ(network.open_ports(), 0U);
  }
  network.open_again();
  for (std::size_t n = 0; n < kPairs; ++n) EXPECT_TRUE(ports.open(0, now));
}

}  // namespace
}  // namespace osrtp::app
