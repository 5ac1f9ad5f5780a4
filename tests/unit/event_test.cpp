#include "protocol/event.hpp"

#include <gtest/gtest.h>

namespace osrtp::protocol {
namespace {

const Event kFailed{EventKind::kFailed,          "a@b", "1", "2", Leg::kCallee, 1, SecurityState::kFailed,
                    Reason::kFingerprintMismatch};

TEST(Event, IsWrittenInOneOrder) {
  EXPECT_EQ(encode_event(kFailed),
            R"({"event":"failed","call-id":"a@b","from-tag":"1","to-tag":"2","leg":"callee","media":1,)"
            R"("state":"failed","reason":"fingerprint-mismatch"})");
}

TEST(Event, IsReadAsItWas) { EXPECT_EQ(decode_event(encode_event(kFailed)), kFailed); }

TEST(Event, OfANewerDaemonIsNone) {
  for (const char* json : {R"({"event":"tired","call-id":"a","leg":"caller","state":"plain"})",
                           R"({"event":"silent","call-id":"a","leg":"listener","state":"plain"})",
                           R"({"event":"silent","call-id":"a","leg":"caller","state":"encrypted"})"}) {
    EXPECT_FALSE(decode_event(json)) << json;
  }
}

TEST(Event, ReasonThatIsNotKnownIsLeftOut) {
  const auto event =
      decode_event(R"({"event":"silent","call-id":"a","leg":"caller","state":"plain","reason":"tired"})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->reason, std::nullopt);
}

TEST(Event, IsNoReplyAndNoGarbage) {
  for (const char* json :
       {"", "[]", "{", R"({"result":"ok"})", R"({"event":"silent","leg":"caller","state":"plain"})"}) {
    EXPECT_FALSE(decode_event(json)) << json;
  }
}

}  // namespace
}  // namespace osrtp::protocol
