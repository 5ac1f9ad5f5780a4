#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/codec.hpp"
#include "protocol/framing.hpp"

namespace osrtp::protocol {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A whole offer with `members` added.
std::string offer_json(const std::string& members) {
  return R"({"command":"offer","call-id":"c1","from-tag":"f1","sdp":"v=0\r\n")" +
         (members.empty() ? "" : "," + members) + "}";
}

DecodedRequest decoded(const std::string& json) {
  auto request = decode_request(json);
  if (!request) {
    ADD_FAILURE() << json << ": " << request.error().reason;
    return {};
  }
  return *std::move(request);
}

Offer offer(const std::string& members) { return std::get<Offer>(decoded(offer_json(members)).request); }
std::vector<std::string> warnings(const std::string& members) { return decoded(offer_json(members)).warnings; }
OsrtpOptions options(const std::string& members) { return offer(R"("osrtp":{)" + members + "}").osrtp.value(); }

TEST(CodecRequest, ReadsAnOfferOfTheModule) {
  const Offer o = offer(R"("to-tag":"t1","via-branch":"0","received-from":["IP4","192.0.2.1"],
    "osrtp":{"caller":"require","callee":"opportunistic","caller-signalling":"encrypted","callee-signalling":"clear",
             "allow-sdes-over-clear":true,"offerer":"callee","keying":["sdes"],"suites":["AEAD_AES_256_GCM"],
             "caller-keying":["dtls"],"callee-keying":"sdes,dtls","caller-peer":"webrtc","callee-peer":"sip",
             "caller-shape":"one-line","callee-shape":"two-lines","caller-fallback":true,"callee-fallback":0})");
  EXPECT_EQ(o.call_id, "c1");
  EXPECT_EQ(o.from_tag, "f1");
  EXPECT_EQ(o.to_tag, "t1");
  EXPECT_EQ(o.via_branch, "0");
  EXPECT_EQ(o.sdp, "v=0\r\n");
  EXPECT_EQ(o.received_from, "192.0.2.1");
  EXPECT_EQ(*o.osrtp, (OsrtpOptions{Leg::kCallee,
                                    Policy::kRequire,
                                    Policy::kOpportunistic,
                                    Signalling::kEncrypted,
                                    Signalling::kClear,
                                    true,
                                    {"sdes"},
                                    {"dtls"},
                                    {"sdes", "dtls"},
                                    Peer::kWebrtc,
                                    Peer::kSip,
                                    Shape::kOneLine,
                                    Shape::kTwoLines,
                                    {"AEAD_AES_256_GCM"},
                                    true,
                                    false}));
}

TEST(CodecRequest, ReadsEveryCommand) {
  EXPECT_EQ(decoded(R"({"command":"ping"})").request, Request(Ping{}));
  EXPECT_EQ(decoded(R"({"command":"statistics"})").request, Request(Statistics{}));
  EXPECT_EQ(decoded(R"({"command":"list"})").request, Request(List{32}));
  EXPECT_EQ(decoded(R"({"command":"list","limit":"0"})").request, Request(List{0}));
  EXPECT_EQ(decoded(R"({"command":"query","call-id":"c","from-tag":"f"})").request, Request(Query{"c", "f", ""}));
  EXPECT_EQ(decoded(R"({"command":"delete","call-id":"c","flags":"fatal","delete delay":"5"})").request,
            Request(Delete{"c", "", "", "", {"fatal"}, 5}));
  const auto answer =
      decoded(R"({"command":"answer","call-id":"c","from-tag":"f","to-tag":"t","sdp":"x","sip-code":200})");
  EXPECT_EQ(std::get<Answer>(answer.request).sip_code, 200);
  const auto bare = decoded(R"({"command":"answer","call-id":"c","from-tag":"f","to-tag":"t","sip-code":200})");
  EXPECT_EQ(std::get<Answer>(bare.request).sdp, "");
}

struct Spelling {
  const char* name;
  std::string members;
  Offer (*expected)(Offer);
};

class CodecSpelling : public testing::TestWithParam<Spelling> {};

TEST_P(CodecSpelling, IsReadWithoutAWarning) {
  EXPECT_EQ(offer(GetParam().members), GetParam().expected(offer("")));
  EXPECT_THAT(warnings(GetParam().members), IsEmpty());
}

Offer with_savp(Offer o) { return o.transport_protocol = Profile::kRtpSavp, o; }
Offer with_ip6(Offer o) { return o.address_family = "IP6", o; }
Offer with_media_address(Offer o) { return o.media_address = "2001:db8::1", o; }
Offer with_received_from(Offer o) { return o.received_from = "192.0.2.9", o; }
Offer with_direction(Offer o) { return o.direction = {"in", "out"}, o; }
Offer with_flags(Offer o) { return o.flags = {"trust-address", "pad-crypto"}, o; }
Offer with_replace(Offer o) { return o.replace = {"origin", "session-connection"}, o; }
Offer with_mux(Offer o) { return o.rtcp_mux = {true, true, false, false, false}, o; }
Offer with_other_mux(Offer o) { return o.rtcp_mux = {false, false, true, true, true}, o; }
Offer with_ice(Offer o) { return o.ice = IceWish::kRemove, o; }
Offer with_forced_ice(Offer o) { return o.ice = IceWish::kForce, o; }
Offer with_passive(Offer o) { return o.dtls = DtlsWish::kPassive, o; }
Offer without_dtls(Offer o) { return o.dtls = DtlsWish::kOff, o; }
Offer with_tos(Offer o) { return o.tos = 184, o; }
Offer with_kept_tos(Offer o) { return o.tos = -1, o; }
Offer with_code(Offer o) { return o.sip_code = 183, o; }
Offer unchanged(Offer o) { return o; }

INSTANTIATE_TEST_SUITE_P(
    Table, CodecSpelling,
    testing::Values(
        Spelling{"TransportHyphen", R"("transport-protocol":"RTP/SAVP")", with_savp},
        Spelling{"TransportSpace", R"("transport protocol":"rtp/savp")", with_savp},
        Spelling{"FamilyHyphen", R"("address-family":"IP6")", with_ip6},
        Spelling{"FamilySpace", R"("address family":"IP6")", with_ip6},
        Spelling{"MediaAddressHyphen", R"("media-address":"2001:db8::1")", with_media_address},
        Spelling{"MediaAddressSpace", R"("media address":"2001:db8::1")", with_media_address},
        Spelling{"ReceivedFromList", R"("received-from":["IP4","192.0.2.9"])", with_received_from},
        Spelling{"ReceivedFromSpace", R"("received from":["IP4","192.0.2.9"])", with_received_from},
        Spelling{"ReceivedFromText", R"("received-from":"192.0.2.9")", with_received_from},
        Spelling{"ReceivedFromCommas", R"("received-from":"IP4,192.0.2.9")", with_received_from},
        Spelling{"DirectionList", R"("direction":["in","out"])", with_direction},
        Spelling{"DirectionText", R"("direction":"in,out")", with_direction},
        Spelling{"FlagsHyphen", R"("flags":["trust-address","pad-crypto"])", with_flags},
        Spelling{"FlagsSpace", R"("flags":["trust address","pad crypto"])", with_flags},
        Spelling{"FlagsText", R"("flags":"trust-address,,pad crypto,")", with_flags},
        Spelling{"ReplaceList", R"("replace":["origin","session connection"])", with_replace},
        Spelling{"ReplaceText", R"("replace":"origin,session-connection")", with_replace},
        Spelling{"MuxList", R"("rtcp-mux":["offer","require"])", with_mux},
        Spelling{"MuxText", R"("rtcp-mux":"require,offer")", with_mux},
        Spelling{"MuxSpace", R"("rtcp mux":["offer","require"])", with_mux},
        Spelling{"MuxOthers", R"("rtcp-mux":["demux","accept","reject"])", with_other_mux},
        Spelling{"IceText", R"("ICE":"remove")", with_ice}, Spelling{"IceLower", R"("ice":"Remove")", with_ice},
        Spelling{"IceList", R"("ICE":["REMOVE"])", with_ice}, Spelling{"IceForce", R"("ICE":"force")", with_forced_ice},
        Spelling{"IceOptional", R"("ICE":"optional")", with_forced_ice},
        Spelling{"IceForceRelay", R"("ICE":"force relay")", with_forced_ice},
        Spelling{"FirstIceCounts", R"("ICE":["force","remove"])", with_forced_ice},
        Spelling{"IceDefault", R"("ICE":"default")", unchanged},
        Spelling{"DtlsPassive", R"("DTLS":"passive")", with_passive},
        Spelling{"DtlsLower", R"("dtls":["Passive"])", with_passive},
        Spelling{"DtlsActive", R"("DTLS":"active")", unchanged}, Spelling{"DtlsOff", R"("DTLS":"off")", without_dtls},
        Spelling{"DtlsNo", R"("DTLS":"no")", without_dtls},
        Spelling{"DtlsDisable", R"("DTLS":"disable")", without_dtls},
        Spelling{"DtlsDisabled", R"("DTLS":"disabled")", without_dtls}, Spelling{"TosNumber", R"("TOS":184)", with_tos},
        Spelling{"TosText", R"("TOS":"184")", with_tos}, Spelling{"TosLower", R"("tos":184)", with_tos},
        Spelling{"TosThatStays", R"("TOS":-1)", with_kept_tos}, Spelling{"CodeNumber", R"("sip-code":183)", with_code},
        Spelling{"CodeText", R"("sip-code":"183")", with_code},
        Spelling{"NullIsAbsent", R"("sip-code":null,"flags":null,"osrtp":null,"ICE":null)", unchanged},
        Spelling{"EmptyIsAbsent", R"("transport-protocol":"","flags":[],"replace":"","media-address":"")", unchanged},
        Spelling{"HarmlessNgKeys", R"("supports":["load limit"],"sip-message-type":"sip_request","label":"A")",
                 unchanged},
        Spelling{"LastOfEqualKeysCounts", R"("sip-code":100,"sip-code":183)", with_code}),
    [](const auto& row) { return row.param.name; });

TEST(CodecRequest, TakesSpacesInTheKeysOfTheCall) {
  const auto request = decoded(R"({"command":"answer","call id":"c","from tag":"f","to tag":"t","SDP":"x"})");
  const auto& answer = std::get<Answer>(request.request);
  EXPECT_EQ(answer.call_id + answer.from_tag + answer.to_tag + answer.sdp, "cftx");
  EXPECT_THAT(request.warnings, IsEmpty());
}

struct Ignored {
  const char* name;
  std::string members;
  std::string warning;
};

class CodecIgnores : public testing::TestWithParam<Ignored> {};

TEST_P(CodecIgnores, AndSaysSo) { EXPECT_THAT(warnings(GetParam().members), ElementsAre(GetParam().warning)); }

INSTANTIATE_TEST_SUITE_P(
    Table, CodecIgnores,
    testing::Values(
        Ignored{"UnknownKey", R"("frobnicate":{"a":[1]})", "unknown key 'frobnicate'"},
        Ignored{"KeyThatOnlyLooksLikeOne", R"("transport_protocol":"RTP/SAVP")", "unknown key 'transport_protocol'"},
        Ignored{"NgKey", R"("record call":"yes")", "ignored key 'record call'"},
        Ignored{"NgSdes", R"("SDES":["no-AES_CM_128_HMAC_SHA1_80"])", "ignored key 'SDES'"},
        Ignored{"NgOsrtp", R"("OSRTP":["offer"])", "ignored key 'OSRTP'"},
        Ignored{"SecondSpelling", R"("call id":"other")", "ignored key 'call id'"},
        Ignored{"Profile", R"("transport-protocol":"accept")", "ignored transport-protocol 'accept'"},
        Ignored{"Family", R"("address-family":"IP5")", "ignored address-family 'IP5'"},
        Ignored{"Flag", R"("flags":["frob nicate"])", "unknown entry of flags 'frob-nicate'"},
        Ignored{"NgFlag", R"("flags":["SIP source address"])", "ignored entry of flags 'SIP-source-address'"},
        Ignored{"NgFlagWithValue", R"("flags":["SDES-no-AES_CM_128_HMAC_SHA1_32"])",
                "ignored entry of flags 'SDES-no-AES_CM_128_HMAC_SHA1_32'"},
        Ignored{"NgReplacement", R"("replace":["origin","username"])", "ignored entry of replace 'username'"},
        Ignored{"Replacement", R"("replace":["everything"])", "unknown entry of replace 'everything'"},
        Ignored{"Mux", R"("rtcp-mux":["maybe"])", "unknown entry of rtcp-mux 'maybe'"},
        Ignored{"Dtls", R"("DTLS":"perhaps")", "unknown DTLS 'perhaps'"},
        Ignored{"Ice", R"("ICE":"melt")", "unknown ICE 'melt'"},
        Ignored{"OurUnknownKey", R"("osrtp":{"calle":"require"})", "unknown key 'osrtp.calle'"},
        Ignored{"ControlCharacters", R"("a\u001b\n":1)", "unknown key 'a__'"}),
    [](const auto& row) { return row.param.name; });

TEST(CodecRequest, KeepsUnknownFlagsForWhomTheyMayConcern) {
  EXPECT_THAT(offer(R"("flags":["frobnicate"])").flags, ElementsAre("frobnicate"));
}

TEST(CodecRequest, BoundsItsWarnings) {
  std::string members = R"("x":1)";
  for (int i = 0; i < 5000; ++i) members += ",\"k" + std::to_string(i) + "\":1";
  const auto all = warnings(members);
  ASSERT_EQ(all.size(), 17U);
  EXPECT_EQ(all.back(), "and 4985 more");
  EXPECT_THAT(warnings("\"" + std::string(1000, 'k') + "\":1"),
              ElementsAre("unknown key '" + std::string(64, 'k') + "...'"));
}

struct Refused {
  const char* name;
  std::string json;
  ErrorCode code;
  std::string reason;
};

class CodecRefuses : public testing::TestWithParam<Refused> {};

TEST_P(CodecRefuses, WithCodeAndReason) {
  const auto request = decode_request(GetParam().json);
  ASSERT_FALSE(request);
  EXPECT_EQ(name(request.error().code), name(GetParam().code));
  EXPECT_EQ(request.error().reason, GetParam().reason);
  EXPECT_THAT(request.error().security, IsEmpty());
}

const auto named = [](const auto& row) { return row.param.name; };

INSTANTIATE_TEST_SUITE_P(
    NoDictionary, CodecRefuses,
    testing::Values(
        Refused{"Nothing", "", ErrorCode::kBadRequest, "Invalid data (no payload)"},
        Refused{"Blank", " \r\n", ErrorCode::kBadRequest, "Invalid data (no payload)"},
        Refused{"Bencode", "d7:command4:pinge", ErrorCode::kBadRequest, "Invalid NG data format"},
        Refused{"Array", "[]", ErrorCode::kBadRequest, "Invalid NG data format"},
        Refused{"CutShort", R"({"command":"pi)", ErrorCode::kBadRequest, "Failed to parse JSON document (octet 14)"},
        Refused{"Trailing", R"({"command":"ping"} {})", ErrorCode::kBadRequest,
                "Failed to parse JSON document (octet 20)"},
        Refused{"NotUtf8", "{\"command\":\"\xe4\"}", ErrorCode::kBadRequest,
                "Failed to parse JSON document (octet 12)"},
        Refused{"Nul", R"({"command":"ping\u0000"})", ErrorCode::kBadRequest,
                "Failed to parse JSON document (octet 23)"},
        Refused{"HugeInteger", R"({"limit":99999999999999999999})", ErrorCode::kBadRequest,
                "Failed to parse JSON document (octet 29)"},
        Refused{"HugeReal", R"({"limit":1e999})", ErrorCode::kBadRequest, "Failed to parse JSON document (octet 14)"},
        Refused{"TooLong", "{" + std::string(kMaxFrame, ' ') + "}", ErrorCode::kBadRequest, "Request too long"},
        Refused{"NoCommand", "{}", ErrorCode::kBadRequest, "Dictionary contains no key \"command\""},
        Refused{"CommandOfWrongType", R"({"command":1})", ErrorCode::kBadRequest, "'command' is not a string"},
        Refused{"UnknownCommand", R"({"command":"start recording"})", ErrorCode::kUnknownCommand,
                "Unrecognized command"},
        Refused{"CommandsAreLowerCase", R"({"command":"Ping"})", ErrorCode::kUnknownCommand, "Unrecognized command"}),
    named);

INSTANTIATE_TEST_SUITE_P(
    MissingKeys, CodecRefuses,
    testing::Values(
        Refused{"OfferWithoutAnything", R"({"command":"offer"})", ErrorCode::kMissingKey, "No SDP body in message"},
        Refused{"OfferWithoutCallId", R"({"command":"offer","sdp":"x"})", ErrorCode::kMissingKey,
                "No call-id in message"},
        Refused{"OfferWithEmptyCallId", R"({"command":"offer","sdp":"x","call-id":"","from-tag":"f"})",
                ErrorCode::kMissingKey, "No call-id in message"},
        Refused{"OfferWithoutFromTag", R"({"command":"offer","sdp":"x","call-id":"c"})", ErrorCode::kMissingKey,
                "No from-tag in message"},
        Refused{"AnswerWithoutToTag", R"({"command":"answer","sdp":"x","call-id":"c","from-tag":"f"})",
                ErrorCode::kMissingKey, "No to-tag in message"},
        Refused{"DeleteWithoutCallId", R"({"command":"delete"})", ErrorCode::kMissingKey, "No call-id in message"},
        Refused{"QueryWithoutCallId", R"({"command":"query"})", ErrorCode::kMissingKey, "No call-id in message"}),
    named);

INSTANTIATE_TEST_SUITE_P(
    WrongTypes, CodecRefuses,
    testing::Values(
        Refused{"CallId", R"({"command":"query","call-id":7})", ErrorCode::kBadRequest, "'call-id' is not a string"},
        Refused{"CallIdInASpelling", R"({"command":"query","call id":7})", ErrorCode::kBadRequest,
                "'call-id' is not a string"},
        Refused{"ListLimit", R"({"command":"list","limit":"many"})", ErrorCode::kBadRequest,
                "'limit' is not an integer"},
        Refused{"ListLimitFraction", R"({"command":"list","limit":1.5})", ErrorCode::kBadRequest,
                "'limit' is not an integer"},
        Refused{"ListLimitNegative", R"({"command":"list","limit":-1})", ErrorCode::kBadRequest,
                "invalid limit, must be >= 0"},
        Refused{"DeleteDelay", R"({"command":"delete","call-id":"c","delete-delay":-1})", ErrorCode::kBadRequest,
                "'delete-delay' is outside 0 to 1000000000"},
        Refused{"Flags", offer_json(R"("flags":{})"), ErrorCode::kBadRequest, "'flags' is neither a list nor a string"},
        Refused{"FlagsEntry", offer_json(R"("flags":[["a"]])"), ErrorCode::kBadRequest,
                "'flags' has an entry that is not a string"},
        Refused{"SipCode", offer_json(R"("sip-code":700)"), ErrorCode::kBadRequest, "'sip-code' is outside 0 to 699"},
        Refused{"MediaAddress", offer_json(R"("media-address":"192.0.2.1\r\na=x")"), ErrorCode::kBadRequest,
                "'media-address' is not an IP address"},
        Refused{"ReceivedFrom", offer_json(R"("received-from":["IP4","example.org"])"), ErrorCode::kBadRequest,
                "'received-from' is not an address family and an IP address"},
        Refused{"ReceivedFromTooMuch", offer_json(R"("received-from":["IP4","192.0.2.1","5060"])"),
                ErrorCode::kBadRequest, "'received-from' is not an address family and an IP address"},
        Refused{"Base64", R"({"command":"offer","sdp-base64":"dj0!","call-id":"c","from-tag":"f"})",
                ErrorCode::kBadRequest, "'sdp-base64' is not base64"},
        Refused{"TwoSdps", offer_json(R"("sdp-base64":"dj0w")"), ErrorCode::kBadRequest,
                "'sdp-base64' and 'sdp' exclude each other"}),
    named);

INSTANTIATE_TEST_SUITE_P(
    OurOptions, CodecRefuses,
    testing::Values(Refused{"NoObject", offer_json(R"("osrtp":"require")"), ErrorCode::kBadRequest,
                            "'osrtp' is not an object"},
                    Refused{"Policy", offer_json(R"("osrtp":{"caller":"required"})"), ErrorCode::kBadRequest,
                            "'osrtp.caller' is none of off, opportunistic, prefer, require"},
                    Refused{"PolicyType", offer_json(R"("osrtp":{"callee":true})"), ErrorCode::kBadRequest,
                            "'osrtp.callee' is not a string"},
                    Refused{"Signalling", offer_json(R"("osrtp":{"caller-signalling":"tls"})"), ErrorCode::kBadRequest,
                            "'osrtp.caller-signalling' is none of encrypted, clear, unknown"},
                    Refused{"Offerer", offer_json(R"("osrtp":{"offerer":"both"})"), ErrorCode::kBadRequest,
                            "'osrtp.offerer' is none of caller, callee"},
                    Refused{"AllowClear", offer_json(R"("osrtp":{"allow-sdes-over-clear":"yes"})"),
                            ErrorCode::kBadRequest, "'osrtp.allow-sdes-over-clear' is not a boolean"},
                    Refused{"Keying", offer_json(R"("osrtp":{"keying":["zrtp"]})"), ErrorCode::kBadRequest,
                            "'osrtp.keying' has an entry that is neither dtls nor sdes"},
                    Refused{"CallerKeying", offer_json(R"("osrtp":{"caller-keying":["zrtp"]})"), ErrorCode::kBadRequest,
                            "'osrtp.caller-keying' has an entry that is neither dtls nor sdes"},
                    Refused{"CalleeKeying", offer_json(R"("osrtp":{"callee-keying":"DTLS"})"), ErrorCode::kBadRequest,
                            "'osrtp.callee-keying' has an entry that is neither dtls nor sdes"},
                    Refused{"CallerPeer", offer_json(R"("osrtp":{"caller-peer":"browser"})"), ErrorCode::kBadRequest,
                            "'osrtp.caller-peer' is none of sip, webrtc"},
                    Refused{"CalleePeer", offer_json(R"("osrtp":{"callee-peer":1})"), ErrorCode::kBadRequest,
                            "'osrtp.callee-peer' is not a string"},
                    Refused{"Fallback", offer_json(R"("osrtp":{"callee-fallback":"maybe"})"), ErrorCode::kBadRequest,
                            "'osrtp.callee-fallback' is not a boolean"},
                    Refused{"CallerShape", offer_json(R"("osrtp":{"caller-shape":"both"})"), ErrorCode::kBadRequest,
                            "'osrtp.caller-shape' is none of one-line, two-lines"},
                    Refused{"CalleeShape", offer_json(R"("osrtp":{"callee-shape":2})"), ErrorCode::kBadRequest,
                            "'osrtp.callee-shape' is not a string"},
                    Refused{"Suites", offer_json(R"("osrtp":{"suites":["NULL_HMAC_SHA1_80"]})"), ErrorCode::kBadRequest,
                            "'osrtp.suites' has an entry that is no suite we run"}),
    named);

TEST(CodecRequest, NeverQuotesTheSdpInAnError) {
  for (const char* json :
       {R"({"sdp":"a=crypto:SECRET)", R"({"command":"offer","sdp":"a=crypto:SECRET","call-id":1})"}) {
    const auto request = decode_request(json);
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().reason, testing::Not(testing::HasSubstr("SECRET")));
  }
}

