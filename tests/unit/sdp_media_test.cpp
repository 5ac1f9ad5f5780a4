#include "sdp/media.hpp"

#include <gtest/gtest.h>

namespace osrtp::sdp {
namespace {

constexpr std::string_view kCrypto1 =
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:yxGqNXTVzex+XzHLoboG10yHQnASvew4x6WlQTKE\n";

/// One m-section behind a session part.
class Section {
 public:
  Section(std::string_view session, std::string_view media) : text_(parsed(session, media)), media_(read()) {}
  explicit Section(std::string_view media) : Section("c=IN IP4 192.0.2.1\n", media) {}
  const Media* operator->() const { return &*media_; }
  const Media& operator*() const { return *media_; }

 private:
  static Text parsed(std::string_view session, std::string_view media) {
    auto text = Text::parse("v=0\n" + std::string(session) + std::string(media));
    EXPECT_TRUE(text) << media;
    return *std::move(text);
  }
  Result<Media, ReadError> read() const {
    auto media = read_media(text_, 0);
    EXPECT_TRUE(media) << text_.to_string();
    return media;
  }
  Text text_;
  Result<Media, ReadError> media_;
};

std::string shown(const std::optional<Endpoint>& endpoint) { return endpoint ? endpoint->to_string() : "nowhere"; }

TEST(SdpMedia, ReadsAPlainSection) {
  const Section media("m=audio 4000 RTP/AVP 0 8  101\na=rtpmap:0 PCMU/8000\n");
  EXPECT_EQ(media->kind, "audio");
  EXPECT_EQ(media->port, Port::from(4000));
  EXPECT_EQ(media->proto, "RTP/AVP");
  EXPECT_EQ(media->profile, protocol::Profile::kRtpAvp);
  EXPECT_EQ(media->carriage, Carriage::kRtp);
  EXPECT_EQ(media->formats, "0 8  101");
  EXPECT_EQ(media->direction, Direction::kSendRecv);
  EXPECT_EQ(shown(media->rtp_endpoint()), "192.0.2.1:4000");
  EXPECT_EQ(shown(media->rtcp_endpoint()), "192.0.2.1:4001");
  EXPECT_FALSE(media->rtcp_mux || media->has_fingerprint() || media->zrtp_hash || media->ice || media->bundle_only);
  EXPECT_TRUE(media->crypto.empty() && media->bad_crypto.empty());
}

struct Proto {
  const char* name;
  const char* proto;
  Carriage carriage;
};
class SdpMediaProto : public testing::TestWithParam<Proto> {};

TEST_P(SdpMediaProto, IsCarriedAsIt) {
  EXPECT_EQ(Section("m=x 4000 " + std::string(GetParam().proto) + " 1\n")->carriage, GetParam().carriage);
}

INSTANTIATE_TEST_SUITE_P(
    Protos, SdpMediaProto,
    testing::Values(Proto{"Avpf", "RTP/AVPF", Carriage::kRtp}, Proto{"LowerCase", "rtp/savp", Carriage::kRtp},
                    Proto{"Dtls", "UDP/TLS/RTP/SAVPF", Carriage::kRtp}, Proto{"Fax", "udptl", Carriage::kUdp},
                    Proto{"FaxInCapitals", "UDPTL", Carriage::kUdp}, Proto{"Udp", "udp", Carriage::kUdp},
                    Proto{"DataChannel", "UDP/DTLS/SCTP", Carriage::kUdp},
                    Proto{"Message", "TCP/MSRP", Carriage::kOther},
                    Proto{"RtpOverTcp", "TCP/RTP/AVP", Carriage::kOther},
                    Proto{"UnknownRtp", "RTP/AVPX", Carriage::kOther}, Proto{"AlmostUdp", "UDPX", Carriage::kOther}),
    [](const auto& row) { return row.param.name; });

struct Place {
  const char* name;
  const char* session;
  const char* media;
  const char* rtp;
  const char* rtcp;
};
class SdpMediaPlace : public testing::TestWithParam<Place> {};

TEST_P(SdpMediaPlace, IsWhereThePeerListens) {
  const Section media(GetParam().session, GetParam().media);
  EXPECT_EQ(shown(media->rtp_endpoint()), GetParam().rtp);
  EXPECT_EQ(shown(media->rtcp_endpoint()), GetParam().rtcp);
}

constexpr const char* kHere = "c=IN IP4 192.0.2.1\n";
INSTANTIATE_TEST_SUITE_P(
    Places, SdpMediaPlace,
    testing::Values(
        Place{"Own", kHere, "m=audio 4000 RTP/AVP 0\nc=IN IP4 192.0.2.2\n", "192.0.2.2:4000", "192.0.2.2:4001"},
        Place{"OwnOnly", "", "m=audio 4000 RTP/AVP 0\nc=IN IP4 192.0.2.2\n", "192.0.2.2:4000", "192.0.2.2:4001"},
        Place{"None", "", "m=audio 4000 RTP/AVP 0\n", "nowhere", "nowhere"},
        Place{"Ipv6", "c=IN IP6 2001:db8::1\n", "m=audio 4000 RTP/AVP 0\n", "[2001:db8::1]:4000", "[2001:db8::1]:4001"},
        Place{"Ipv6InAnotherSpelling", "c=in ip6 2001:DB8:0::1\n", "m=audio 4000 RTP/AVP 0\n", "[2001:db8::1]:4000",
              "[2001:db8::1]:4001"},
        Place{"TimeToLive", "c=IN IP4 233.252.0.1/127\n", "m=audio 4000 RTP/AVP 0\n", "233.252.0.1:4000",
              "233.252.0.1:4001"},
        Place{"TimeToLiveAndCount", "c=IN IP4 233.252.0.1/127/3\n", "m=audio 4000/2 RTP/AVP 0\n", "233.252.0.1:4000",
              "233.252.0.1:4001"},
        Place{"SpaceBehind", "c=IN IP4 192.0.2.1 \n", "m=audio 4000 RTP/AVP 0\n", "192.0.2.1:4000", "192.0.2.1:4001"},
        Place{"HostName", "c=IN IP4 phone.example.org\n", "m=audio 4000 RTP/AVP 0\n", "nowhere", "nowhere"},
        Place{"OwnHostNameHidesTheSessionsAddress", kHere, "m=audio 4000 RTP/AVP 0\nc=IN IP4 phone.example.org\n",
              "nowhere", "nowhere"},
        Place{"OtherNetwork", "c=ATM NSAP 47.0091\n", "m=audio 4000 RTP/AVP 0\n", "nowhere", "nowhere"},
        Place{"Held", "c=IN IP4 0.0.0.0\n", "m=audio 4000 RTP/AVP 0\na=rtcp:4001 IN IP4 192.0.2.1\n", "nowhere",
              "nowhere"},
        Place{"HeldIpv6", "c=IN IP6 ::\n", "m=audio 4000 RTP/AVP 0\n", "nowhere", "nowhere"},
        Place{"Rejected", kHere, "m=audio 0 RTP/AVP 0\na=rtcp:4001\n", "nowhere", "nowhere"},
        Place{"RtcpPort", kHere, "m=audio 4000 RTP/AVP 0\na=rtcp:5005\n", "192.0.2.1:4000", "192.0.2.1:5005"},
        Place{"RtcpPortAndAddress", kHere, "m=audio 4000 RTP/AVP 0\na=rtcp:5005 IN IP4 192.0.2.9\n", "192.0.2.1:4000",
              "192.0.2.9:5005"},
        Place{"RtcpAtAHostName", kHere, "m=audio 4000 RTP/AVP 0\na=rtcp:5005 IN IP4 phone.example.org\n",
              "192.0.2.1:4000", "192.0.2.1:5005"},
        Place{"RtcpPortZero", kHere, "m=audio 4000 RTP/AVP 0\na=rtcp:0\n", "192.0.2.1:4000", "192.0.2.1:4001"},
        Place{"LastPort", kHere, "m=audio 65535 RTP/AVP 0\n", "192.0.2.1:65535", "nowhere"},
        Place{"BadRtcpOfAFax", kHere, "m=image 4000 udptl t38\na=rtcp:x\n", "192.0.2.1:4000", "192.0.2.1:4001"}),
    [](const auto& row) { return row.param.name; });

struct Broken {
  const char* name;
  const char* lines;
  ReadError error;
};
class SdpMediaRefuses : public testing::TestWithParam<Broken> {};

TEST_P(SdpMediaRefuses, WithItsReason) {
  const auto text = Text::parse("v=0\n" + std::string(GetParam().lines));
  ASSERT_TRUE(text);
  const auto media = read_media(*text, 0);
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error(), GetParam().error);
  EXPECT_FALSE(describe(media.error()).empty());
}

INSTANTIATE_TEST_SUITE_P(
    Lines, SdpMediaRefuses,
    testing::Values(Broken{"EmptyMediaLine", "m=\n", ReadError::kBadMediaLine},
                    Broken{"NoProto", "m=audio 4000\n", ReadError::kBadMediaLine},
                    Broken{"PortOfLetters", "m=audio x RTP/AVP 0\n", ReadError::kBadMediaLine},
                    Broken{"PortTooLarge", "m=audio 65536 RTP/AVP 0\n", ReadError::kBadMediaLine},
                    Broken{"NegativePort", "m=audio -1 RTP/AVP 0\n", ReadError::kBadMediaLine},
                    Broken{"CountOfLetters", "m=audio 4000/x RTP/AVP 0\n", ReadError::kBadMediaLine},
                    Broken{"CountZero", "m=audio 4000/0 RTP/AVP 0\n", ReadError::kBadMediaLine},
                    Broken{"ConnectionWithoutAddress", "m=audio 4000 RTP/AVP 0\nc=IN IP4\n", ReadError::kBadConnection},
                    Broken{"EmptySessionConnection", "c=\nm=audio 4000 RTP/AVP 0\n", ReadError::kBadConnection},
                    Broken{"RtcpWithoutPort", "m=audio 4000 RTP/AVP 0\na=rtcp\n", ReadError::kBadRtcp},
                    Broken{"RtcpPortTooLarge", "m=audio 4000 RTP/AVP 0\na=rtcp:70000\n", ReadError::kBadRtcp},
                    Broken{"RtcpWithHalfAnAddress", "m=audio 4000 RTP/AVP 0\na=rtcp:4001 IN IP4\n",
                           ReadError::kBadRtcp}),
    [](const auto& row) { return row.param.name; });

TEST(SdpMedia, TakesTheDirectionOfTheSectionBeforeTheSessions) {
  EXPECT_EQ(Section("a=sendonly\n", "m=audio 4000 RTP/AVP 0\n")->direction, Direction::kSendOnly);
  EXPECT_EQ(Section("a=sendonly\n", "m=audio 4000 RTP/AVP 0\na=inactive\n")->direction, Direction::kInactive);
  EXPECT_EQ(Section("", "m=audio 4000 RTP/AVP 0\na=recvonly\n")->direction, Direction::kRecvOnly);
}

const std::string kSha256 = "a=fingerprint:sha-256 00" + [] {
  std::string rest;
  for (int i = 0; i < 31; ++i) rest += ":AB";
  return rest + "\n";
}();
const std::string kSha1 = "a=fingerprint:SHA-1 00" + [] {
  std::string rest;
  for (int i = 0; i < 19; ++i) rest += ":ab";
  return rest + "\n";
}();
const std::string kAudio = "m=audio 4000 RTP/AVP 0\n";

TEST(SdpMedia, TakesTheFingerprintsOfTheSectionElseOfTheSession) {
  const Section inherited(kSha256, kAudio);
  ASSERT_EQ(inherited->fingerprints.size(), 1U);
  EXPECT_EQ(inherited->fingerprints[0].hash, HashFunction::kSha256);
  const Section both(kSha256, kAudio + kSha1 + kSha256);
  ASSERT_EQ(both->fingerprints.size(), 2U);
  EXPECT_EQ(both->fingerprints[0].hash, HashFunction::kSha1);
  const Section useless(kSha256, kAudio + "a=fingerprint:md5 00\na=fingerprint:sha-256 00\n");
  EXPECT_TRUE(useless->fingerprints.empty());
  EXPECT_EQ(useless->bad_fingerprints, (std::vector{FingerprintError::kUnknownHash, FingerprintError::kBadLength}));
  EXPECT_TRUE(inherited->has_fingerprint() && useless->has_fingerprint());
}

TEST(SdpMedia, TakesTheRoleOfTheSectionElseOfTheSession) {
  EXPECT_EQ(Section("a=setup:actpass\n", kAudio)->setup, SetupRole::kActpass);
  EXPECT_EQ(Section("a=setup:actpass\n", kAudio + "a=setup:passive\n")->setup, SetupRole::kPassive);
  EXPECT_EQ(Section("a=setup:actpass\n", kAudio + "a=setup:perhaps\n")->setup, std::nullopt);
  EXPECT_EQ(Section(kAudio)->setup, std::nullopt);
}

TEST(SdpMedia, TakesATlsIdOfTheSectionOnly) {
  const std::string id = "a=tls-id:abc3de65cddef001be82\n";
  EXPECT_EQ(Section(kAudio + id)->tls_id, "abc3de65cddef001be82");
  EXPECT_EQ(Section(id, kAudio)->tls_id, std::nullopt);
  EXPECT_EQ(Section(kAudio + "a=tls-id:short\n")->tls_id, std::nullopt);
}

const std::string kUfrag = "a=ice-ufrag:abcd\n";
const std::string kPassword = "a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaa\n";

TEST(SdpMedia, TakesIceOfTheSectionBeforeTheSessions) {
  const Section of_session(kUfrag + kPassword + "a=ice-lite\n", kAudio);
  ASSERT_TRUE(of_session->ice);
  EXPECT_EQ(of_session->ice->ufrag, "abcd");
  EXPECT_EQ(of_session->ice->password, "aaaaaaaaaaaaaaaaaaaaaa");
  EXPECT_TRUE(of_session->ice->lite);
  const Section own(kUfrag + kPassword, kAudio + "a=ice-ufrag:efgh\na=ice-pwd:bbbbbbbbbbbbbbbbbbbbbb\n");
  ASSERT_TRUE(own->ice);
  EXPECT_EQ(own->ice->ufrag, "efgh");
  EXPECT_EQ(own->ice->password, "bbbbbbbbbbbbbbbbbbbbbb");
  EXPECT_FALSE(own->ice->lite);
  EXPECT_TRUE(Section(kPassword, kAudio + kUfrag)->ice);
}

TEST(SdpMedia, HasNoIceWithoutAValidNameAndPassword) {
  EXPECT_FALSE(Section(kAudio + kUfrag)->ice);
  EXPECT_FALSE(Section(kAudio + kPassword)->ice);
  EXPECT_FALSE(Section(kAudio + kPassword + "a=ice-ufrag:abc\n")->ice);
  EXPECT_FALSE(Section(kAudio + kUfrag + "a=ice-pwd:short\n")->ice);
  EXPECT_FALSE(Section(kUfrag + kPassword, kAudio + "a=ice-ufrag:abc\n")->ice);
}

TEST(SdpMedia, KeepsTheFirst32CandidatesThatARelayCanUse) {
  std::string lines = kAudio + kUfrag + kPassword + "a=candidate:1 1 TCP 1 192.0.2.1 4000 typ host\n";
  for (int i = 0; i < 40; ++i) lines += "a=candidate:1 1 UDP 1 192.0.2.1 " + std::to_string(4000 + i) + " typ host\n";
  const Section media(lines);
  ASSERT_TRUE(media->ice);
  ASSERT_EQ(media->ice->candidates.size(), 32U);
  EXPECT_EQ(media->ice->candidates[0].endpoint.port, Port::from(4000));
  EXPECT_EQ(media->ice->candidates[31].endpoint.port, Port::from(4031));
}

TEST(SdpMedia, KnowsItsNameAndItsBundle) {
  const Section media("m=video 0 RTP/AVP 97\na=mid:1\na=mid:2\na=bundle-only\n");
  EXPECT_EQ(media->mid, "1");
  EXPECT_TRUE(media->bundle_only);
  EXPECT_FALSE(media->port);
  EXPECT_TRUE(Section(kAudio)->mid.empty());
}

TEST(SdpMedia, KnowsZrtpAndMux) {
  const Section media(kAudio + "a=zrtp-hash:1.10 00\na=rtcp-mux\n");
  EXPECT_TRUE(media->zrtp_hash && media->rtcp_mux);
}

TEST(SdpMedia, AttributeNamesAreCaseSensitive) {
  const Section media("m=audio 4000 RTP/AVP 0\na=RTCP-MUX\na=Inactive\na=Crypto:1 x\n");
  EXPECT_FALSE(media->rtcp_mux);
  EXPECT_EQ(media->direction, Direction::kSendRecv);
  EXPECT_TRUE(media->bad_crypto.empty());
}

TEST(SdpMedia, IgnoresCryptoOfTheSession) {
  const Section media(kCrypto1, "m=audio 4000 RTP/AVP 0\n");
  EXPECT_TRUE(media->crypto.empty() && media->bad_crypto.empty());
}

TEST(SdpMedia, IgnoresWhatOtherSectionsSay) {
  const auto text =
      Text::parse("v=0\nm=audio 4000 RTP/AVP 0\na=rtcp-mux\n" + std::string(kCrypto1) + "m=video 0 RTP/AVP 97\n");
  ASSERT_TRUE(text);
  const auto video = read_media(*text, 1);
  ASSERT_TRUE(video);
  EXPECT_FALSE(video->rtcp_mux);
  EXPECT_FALSE(video->port);
  EXPECT_TRUE(video->crypto.empty());
}

TEST(SdpMedia, KeepsUsableCryptoLinesInOrderAndReasonsForTheOthers) {
  const std::string key = " inline:yxGqNXTVzex+XzHLoboG10yHQnASvew4x6WlQTKE";
  const Section media("m=audio 4000 RTP/SAVP 0\na=crypto:3 AES_CM_128_HMAC_SHA1_32" + key +
                      "\na=crypto:1 F8_128_HMAC_SHA1_80" + key + "\na=crypto:2 AES_CM_128_HMAC_SHA1_80" + key +
                      "\na=crypto:3 AES_CM_128_HMAC_SHA1_80" + key + "\n");
  ASSERT_EQ(media->crypto.size(), 2U);
  EXPECT_EQ(media->crypto[0].tag, 3U);
  EXPECT_EQ(media->crypto[0].suite, Suite::kAesCm128HmacSha1_32);
  EXPECT_EQ(media->crypto[1].tag, 2U);
  EXPECT_EQ(media->bad_crypto, (std::vector{CryptoError::kUnknownSuite, CryptoError::kBadTag}));
}

}  // namespace
}  // namespace osrtp::sdp
