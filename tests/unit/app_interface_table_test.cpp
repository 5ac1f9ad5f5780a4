// Interfaces in the configuration: as texts, as tables, and what they have of their own.
#include <gtest/gtest.h>

#include "app/capacity.hpp"
#include "app/config.hpp"

namespace osrtp::app {
namespace {

Configuration read(std::string_view toml) {
  auto configuration = parse_configuration(toml, "file");
  EXPECT_TRUE(configuration) << configuration.error();
  return configuration ? *std::move(configuration) : Configuration{};
}

TEST(InterfaceTable, SaysAllOfAnInterface) {
  const auto all = read(R"([[interface]]
name = "outside"
address = "10.0.0.5"
advertised = "203.0.113.5"
ports = "40000-49999"
tos = 136
)")
                       .interfaces;
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "outside");
  EXPECT_EQ(all[0].address.to_string(), "10.0.0.5");
  EXPECT_EQ(all[0].advertised.to_string(), "203.0.113.5");
  EXPECT_EQ(all[0].ports, (call::PortRange{40000, 49999}));
  EXPECT_EQ(all[0].traffic_class, TrafficClass::from(136));
}

TEST(InterfaceTable, NeedsNoMoreThanAnAddress) {
  const auto all = read("[[interface]]\naddress = '[2001:db8::5]'").interfaces;
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "2001:db8::5");
  EXPECT_EQ(all[0].advertised, all[0].address);
  EXPECT_FALSE(all[0].ports || all[0].traffic_class);
}

TEST(InterfaceTable, StandsBesideTexts) {
  const auto all = read("interfaces = ['inside/10.0.0.5']\n[[interface]]\naddress = '192.0.2.1'").interfaces;
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "inside");
  EXPECT_EQ(all[1].name, "192.0.2.1");
}

