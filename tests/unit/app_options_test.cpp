#include "app/options.hpp"

#include <gtest/gtest.h>

namespace osrtp::app {
namespace {

std::variant<Options, Answer, Misuse> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "osrtpd");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

Options options(const std::vector<const char*>& arguments) {
  const auto parsed = parse(arguments);
  const auto* misuse = std::get_if<Misuse>(&parsed);
  EXPECT_EQ(misuse, nullptr) << misuse->sentence;
  const auto* found = std::get_if<Options>(&parsed);
  return found != nullptr ? *found : Options{};
}

TEST(CommandLine, WithoutFlagsDecidesNothing) {
  Configuration configuration;
  configuration.workers = 7;
  configuration.ports = {4000, 4999};
  configuration.log_level = LogLevel::kError;
  apply(options({}), configuration);
  EXPECT_EQ(configuration.workers, 7U);
  EXPECT_EQ(configuration.ports, (call::PortRange{4000, 4999}));
  EXPECT_EQ(configuration.log_level, LogLevel::kError);
  EXPECT_EQ(configuration.control.size(), 1U);
  EXPECT_EQ(options({}).config_file, "");
}

TEST(CommandLine, FlagsOverrideTheFile) {
  Configuration configuration;
  apply(options({"--ports", "4000-4999", "--workers", "3", "--tick", "0.5", "--log-level", "debug"}), configuration);
  EXPECT_EQ(configuration.ports, (call::PortRange{4000, 4999}));
  EXPECT_EQ(configuration.workers, 3U);
  EXPECT_EQ(configuration.tick, std::chrono::microseconds(500));
  EXPECT_EQ(configuration.log_level, LogLevel::kDebug);
}

TEST(CommandLine, AListThatIsGivenReplacesTheWholeList) {
  auto configuration = *parse_configuration(R"(interfaces = ["192.0.2.1", "192.0.2.2"])", "file");
  apply(options({"--interface", "a/192.0.2.3", "--interface", "b/192.0.2.4!198.51.100.1", "--control", "unix:/x",
                 "--control", "udp:127.0.0.1:2223"}),
        configuration);
  ASSERT_EQ(configuration.interfaces.size(), 2U);
  EXPECT_EQ(configuration.interfaces[0].name, "a");
  EXPECT_EQ(configuration.interfaces[1].advertised.to_string(), "198.51.100.1");
  ASSERT_EQ(configuration.control.size(), 2U);
  EXPECT_EQ(io::to_string(configuration.control[0]), "unix:/x");
}

TEST(CommandLine, NamesTheFileAndMayStayInTheForeground) {
  EXPECT_EQ(options({"--config", "/etc/x.toml", "--foreground"}).config_file, "/etc/x.toml");
  EXPECT_EQ(options({"--config=/etc/x.toml"}).config_file, "/etc/x.toml");
}

TEST(CommandLine, HelpAndVersionAreAnswersAndNoMisuse) {
  const auto help = parse({"--help"});
  const auto version = parse({"--version"});
  ASSERT_TRUE(std::holds_alternative<Answer>(help) && std::holds_alternative<Answer>(version));
  for (const char* flag : {"--config", "--interface", "--control", "--ports", "--workers", "--tick", "--log-level"}) {
    EXPECT_NE(std::get<Answer>(help).text.find(flag), std::string::npos) << flag;
  }
  EXPECT_EQ(std::get<Answer>(version).text, "osrtpd " OSRTP_VERSION "\n");
}

struct Wrong {
  const char* name;
  std::vector<const char*> arguments;
  const char* part;  // of the sentence
};
class WrongCommandLine : public testing::TestWithParam<Wrong> {};

TEST_P(WrongCommandLine, IsToldInOneSentence) {
  const auto parsed = parse(GetParam().arguments);
  ASSERT_TRUE(std::holds_alternative<Misuse>(parsed));
  const std::string& sentence = std::get<Misuse>(parsed).sentence;
  EXPECT_NE(sentence.find(GetParam().part), std::string::npos) << sentence;
  EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
}
INSTANTIATE_TEST_SUITE_P(
    Each, WrongCommandLine,
    testing::Values(Wrong{"UnknownFlag", {"--frobnicate"}, "--frobnicate"}, Wrong{"Word", {"extra"}, "extra"},
                    Wrong{"NothingBehindAFlag", {"--ports"}, "--ports"}, Wrong{"EmptyPorts", {"--ports", ""}, "ports"},
                    Wrong{"Ports", {"--ports", "nine"}, "'nine'"},
                    Wrong{"TwoPorts", {"--ports", "4000-4999", "--ports", "5000-5999"}, "--ports"},
                    Wrong{"Level", {"--log-level", "loud"}, "'loud'"},
                    Wrong{"NegativeWorkers", {"--workers", "-1"}, "--workers"},
                    Wrong{"LongTick", {"--tick", "5.5"}, "--tick"}, Wrong{"NegativeTick", {"--tick", "-1"}, "--tick"},
                    Wrong{"ManyWorkers", {"--workers", "1025"}, "--workers"},
                    Wrong{"SecondInterface", {"--interface", "192.0.2.1", "--interface", "here"}, "'here'"},
                    Wrong{"TwoBehindOneFlag", {"--interface", "192.0.2.1", "192.0.2.2"}, "192.0.2.2"},
                    Wrong{"Control", {"--control", "unix:here"}, "unix:here"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osrtp::app