TEST(CodecRequest, RefusesDepthWithoutRecursingIntoIt) {
  const std::size_t depth = kMaxFrame / 2 - 10;
  EXPECT_FALSE(decode_request(R"({"command":)" + std::string(depth, '[') + std::string(depth, ']') + "}"));
  EXPECT_FALSE(decode_request(std::string(kMaxFrame, '{')));
}

TEST(CodecRequest, ReadsTheBooleansOfOtherLanguages) {
  EXPECT_TRUE(options(R"("allow-sdes-over-clear":1)").allow_sdes_over_clear);
  EXPECT_TRUE(options(R"("allow-sdes-over-clear":"1")").allow_sdes_over_clear);
  EXPECT_FALSE(options(R"("allow-sdes-over-clear":0)").allow_sdes_over_clear);
  EXPECT_FALSE(options("").allow_sdes_over_clear);
}

TEST(CodecRequest, WritesSuitesAsRegistered) {
  EXPECT_THAT(options(R"("suites":"aes_cm_256_hmac_sha1_80,AES_CM_128_HMAC_SHA1_32")").suites,
              ElementsAre("AES_256_CM_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"));
}

TEST(CodecRequest, CarriesSdpThatIsNotUtf8AsBase64) {
  Offer o = offer("");
  o.sdp = "v=0\r\ns=J\xfcrgen\r\n";
  const auto json = encode_request(o);
  ASSERT_TRUE(json);
  EXPECT_THAT(*json, testing::HasSubstr(R"("sdp-base64":"dj0wDQpzPUr8cmdlbg0K")"));
  EXPECT_EQ(decoded(*json).request, Request(o));
}

TEST(CodecRequest, CarriesSdpThatIsUtf8AsItIs) {
  Offer o = offer("");
  o.sdp = "s=J\xc3\xbcrgen \"\\\x01\x7f\r\n";
  const auto json = encode_request(o);
  ASSERT_TRUE(json);
  EXPECT_THAT(*json, testing::Not(testing::HasSubstr("base64")));
  EXPECT_EQ(decoded(*json).request, Request(o));
}

TEST(CodecRequest, CannotCarryACallIdThatIsNotText) {
  EXPECT_EQ(encode_request(Query{"\xff", "", ""}).error().key, "call-id");
  EXPECT_EQ(encode_request(Query{"c", std::string("a\0", 2), ""}).error().key, "from-tag");
  EXPECT_EQ(encode_request(Delete{"c", "", "\xc0", "", {}, 0}).error().key, "to-tag");
}

TEST(CodecRequest, WritesOnlyWhatIsNotDefault) {
  EXPECT_EQ(*encode_request(Ping{}), R"({"command":"ping"})");
  EXPECT_EQ(*encode_request(List{}), R"({"command":"list"})");
  EXPECT_EQ(*encode_request(offer("")), offer_json(""));
}

}  // namespace
}  // namespace osrtp::protocol
