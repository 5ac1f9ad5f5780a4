#include "ctl/arguments.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace osrtp::ctl {
namespace {

using Parsed = std::variant<Arguments, LookArguments, ExplainArguments, Answer, Misuse>;

Parsed parse(std::vector<const char*> words) {
  words.insert(words.begin(), "osrtpctl");
  return parse_arguments(static_cast<int>(words.size()), words.data());
}

std::string complaint(std::vector<const char*> words) {
  const Parsed parsed = parse(std::move(words));
  const auto* misuse = std::get_if<Misuse>(&parsed);
  return misuse != nullptr ? misuse->sentence : "understood";
}

TEST(CtlArguments, TakeOptionsBeforeAndBehindTheCommand) {
  for (const auto& parsed : {parse({"--json", "--control", "unix:/x", "query", "id"}),
                             parse({"query", "id", "--control", "unix:/x", "--json"})}) {
    const auto* arguments = std::get_if<Arguments>(&parsed);
    ASSERT_NE(arguments, nullptr);
    EXPECT_EQ(arguments->server, io::ControlAddress(io::UnixPath{"/x"}));
    EXPECT_EQ(arguments->output, Output::kJson);
    ASSERT_TRUE(std::holds_alternative<protocol::Query>(arguments->request));
    EXPECT_EQ(std::get<protocol::Query>(arguments->request).call_id, "id");
  }
}

TEST(CtlArguments, AskTheServicesSocketUnlessToldOtherwise) {
  const Parsed parsed = parse({"ping"});
  ASSERT_TRUE(std::holds_alternative<Arguments>(parsed));
  EXPECT_EQ(std::get<Arguments>(parsed).server, io::ControlAddress(io::UnixPath{"/run/osrtpd/control.sock"}));
  EXPECT_EQ(std::get<Arguments>(parsed).output, Output::kText);
}

TEST(CtlArguments, NameTheWordThatIsNoCommandOrOption) {
  EXPECT_EQ(complaint({}), "a command is needed");
  EXPECT_EQ(complaint({"--json"}), "a command is needed");
  EXPECT_EQ(complaint({"dance"}), "no such command: dance");
  EXPECT_EQ(complaint({"--jsn"}), "no such option: --jsn");
  EXPECT_EQ(complaint({"ping", "twice"}), "not expected: twice");
  EXPECT_EQ(complaint({"--jsn", "ping"}), "not expected: --jsn");
}

TEST(CtlArguments, SayWhichArgumentIsMissingOrWrong) {
  EXPECT_EQ(complaint({"query"}), "call-id is required");
  EXPECT_EQ(complaint({"delete"}), "call-id is required");
  // How it writes the range is CLI11's.
  EXPECT_EQ(complaint({"list", "--limit", "0"}).substr(0, 29), "--limit: Value 0 not in range");
  EXPECT_EQ(complaint({"--control", "bogus", "ping"}),
            "control address 'bogus' is none of unix:PATH, udp:ADDRESS:PORT and tls:ADDRESS:PORT");
}

TEST(CtlArguments, CaptureTakesATime) {
  const auto seconds = [](std::vector<const char*> words) -> std::optional<int> {
    words.insert(words.begin(), {"osrtpctl", "capture", "x"});
    const auto parsed = parse_arguments(static_cast<int>(words.size()), words.data());
    const auto* arguments = std::get_if<Arguments>(&parsed);
    if (arguments == nullptr) return std::nullopt;
    return std::get<protocol::Capture>(arguments->request).seconds;
  };
  EXPECT_EQ(seconds({}), 60);
  EXPECT_EQ(seconds({"--for", "90s"}), 90);
  EXPECT_EQ(seconds({"--for", "2m"}), 120);
  EXPECT_EQ(seconds({"--for", "7"}), 7);
  for (const char* wrong : {"0", "61m", "x", "1h", "-1"}) EXPECT_EQ(seconds({"--for", wrong}), std::nullopt) << wrong;
}

TEST(CtlArguments, LooksAtManyCalls) {
  const auto look = [](std::vector<const char*> words) {
    words.insert(words.begin(), "osrtpctl");
    const auto parsed = parse_arguments(static_cast<int>(words.size()), words.data());
    const auto* arguments = std::get_if<LookArguments>(&parsed);
    return arguments != nullptr ? std::optional(*arguments) : std::nullopt;
  };
  EXPECT_EQ(look({"calls"})->look, Look::kCalls);
  EXPECT_EQ(look({"calls", "--limit", "7"})->limit, 7);
  EXPECT_EQ(look({"status"})->look, Look::kStatus);
  const auto top = look({"top", "--interval", "0.5", "--rounds", "3"});
  ASSERT_TRUE(top);
  EXPECT_EQ(top->look, Look::kTop);
  EXPECT_EQ(top->interval, std::chrono::milliseconds(500));
  EXPECT_EQ(top->rounds, 3);
  EXPECT_FALSE(look({"top", "--interval", "0"}));
}

TEST(CtlArguments, DrainAndItsUndoing) {
  for (const auto& [word, on] : {std::pair{"drain", true}, std::pair{"undrain", false}}) {
    const Parsed parsed = parse({word});
    ASSERT_TRUE(std::holds_alternative<Arguments>(parsed)) << word;
    EXPECT_EQ(std::get<Arguments>(parsed).request, protocol::Request(protocol::Drain{on}));
  }
}

TEST(CtlArguments, ExplainThemselvesWhenAsked) {
  for (const char* flag : {"--help", "-h"}) {
    const Parsed parsed = parse({flag});
    ASSERT_TRUE(std::holds_alternative<Answer>(parsed)) << flag;
    EXPECT_NE(std::get<Answer>(parsed).text.find("Usage: osrtpctl"), std::string::npos);
  }
  const Parsed version = parse({"--version"});
  ASSERT_TRUE(std::holds_alternative<Answer>(version));
  EXPECT_EQ(std::get<Answer>(version).text, "osrtpctl " OSRTP_VERSION "\n");
}

TEST(CtlArguments, ExplainsAnOfferWithoutADaemon) {
  const auto parsed = parse({"explain", "offer.sdp", "--answer", "-", "--caller", "prefer", "--callee", "require",
                             "--callee-signalling", "clear", "--caller-peer", "webrtc", "--json"});
  const auto* explain = std::get_if<ExplainArguments>(&parsed);
  ASSERT_NE(explain, nullptr);
  EXPECT_EQ(explain->command.offer_file, "offer.sdp");
  EXPECT_EQ(explain->command.answer_file, "-");
  EXPECT_EQ(explain->command.terms.caller, protocol::Policy::kPrefer);
  EXPECT_EQ(explain->command.terms.callee, protocol::Policy::kRequire);
  EXPECT_EQ(explain->command.terms.callee_signalling, protocol::Signalling::kClear);
  EXPECT_EQ(explain->command.terms.caller_peer, protocol::Peer::kWebrtc);
  EXPECT_EQ(explain->output, Output::kJson);
  EXPECT_EQ(std::get<ExplainArguments>(parse({"explain"})).command.offer_file, "-");
  EXPECT_TRUE(std::holds_alternative<Misuse>(parse({"explain", "--callee", "sometimes"})));
}

}  // namespace
}  // namespace osrtp::ctl
