#include "base/log_json.hpp"

#include <gtest/gtest.h>

namespace osrtp {
namespace {

std::string json(std::string_view line) { return json_line("", "info", line); }

TEST(LogJson, HasAMemberForEachWord) {
  EXPECT_EQ(json_line("2026-12-01T12:00:00.000Z", "warning", "call=x event=refused code=bad-sdp"),
            R"({"time":"2026-12-01T12:00:00.000Z","level":"warning","call":"x","event":"refused","code":"bad-sdp"})");
}

TEST(LogJson, TakesTheQuotesOffATextOfSeveralWords) {
  EXPECT_EQ(json(R"(event=x reason="two words" more=1)"),
            R"({"level":"info","event":"x","reason":"two words","more":"1"})");
  EXPECT_EQ(json(R"(reason="")"), R"({"level":"info","reason":""})");
  EXPECT_EQ(json(R"(reason="has no end)"), R"({"level":"info","reason":"has no end"})");
}

TEST(LogJson, GivesALegWhatFollowsIt) {
  EXPECT_EQ(json("event=end caller.0=plain(peer-declined) relayed=3 callee.0=srtp-sdes/X relayed=4"),
            R"json({"level":"info","event":"end","caller.0":"plain(peer-declined)","caller.0.relayed":"3",)json"
            R"json("callee.0":"srtp-sdes/X","callee.0.relayed":"4"})json");
}

TEST(LogJson, KeepsWhatIsNoWordOfALine) {
  EXPECT_EQ(json("some text"), R"({"level":"info","text":"some text"})");
  EXPECT_EQ(json("The =end call=x"), R"({"level":"info","call":"x","text":"The =end"})");
  EXPECT_EQ(json(""), R"({"level":"info"})");
}

TEST(LogJson, IsJsonWhateverStandsInTheLine) {
  EXPECT_EQ(json("call=a\\x0a\xff\" event=x"), R"({"level":"info","call":"a\\x0a)"
                                               "\xEF\xBF\xBD"
                                               R"(\"","event":"x"})");
}

}  // namespace
}  // namespace osrtp