TEST(CompleteInterfaces, HaveThePortsAndTheTosOfTheDaemonWhereTheyHaveNone) {
  const auto all = complete_interfaces(read(R"(
interfaces = ["a/192.0.2.1"]
ports = "4000-4999"
tos = 96
[[interface]]
address = "192.0.2.2"
ports = "5000-5999"
tos = 0
)"));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].ports, (call::PortRange{4000, 4999}));
  EXPECT_EQ(all[0].traffic_class, TrafficClass::from(96));
  EXPECT_EQ(all[1].ports, (call::PortRange{5000, 5999}));
  EXPECT_EQ(all[1].traffic_class, TrafficClass::from(0));
}

TEST(CompleteInterfaces, AreMarkedForExpeditedForwardingByDefault) {
  EXPECT_EQ(complete_interfaces(read("interfaces = ['192.0.2.1']"))[0].traffic_class->octet(), 184);
}

struct Wrong {
  const char* name;
  const char* toml;
  const char* error;  // what it begins with
};
class WrongInterfaceTable : public testing::TestWithParam<Wrong> {};

TEST_P(WrongInterfaceTable, IsToldWithFileLineAndKey) {
  const auto configuration = parse_configuration(GetParam().toml, "file");
  ASSERT_FALSE(configuration);
  EXPECT_EQ(configuration.error().rfind(GetParam().error, 0), 0U) << configuration.error();
}
INSTANTIATE_TEST_SUITE_P(
    Each, WrongInterfaceTable,
    testing::Values(
        Wrong{"MisspeltKey", "[[interface]]\nadress = '192.0.2.1'",
              "file:2: unknown key 'interface.adress'; did you mean 'address'?"},
        Wrong{"OthersWord", "[[interface]]\naddress = '192.0.2.1'\ndscp = 46",
              "file:3: unknown key 'interface.dscp'; did you mean 'tos'?"},
        Wrong{"MisspeltTable", "\ninterfces = ['192.0.2.1']",
              "file:2: unknown key 'interfces'; did you mean 'interfaces'?"},
        Wrong{"ListUnderTheTablesKey", "interface = ['192.0.2.1']",
              "file:1: key 'interface' must be tables: [[interface]]; "
              "texts are for 'interfaces'"},
        Wrong{"OneTable", "[interface]\naddress = '192.0.2.1'",
              "file:1: key 'interface' must be tables: [[interface]]"},
        Wrong{"NoAddress", "\n[[interface]]\nname = 'a'", "file:2: [[interface]] has no 'address'"},
        Wrong{"SecondHasNone", "[[interface]]\naddress = '192.0.2.1'\n[[interface]]\nname = 'b'",
              "file:3: [[interface]] has no 'address'"},
        Wrong{"TwoFamilies", "[[interface]]\naddress = '192.0.2.1'\nadvertised = '2001:db8::1'",
              "file:1: [[interface]] mixes IPv4 and IPv6"},
        Wrong{"HostName", "[[interface]]\naddress = 'relay.example'",
              "file:2: key 'interface.address': 'relay.example' is no address"},
        Wrong{"AnyAddress", "[[interface]]\naddress = '0.0.0.0'",
              "file:2: key 'interface.address': '0.0.0.0': name one address of this machine"},
        Wrong{"Group", "[[interface]]\naddress = '192.0.2.1'\nadvertised = '224.0.0.1'",
              "file:3: key 'interface.advertised': '224.0.0.1': name the address of one machine"},
        Wrong{"AddressIsANumber", "[[interface]]\naddress = 4", "file:2: key 'interface.address': must be a text"},
        Wrong{"SlashInName", "[[interface]]\nname = 'a/b'", "file:2: key 'interface.name': must be a word"},
        Wrong{"FewPorts", "[[interface]]\nports = '4000-4001'",
              "file:2: key 'interface.ports': ports '4000-4001' have no"},
        Wrong{"PortsAreANumber", "[[interface]]\nports = 4000", "file:2: key 'interface.ports': must be a text"},
        Wrong{"Dscp", "tos = 46",
              "file:1: key 'tos': must be a multiple of 4, since the two lowest bits are ECN's; DSCP 46 is 184"},
        Wrong{"EcnBits", "tos = 185",
              "file:1: key 'tos': must be a multiple of 4, since the two lowest bits are ECN's"},
        Wrong{"NoOctet", "[[interface]]\ntos = 256",
              "file:2: key 'interface.tos': must be a whole number from 0 to 255"},
        Wrong{"NegativeTos", "tos = -1", "file:1: key 'tos': must be a whole number from 0 to 255"},
        Wrong{"TosIsText", "tos = 'EF'", "file:1: key 'tos': must be a whole number"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Contradiction, OneNameMayHaveAnAddressOfEachFamily) {
  EXPECT_EQ(contradiction(read("interfaces = ['a/192.0.2.1', 'a/2001:db8::1']")), "");
  EXPECT_EQ(contradiction(read("interfaces = ['a/2001:db8::1', 'a/192.0.2.1', 'a/2001:db8::2']")),
            "two interfaces have the name 'a' and are both IPv6");
}

Configuration on_one_address(const std::string& a, const std::string& b) {
  return read("[[interface]]\nname = 'a'\naddress = '192.0.2.1'\nports = '" + a +
              "'\n[[interface]]\nname = 'b'\naddress = '192.0.2.1'\nports = '" + b + "'\n");
}

TEST(Contradiction, NoPortHasTwoOwners) {
  EXPECT_EQ(
      contradiction(on_one_address("4000-4999", "4999-5999")),
      "interfaces 'a' and 'b' share the address 192.0.2.1 and some of its ports: give both the same ports, or none "
      "in common");
  EXPECT_EQ(contradiction(on_one_address("4000-4999", "4000-4999")), "");
  EXPECT_EQ(contradiction(on_one_address("4000-4999", "5000-5999")), "");
  EXPECT_EQ(contradiction(on_one_address("5000-5999", "4000-4999")), "");
}

TEST(Capacity, IsThatOfAllPortsThatInterfacesHave) {
  const MachineLimits kPlenty{1'000'000, {}, {}, {}};
  EXPECT_EQ(capacity(on_one_address("4000-4399", "5000-5799"), kPlenty).first.calls, 300U);
  EXPECT_EQ(capacity(on_one_address("4000-4399", "4000-4399"), kPlenty).first.calls, 100U);
}

}  // namespace
}  // namespace osrtp::app
