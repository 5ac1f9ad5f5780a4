#include "app/reload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osrtp::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Configuration read(std::string_view toml) {
  auto configuration = parse_configuration(toml, "file");
  EXPECT_TRUE(configuration) << configuration.error();
  return configuration ? *std::move(configuration) : Configuration{};
}

TEST(Reload, TheSameFileDiffersInNothing) {
  const auto text = R"(interfaces = ["a/192.0.2.1!198.51.100.1"]
control = ["udp:127.0.0.1:2223"]
[policies]
caller = "prefer")";
  EXPECT_TRUE(difference(read(text), read(text)).empty());
}

TEST(Reload, WhatBeginsFromNowOnGoesByTheNewFile) {
  const Configuration running = read(R"(interfaces = ["192.0.2.1"])");
  const Configuration wanted = read(R"(
interfaces = ["192.0.2.1"]
log-level = "debug"
max-calls = 7
suites = ["AEAD_AES_256_GCM"]
[control-tls]
clients = ["proxy.example.org"]
[dtls]
certificate = "/c.pem"
key = "/k.pem"
[policies]
callee = "require"
)");
  const Difference found = difference(running, wanted);
  EXPECT_THAT(found.now, ElementsAre("control-tls", "log-level", "max-calls", "suites", "dtls", "policies"));
  EXPECT_THAT(found.after_restart, IsEmpty());
  EXPECT_TRUE(difference(merged(running, wanted), wanted).empty());
}

TEST(Reload, WhatIsBoundStaysUntilARestart) {
  const Configuration running = read(R"(interfaces = ["192.0.2.1"])");
  const Configuration wanted = read(R"(
interfaces = ["192.0.2.2"]
control = ["unix:/x"]
http = "127.0.0.1:9464"
ports = "4000-4999"
tos = 0
workers = 3
tick = 0
max-calls = 7
)");
  const Difference found = difference(running, wanted);
  EXPECT_THAT(found.after_restart, ElementsAre("interfaces", "control", "http", "ports", "tos", "workers", "tick"));
  EXPECT_THAT(found.now, ElementsAre("max-calls"));
  const Configuration next = merged(running, wanted);
  EXPECT_EQ(next.interfaces, running.interfaces);
  EXPECT_EQ(next.settings.max_calls, 7U);
  EXPECT_EQ(difference(next, wanted).after_restart, found.after_restart) << "and is told again the next time";
}

TEST(Reload, ATableThatIsGoneServesItsAddressesUntilARestart) {
  const Configuration running = read(R"(
interfaces = ["192.0.2.1"]
control = ["tls:192.0.2.1:2223"]
[control-tls]
certificate = "/c"
key = "/k"
ca = "/a"
)");
  const Configuration wanted = read(R"(interfaces = ["192.0.2.1"])");
  EXPECT_THAT(difference(running, wanted).now, IsEmpty());
  EXPECT_THAT(difference(running, wanted).after_restart, ElementsAre("control"));
  EXPECT_EQ(merged(running, wanted).control_tls, running.control_tls);
}

TEST(Reload, LooksAtEveryKeyOfTheFile) {
  auto keys = configuration_keys();
  std::erase(keys, "interface");  // the list `interfaces` in another form
  EXPECT_THAT(compared_keys(), testing::UnorderedElementsAreArray(keys));
}

}  // namespace
}  // namespace osrtp::app
