#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/codec.hpp"
#include "support/record.hpp"

namespace osrtp::protocol {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Reply decoded(std::string_view json, Command command) {
  auto reply = decode_reply(json, command);
  if (!reply) {
    ADD_FAILURE() << json << ": " << reply.error().reason;
    return {};
  }
  return *std::move(reply);
}

LegSecurity sdes_leg() {
  LegSecurity leg;
  leg.leg = Leg::kCallee;
  leg.media = 1;
  leg.state = SecurityState::kSrtpSdes;
  leg.suite = "AEAD_AES_256_GCM";
  leg.authenticated_packets = 7;
  leg.relayed_packets = 6;
  leg.dropped = {{"replay", 1}};
  leg.since = 1'795'417'977;
  return leg;
}

LegSecurity plain_leg() {
  LegSecurity leg;
  leg.state = SecurityState::kPlain;
  leg.reason = Reason::kPeerDeclined;
  return leg;
}

CallReport call() {
  const StreamReport rtp{"127.0.0.7",          30'000,    "192.0.2.1", 4'000, 1'795'417'978,
                         {"RTP", "confirmed"}, {1, 2, 3}, {4, 5, 6}};
  const StreamReport rtcp{"::1", 30'001, "", 0, 1'795'417'977, {"RTCP"}, {}, {}};
  CallReport report;
  report.created_us = 1'795'417'977'739'358;
  report.last_signal = 1'795'417'977;
  report.duration_ms = 1'250;
  report.parties = {
      {"ft", "", Leg::kCaller, 1'795'417'977, {{1, "audio", "RTP/SAVP", "AEAD_AES_256_GCM", {rtp, rtcp}, {"SDES"}}}},
      {"tt", "0", Leg::kCallee, 1'795'417'977, {{1, "audio", "RTP/AVP", "", {rtp}, {}}}}};
  report.rtp = {10, 1720, 0};
  report.rtcp = {1, 60, 0};
  report.security = {sdes_leg(), plain_leg()};
  return report;
}

struct Shape {
  const char* name;
  Command command;
  Reply reply;
  std::string json;
};

class CodecReplyShape : public testing::TestWithParam<Shape> {};

TEST_P(CodecReplyShape, IsThatOfNg) {
  EXPECT_EQ(encode_reply(GetParam().reply), GetParam().json);
  record_for_schemas("reply", GetParam().json);
}
TEST_P(CodecReplyShape, IsReadBackAsItWas) {
  EXPECT_EQ(decoded(GetParam().json, GetParam().command), GetParam().reply);
}

INSTANTIATE_TEST_SUITE_P(
    Table, CodecReplyShape,
    testing::Values(
        Shape{"Pong", Command::kPing, {Pong{}, {}}, R"({"draining":false,"calls":0,"result":"pong"})"},
        Shape{
            "Sdp", Command::kOffer, {SdpReply{"v=0\r\n", {}}, {}}, R"({"sdp":"v=0\r\n","security":[],"result":"ok"})"},
        Shape{"SdpThatIsNotUtf8",
              Command::kAnswer,
              {SdpReply{"s=\xff", {}}, {}},
              R"({"sdp-base64":"cz3/","security":[],"result":"ok"})"},
        Shape{
            "Security",
            Command::kAnswer,
            {SdpReply{"v=0", {plain_leg(), sdes_leg()}}, {}},
            R"({"sdp":"v=0","security":[{"leg":"caller","media":0,"state":"plain","suite":null,"reason":"peer-declined",)"
            R"("authenticated-packets":0,"relayed-packets":0,"dropped":{},"since":0},)"
            R"({"leg":"callee","media":1,"state":"srtp-sdes","suite":"AEAD_AES_256_GCM","reason":null,)"
            R"("authenticated-packets":7,"relayed-packets":6,"dropped":{"replay":1},"since":1795417977}],"result":"ok"})"},
        Shape{"Warnings",
              Command::kPing,
              {Pong{}, {"unknown key 'x'"}},
              R"({"draining":false,"calls":0,"warnings":["unknown key 'x'"],"result":"pong"})"},
        Shape{"DeletedNothing",
              Command::kDelete,
              {DeleteReply{}, {}},
              R"({"warning":"Call-ID not found or tags didn't match","result":"ok"})"},
        Shape{"List", Command::kList, {ListReply{{"call-1@x"}}, {}}, R"({"calls":["call-1@x"],"result":"ok"})"},
        Shape{"Statistics",
              Command::kStatistics,
              {StatisticsReply{67, 1, 2, 3, 4, 5, {{"replay", 6}}, 7, 8, 9}, {}},
              R"({"statistics":{"currentstatistics":{"sessionsown":1,"sessionsforeign":0,"sessionstotal":1},)"
              R"("totalstatistics":{"uptime":"67","managedsessions":2},)"
              R"("osrtp":{"offers":3,"answers":4,"refused":5,"dropped":{"replay":6},)"
              R"("workers":7,"stalled-workers":8,"unsent":9}},"result":"ok"})"},
        Shape{"Error",
              Command::kQuery,
              {Error{ErrorCode::kUnknownCall, "Unknown call-id", {}}, {}},
              R"({"error-code":"unknown-call","error-reason":"Unknown call-id","result":"error"})"}),
    [](const auto& row) { return row.param.name; });

TEST(CodecReply, WritesACallAsNgsQueryDoes) {
  EXPECT_EQ(
      encode_reply({QueryReply{call()}, {}}),
      R"({"created":1795417977,"created_us":739358,"created_ts":1795417977739358,"last signal":1795417977,)"
      R"("duration-ms":1250,"SSRC":{},)"
      R"("tags":{"ft":{"tag":"ft","leg":"caller","created":1795417977,)"
      R"("subscriptions":[{"tag":"tt","type":"offer/answer"}],"subscribers":[{"tag":"tt","type":"offer/answer"}],)"
      R"("medias":[{"index":1,"type":"audio","protocol":"RTP/SAVP","crypto suite":"AEAD_AES_256_GCM","streams":[)"
      R"({"local port":30000,"local address":"127.0.0.7","family":"IPv4",)"
      R"("endpoint":{"family":"IPv4","address":"192.0.2.1","port":4000},)"
      R"("advertised endpoint":{"family":"IPv4","address":"192.0.2.1","port":4000},"last packet":1795417978,)"
      R"("flags":["RTP","confirmed"],"stats":{"packets":1,"bytes":2,"errors":3},)"
      R"("stats_out":{"packets":4,"bytes":5,"errors":6}},)"
      R"({"local port":30001,"local address":"::1","family":"IPv6","endpoint":{},"advertised endpoint":{},)"
      R"("last packet":1795417977,"flags":["RTCP"],"stats":{"packets":0,"bytes":0,"errors":0},)"
      R"("stats_out":{"packets":0,"bytes":0,"errors":0}}],"flags":["SDES"]}]},)"
      R"("tt":{"tag":"tt","via-branch":"0","leg":"callee","created":1795417977,)"
      R"("subscriptions":[{"tag":"ft","type":"offer/answer"}],"subscribers":[{"tag":"ft","type":"offer/answer"}],)"
      R"("medias":[{"index":1,"type":"audio","protocol":"RTP/AVP","streams":[)"
      R"({"local port":30000,"local address":"127.0.0.7","family":"IPv4",)"
      R"("endpoint":{"family":"IPv4","address":"192.0.2.1","port":4000},)"
      R"("advertised endpoint":{"family":"IPv4","address":"192.0.2.1","port":4000},"last packet":1795417978,)"
      R"("flags":["RTP","confirmed"],"stats":{"packets":1,"bytes":2,"errors":3},)"
      R"("stats_out":{"packets":4,"bytes":5,"errors":6}}],"flags":[]}]}},)"
      R"("totals":{"RTP":{"packets":10,"bytes":1720,"errors":0},"RTCP":{"packets":1,"bytes":60,"errors":0}},)"
      R"("security":[{"leg":"callee","media":1,"state":"srtp-sdes","suite":"AEAD_AES_256_GCM","reason":null,)"
      R"("authenticated-packets":7,"relayed-packets":6,"dropped":{"replay":1},"since":1795417977},)"
      R"({"leg":"caller","media":0,"state":"plain","suite":null,"reason":"peer-declined",)"
      R"("authenticated-packets":0,"relayed-packets":0,"dropped":{},"since":0}],"result":"ok"})");
}

TEST(CodecReply, ReadsBackTheCallOfAQueryAndOfADelete) {
  const Reply query{QueryReply{call()}, {}};
  EXPECT_EQ(decoded(encode_reply(query), Command::kQuery), query);
  const Reply deleted{DeleteReply{call()}, {}};
  EXPECT_EQ(decoded(encode_reply(deleted), Command::kDelete), deleted);
}

TEST(CodecReply, HidesNoBranchBehindAnother) {
  CallReport forked;
  for (const char* tag : {"", "", "same", "same", "<untagged 1>"})
    forked.parties.push_back({tag, "", Leg::kCallee, 0, {}});
  const std::string json = encode_reply({QueryReply{forked}, {}});
  for (const char* key : {R"("<untagged 1>":)", R"("<untagged 2>":)", R"("same":)", R"("same <4>":)"}) {
    EXPECT_THAT(json, HasSubstr(key));
  }
  EXPECT_EQ(std::get<QueryReply>(decoded(json, Command::kQuery).body).call, forked);
}

TEST(CodecReply, NamesEveryErrorCode) {
  for (std::size_t i = 0; i < kErrorCodeNames.size(); ++i) {
    const Reply reply{Error{static_cast<ErrorCode>(i), "why", {plain_leg()}}, {}};
    EXPECT_THAT(encode_reply(reply), HasSubstr("\"error-code\":\"" + std::string(kErrorCodeNames.at(i)) + "\""));
    EXPECT_EQ(decoded(encode_reply(reply), Command::kOffer), reply);
  }
}

TEST(CodecReply, NamesEverySecurityStateAndReason) {
  for (std::size_t i = 0; i < kSecurityStateNames.size() * kReasonNames.size(); ++i) {
    LegSecurity leg;
    leg.state = static_cast<SecurityState>(i % kSecurityStateNames.size());
    leg.reason = static_cast<Reason>(i / kSecurityStateNames.size());
    const Reply reply{SdpReply{"v=0", {leg}}, {}};
    EXPECT_EQ(decoded(encode_reply(reply), Command::kOffer), reply);
  }
}

TEST(CodecReply, ReplacesOctetsThatJsonCannotCarry) {
  const Reply reply{Error{ErrorCode::kBadSdp, std::string("m=\xff\0", 4), {}}, {"\x80"}};
  const Reply read = decoded(encode_reply(reply), Command::kOffer);
  EXPECT_EQ(std::get<Error>(read.body).reason, "m=\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_THAT(read.warnings, ElementsAre("\xef\xbf\xbd"));
}

TEST(CodecReply, CountsNoFurtherThanJsonReadersDo) {
  const Reply reply{StatisticsReply{0, ~0ULL, 0, 0, 0, 0, {}}, {}};
  EXPECT_THAT(encode_reply(reply), HasSubstr(R"("sessionsown":9223372036854775807)"));
}

TEST(CodecReply, ReadsNgsLoadLimit) {
  EXPECT_EQ(decoded(R"({"result":"load limit","message":"Parallel session limit reached"})", Command::kOffer).body,
            ReplyBody(Error{ErrorCode::kTooManyCalls, "Parallel session limit reached", {}}));
}

TEST(CodecReply, ReadsAnErrorOfUnknownCode) {
  for (const char* json : {R"({"result":"error","error-reason":"x"})",
                           R"({"result":"error","error-reason":"x","error-code":"from-the-future"})"}) {
    EXPECT_EQ(decoded(json, Command::kOffer).body, ReplyBody(Error{ErrorCode::kInternal, "x", {}}));
  }
}

TEST(CodecReply, ReadsNgsQueryWithoutOurKeys) {
  const auto reply = decoded(
      R"({"created":2,"created_us":3,"tags":{"a":{"tag":"a","medias":[{"index":1,"streams":[{"endpoint":{}}]}]}},)"
      R"("totals":{"RTP":{"packets":"60"}},"result":"ok"})",
      Command::kQuery);
  const CallReport& read = std::get<QueryReply>(reply.body).call;
  EXPECT_EQ(read.created_us, 2'000'003);
  EXPECT_EQ(read.rtp.packets, 60U);
  ASSERT_EQ(read.parties.size(), 1U);
  EXPECT_EQ(read.parties[0].medias.at(0).streams.size(), 1U);
  EXPECT_THAT(read.security, IsEmpty());
}

TEST(CodecReply, TakesNothingUnknownForSecurity) {
  const auto reply = decoded(R"({"sdp":"v=0","security":[{"leg":"caller","media":0,"state":"srtp-magic"},)"
                             R"({"leg":"callee","media":0,"state":"plain","reason":"tired"},7,)"
                             R"({"leg":"listener","media":0,"state":"srtp-sdes"}],"result":"ok"})",
                             Command::kAnswer);
  LegSecurity plain;
  plain.leg = Leg::kCallee;
  plain.state = SecurityState::kPlain;
  EXPECT_THAT(std::get<SdpReply>(reply.body).security, ElementsAre(plain));
  EXPECT_THAT(reply.warnings, ElementsAre("unknown security state 'srtp-magic'", "unknown reason 'tired'",
                                          "unknown security state ''", "unknown leg 'listener'"));
}

struct NoReply {
  const char* name;
  Command command;
  std::string json;
  std::string reason;
};

class CodecNoReply : public testing::TestWithParam<NoReply> {};

TEST_P(CodecNoReply, IsRefused) {
  const auto reply = decode_reply(GetParam().json, GetParam().command);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().reason, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Table, CodecNoReply,
    testing::Values(
        NoReply{"Nothing", Command::kPing, "", "no JSON object (octet 0)"},
        NoReply{"Array", Command::kPing, "[]", "no JSON object (octet 2)"},
        NoReply{"NoResult", Command::kPing, "{}", "no 'result' that we know in the reply"},
        NoReply{"OkToAPing", Command::kPing, R"({"result":"ok"})", "no pong in the reply to a ping"},
        NoReply{"PongToAnOffer", Command::kOffer, R"({"result":"pong"})", "no 'result' that we know in the reply"},
        NoReply{"NoSdp", Command::kOffer, R"({"result":"ok"})", "no SDP in the reply"},
        NoReply{"BadBase64", Command::kAnswer, R"({"result":"ok","sdp-base64":"!"})", "'sdp-base64' is not base64"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace osrtp::protocol
