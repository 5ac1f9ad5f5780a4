#include "app/config.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace osrtp::app {
namespace {

using protocol::Policy;
using std::chrono::milliseconds;
using std::chrono::seconds;

Configuration read(std::string_view toml) {
  auto configuration = parse_configuration(toml, "file");
  EXPECT_TRUE(configuration) << configuration.error();
  return configuration ? *std::move(configuration) : Configuration{};
}

TEST(ConfigurationFile, AnEmptyOneMeansTheDefaults) {
  const Configuration configuration = read("");
  EXPECT_TRUE(configuration.interfaces.empty());
  EXPECT_EQ(configuration.control,
            std::vector<io::ControlAddress>{io::ControlAddress{io::UnixPath{"/run/osrtpd/control.sock"}}});
  EXPECT_EQ(configuration.ports, (call::PortRange{30000, 39999}));
  EXPECT_EQ(configuration.log_level, LogLevel::kInfo);
  EXPECT_EQ(configuration.http, std::nullopt);
  EXPECT_EQ(configuration.settings.max_calls, 10'000U);
  EXPECT_EQ(configuration.settings.caller_policy, Policy::kOpportunistic);
  EXPECT_FALSE(configuration.settings.allow_sdes_over_clear);
}

TEST(ConfigurationFile, EveryKeyReachesItsSetting) {
  const Configuration configuration = read(R"(
interfaces = ["inside/10.0.0.5", "2001:db8::5"]
control = ["unix:/tmp/a.sock", "udp:127.0.0.1:2223"]
ports = "4000-4999"
workers = 7
log-level = "debug"
max-calls = 11
media-timeout = 12
held-timeout = 13
half-open-timeout = 14
half-open-per-source = 15
capture-folder = "/var/lib/osrtpd"
log-format = "json"
http = "[::1]:9464"
silence-timeout = 15
latch-window = 1.5
replay-window = 256
allow-sdes-over-clear = true
suites = ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM"]
[policies]
caller = "require"
callee = "off"
)");
  ASSERT_EQ(configuration.interfaces.size(), 2U);
  EXPECT_EQ(configuration.interfaces[0].name, "inside");
  EXPECT_EQ(configuration.interfaces[1].address.to_string(), "2001:db8::5");
  ASSERT_EQ(configuration.control.size(), 2U);
  EXPECT_EQ(io::to_string(configuration.control[0]), "unix:/tmp/a.sock");
  EXPECT_EQ(io::to_string(configuration.control[1]), "udp:127.0.0.1:2223");
  EXPECT_EQ(configuration.ports, (call::PortRange{4000, 4999}));
  EXPECT_EQ(configuration.workers, 7U);
  EXPECT_EQ(configuration.log_level, LogLevel::kDebug);
  const call::Settings& settings = configuration.settings;
  EXPECT_EQ(settings.max_calls, 11U);
  EXPECT_EQ(settings.media_timeout, seconds(12));
  EXPECT_EQ(settings.held_timeout, seconds(13));
  EXPECT_EQ(settings.half_open_timeout, seconds(14));
  EXPECT_EQ(settings.half_open_per_source, 15U);
  EXPECT_EQ(configuration.log_format, LogFormat::kJson);
  EXPECT_EQ(configuration.capture_folder, "/var/lib/osrtpd");
  EXPECT_EQ(configuration.http, Endpoint::parse("[::1]:9464"));
  EXPECT_EQ(settings.silence_timeout, seconds(15));
  EXPECT_EQ(settings.latch_window, milliseconds(1500));
  EXPECT_EQ(settings.replay_window, 256U);
  EXPECT_TRUE(settings.allow_sdes_over_clear);
  EXPECT_EQ(settings.suites, (std::vector<Suite>{Suite::kAesCm128HmacSha1_80, Suite::kAeadAes128Gcm}));
  EXPECT_EQ(settings.caller_policy, Policy::kRequire);
  EXPECT_EQ(settings.callee_policy, Policy::kOff);
}

TEST(ConfigurationFile, TheEndsOfARangeBelongToIt) {
  EXPECT_EQ(read("media-timeout = 1").settings.media_timeout, seconds(1));
  EXPECT_EQ(read("media-timeout = 86400").settings.media_timeout, seconds(86'400));
  EXPECT_EQ(read("silence-timeout = 0").settings.silence_timeout, seconds(0));
  EXPECT_EQ(read("latch-window = 0").settings.latch_window, milliseconds(0));
  EXPECT_EQ(read("latch-window = 60").settings.latch_window, milliseconds(60'000));
  EXPECT_EQ(read("max-calls = 1000000").settings.max_calls, 1'000'000U);
  EXPECT_EQ(read("tick = 0.25").tick, std::chrono::microseconds(250));
  EXPECT_EQ(read("tick = 0").tick, std::chrono::microseconds(0));
  EXPECT_EQ(read("workers = 0").workers, 0U);
  EXPECT_EQ(read("workers = 1024").workers, 1024U);
}

struct Wrong {
  const char* name;
  const char* toml;
  const char* error;  // what it begins with
};
class WrongConfiguration : public testing::TestWithParam<Wrong> {};

TEST_P(WrongConfiguration, IsToldWithFileLineAndKey) {
  const auto configuration = parse_configuration(GetParam().toml, "file");
  ASSERT_FALSE(configuration);
  EXPECT_EQ(configuration.error().rfind(GetParam().error, 0), 0U) << configuration.error();
}
INSTANTIATE_TEST_SUITE_P(
    Each, WrongConfiguration,
    testing::Values(
        Wrong{"Syntax", "\na b", "file:2: "}, Wrong{"UnknownKey", "\nfrob = 1", "file:2: unknown key 'frob'"},
        Wrong{"UnknownPolicyKey", "[policies]\nboth = 'off'", "file:2: unknown key 'policies.both'"},
        Wrong{"TheFirstOfTwo", "workers = -1\nmax-calls = 0", "file:1: key 'workers': must be a whole number from 0"},
        Wrong{"LongTick", "tick = 5.5", "file:1: key 'tick': must be a number from 0 to 5 (milliseconds)"},
        Wrong{"NegativeTick", "tick = -1", "file:1: key 'tick': "},
        Wrong{"TickIsText", "tick = '1ms'", "file:1: key 'tick': "},
        Wrong{"TickIsNoNumber", "tick = nan", "file:1: key 'tick': "},
        Wrong{"KeyTwice", "workers = 1\nworkers = 2", "file:2: "},
        Wrong{"Fraction", "media-timeout = 60.5",
              "file:1: key 'media-timeout': must be a whole number from 1 to 86400"},
        Wrong{"TooLong", "held-timeout = 86401", "file:1: key 'held-timeout': "},
        Wrong{"Negative", "half-open-timeout = -1", "file:1: key 'half-open-timeout': "},
        Wrong{"TooManyCalls", "max-calls = 1000001", "file:1: key 'max-calls': "},
        Wrong{"TooManyWorkers", "workers = 1025", "file:1: key 'workers': "},
        Wrong{"SmallWindow", "replay-window = 63", "file:1: key 'replay-window': must be a whole number from 64"},
        Wrong{"LatchTooLong", "latch-window = 60.1", "file:1: key 'latch-window': must be a number of seconds"},
        Wrong{"LatchIsNoNumber", "latch-window = nan", "file:1: key 'latch-window': "},
        Wrong{"LatchIsText", "latch-window = '5'", "file:1: key 'latch-window': "},
        Wrong{"PortsAreAList", "ports = [1, 2]", "file:1: key 'ports': must be a text"},
        Wrong{"PortsAreFew", "ports = '4000-4001'", "file:1: key 'ports': ports '4000-4001' have no room"},
        Wrong{"Level", "log-level = 'loud'", "file:1: key 'log-level': log level 'loud'"},
        Wrong{"LevelIsANumber", "log-level = 3", "file:1: key 'log-level': must be a text"},
        Wrong{"Truth", "allow-sdes-over-clear = 1", "file:1: key 'allow-sdes-over-clear': must be true or false"},
        Wrong{"NoInterfaces", "interfaces = []", "file:1: key 'interfaces': must be a list"},
        Wrong{"OneInterface", "interfaces = '192.0.2.1'", "file:1: key 'interfaces': must be a list"},
        Wrong{"MixedInterfaces", "interfaces = ['192.0.2.1', 7]", "file:1: key 'interfaces': must be a list"},
        Wrong{"WrongInterface", "interfaces = ['x']", "file:1: key 'interfaces': interface 'x'"},
        Wrong{"Control", "control = ['tcp:x']", "file:1: key 'control': "},
        Wrong{"HttpWithoutPort", "http = '127.0.0.1'", "file:1: key 'http': must be an address and a port"},
        Wrong{"HttpIsAName", "http = 'localhost:9464'", "file:1: key 'http': "},
        Wrong{"HttpIsANumber", "http = 9464", "file:1: key 'http': "},
        Wrong{"Suite", "suites = ['NULL']", "file:1: key 'suites': there is no suite 'NULL'"},
        Wrong{"SuiteTwice", "suites = ['AEAD_AES_128_GCM', 'aead_aes_128_gcm']", "file:1: key 'suites': names a suite"},
        Wrong{"PoliciesAreText", "policies = 'off'", "file:1: key 'policies' must be a table"},
        Wrong{"Policy", "[policies]\ncallee = 'maybe'", "file:2: key 'policies.callee': must be \"off\""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ConfigurationFile, IsReadFromDisk) {
  const test::TemporaryFolder folder;
  const std::string file = folder / "osrtpd.toml";
  std::ofstream(file) << "workers = 3\n";
  const auto configuration = read_configuration(file);
  ASSERT_TRUE(configuration) << configuration.error();
  EXPECT_EQ(configuration->workers, 3U);
}

TEST(ConfigurationFile, AnEmptyFileIsInOrder) {
  const test::TemporaryFolder folder;
  const std::string file = folder / "osrtpd.toml";
  std::ofstream{file};
  EXPECT_TRUE(read_configuration(file));
}

TEST(ConfigurationFile, MistakesInAFileNameIt) {
  const test::TemporaryFolder folder;
  const std::string file = folder / "osrtpd.toml";
  std::ofstream(file) << "\n\nworkers = 'many'\n";
  const auto configuration = read_configuration(file);
  ASSERT_FALSE(configuration);
  EXPECT_EQ(configuration.error().rfind(file + ":3: key 'workers': ", 0), 0U) << configuration.error();
}

TEST(ConfigurationFile, OneThatCannotBeReadIsNamedWithTheReason) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(read_configuration(folder / "none").error(), (folder / "none") + ": No such file or directory");
  EXPECT_EQ(read_configuration(folder / "").error(), (folder / "") + ": Is a directory");
}

TEST(Contradiction, ARelayNeedsAnAddress) {
  EXPECT_NE(contradiction(Configuration{}).find("no media address"), std::string::npos);
  EXPECT_EQ(contradiction(read("interfaces = ['192.0.2.1']")), "");
}

TEST(Contradiction, TwoInterfacesOfOneFamilyCannotHaveOneName) {
  EXPECT_EQ(contradiction(read("interfaces = ['a/192.0.2.1', 'b/192.0.2.2', 'a/192.0.2.3']")),
            "two interfaces have the name 'a' and are both IPv4");
  EXPECT_EQ(contradiction(read("interfaces = ['a/192.0.2.1', 'b/192.0.2.1']")), "");
}

TEST(Contradiction, ControlOverTlsNeedsAllItsFiles) {
  const std::string start = "interfaces = ['192.0.2.1']\ncontrol = ['tls:192.0.2.1:2223']\n";
  EXPECT_EQ(contradiction(read(start)),
            "control tls:192.0.2.1:2223 needs `certificate`, `key` and `ca` in [control-tls] of the configuration");
  EXPECT_EQ(contradiction(read(start + "[control-tls]\ncertificate = '/c'\nkey = '/k'\n")),
            "[control-tls] needs `certificate`, `key` and `ca`");
  const Configuration whole =
      read(start + "[control-tls]\ncertificate = '/c'\nkey = '/k'\nca = '/a'\nclients = ['x', 'y']\n");
  EXPECT_EQ(contradiction(whole), "");
  EXPECT_EQ(whole.control_tls, (ControlTls{"/c", "/k", "/a", {"x", "y"}}));
}

}  // namespace
}  // namespace osrtp::app
