// docs/protocol.md and examples/control-dialogue.txt against the codec: what they show is what is read and written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "protocol/codec.hpp"
#include "protocol/event.hpp"
#include "protocol/framing.hpp"
#include "relay/counters.hpp"

namespace osrtp::protocol {
namespace {

std::string contents(const char* path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path << " (tests run in the root of the tree)";
  std::stringstream all;
  all << file.rdbuf();
  return all.str();
}

struct Example {
  std::string kind;  // "request", "reply", "event"
  std::string name;
  std::string json;
};

/// The blocks "```json KIND name=NAME".
std::vector<Example> examples() {
  std::vector<Example> all;
  std::istringstream lines(contents("docs/protocol.md"));
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = !inside && line.starts_with("```json");
      if (!inside) continue;
      std::istringstream words(line);
      Example example;
      std::string fence;
      words >> fence >> example.kind >> example.name;
      EXPECT_TRUE(example.name.starts_with("name=")) << line;
      example.name.erase(0, example.name.find('=') + 1);
      all.push_back(std::move(example));
    } else if (inside) {
      all.back().json += line + "\n";
    }
  }
  return all;
}

/// Without the white space between JSON's tokens.
std::string compact(std::string_view json) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!inside && (c == ' ' || c == '\n')) continue;
    if (c == '"') inside = !inside;
    out += c;
    if (inside && c == '\\') out += json[++i];
  }
  return out;
}

void expect_request(std::string_view json) {
  const auto request = decode_request(json);
  ASSERT_TRUE(request) << json << request.error().reason;
  EXPECT_THAT(request->warnings, testing::IsEmpty()) << json;
  const auto written = encode_request(request->request);
  ASSERT_TRUE(written);
  EXPECT_EQ(*written, compact(json));
}

void expect_reply(std::string_view json, Command command) {
  const auto reply = decode_reply(json, command);
  ASSERT_TRUE(reply) << json << reply.error().reason;
  EXPECT_EQ(encode_reply(*reply), compact(json));
}

Command command_of(std::string_view json) {
  const auto request = decode_request(json);
  return request ? osrtp::protocol::command_of(request->request) : Command::kPing;
}

TEST(ProtocolDocument, ShowsRequestsThatAreReadAndWrittenLikeThat) {
  std::set<Command> shown;
  for (const Example& example : examples()) {
    if (example.kind != "request") continue;
    SCOPED_TRACE(example.name);
    expect_request(example.json);
    shown.insert(command_of(example.json));
  }
  EXPECT_EQ(shown.size(), kCommandNames.size());
}

TEST(ProtocolDocument, ShowsRepliesThatAreReadAndWrittenLikeThat) {
  std::map<std::string, Command> asked;
  std::size_t replies = 0;
  for (const Example& example : examples()) {
    SCOPED_TRACE(example.name);
    if (example.kind == "event") continue;
    if (example.kind == "request") {
      EXPECT_TRUE(asked.emplace(example.name, command_of(example.json)).second) << "named twice";
    } else {
      EXPECT_EQ(example.kind, "reply");
      ASSERT_TRUE(asked.contains(example.name)) << "a reply before its request";
      expect_reply(example.json, asked.at(example.name));
      ++replies;
    }
  }
  EXPECT_GE(replies, kCommandNames.size());
}

TEST(ProtocolDocument, ShowsEventsThatAreReadAndWrittenLikeThat) {
  std::size_t events = 0;
  for (const Example& example : examples()) {
    if (example.kind != "event") continue;
    const auto event = decode_event(example.json);
    ASSERT_TRUE(event) << example.json;
    EXPECT_EQ(encode_event(*event), compact(example.json));
    ++events;
  }
  EXPECT_GE(events, 1U);
}

TEST(ProtocolDocument, NamesEveryNameOfTheClosedLists) {
  const std::string text = contents("docs/protocol.md");
  const auto expect_all = [&](const auto& names) {
    for (const std::string_view name : names) EXPECT_THAT(text, testing::HasSubstr("`" + std::string(name) + "`"));
  };
  expect_all(kCommandNames);
  expect_all(kErrorCodeNames);
  expect_all(kEventNames);
  expect_all(kSecurityStateNames);
  expect_all(kReasonNames);
  expect_all(kPolicyNames);
  expect_all(kSignallingNames);
  expect_all(kProfileNames);
}

TEST(ProtocolDocument, NamesEveryReasonForWhichPacketsAreDropped) {
  const std::string text = contents("docs/protocol.md");
  const auto start = text.find("Reasons in `dropped`:");
  ASSERT_NE(start, std::string::npos);
  const std::string list = text.substr(start, text.find("\n\n", start) - start);
  for (const std::string_view name : relay::kDropNames) {
    EXPECT_THAT(list, testing::HasSubstr("`" + std::string(name) + "`"));
  }
}

TEST(ProtocolDocument, ComesWithADialogueOfRealFrames) {
  std::istringstream lines(contents("examples/control-dialogue.txt"));
  std::size_t exchanges = 0;
  for (std::string asked, answered; std::getline(lines, asked);) {
    if (asked.starts_with('#')) continue;
    ASSERT_TRUE(std::getline(lines, answered));
    ASSERT_TRUE(asked.starts_with("> ") && answered.starts_with("< ")) << asked;
    const auto request = split(std::string_view(asked).substr(2));
    const auto reply = split(std::string_view(answered).substr(2));
    ASSERT_TRUE(request && reply);
    EXPECT_EQ(request->cookie, reply->cookie);
    expect_request(request->dictionary);
    expect_reply(reply->dictionary, command_of(request->dictionary));
    ++exchanges;
  }
  EXPECT_GE(exchanges, kCommandNames.size());
}

}  // namespace
}  // namespace osrtp::protocol
