#include "negotiate/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdp/media.hpp"

namespace osrtp::negotiate {
namespace {

using testing::HasSubstr;
using testing::Not;

const Endpoint kOurs = *Endpoint::parse("192.0.2.10:30000");
const Endpoint kOurRtcp = *Endpoint::parse("192.0.2.10:30001");
const Endpoint kOurs6 = *Endpoint::parse("[2001:db8::10]:30002");

constexpr const char* kFingerprint =
    "4F:D1:8A:93:EA:DB:8F:C0:A3:C8:69:21:09:36:5E:B9:45:63:0F:FB:BF:E7:75:13:6B:F8:CA:9F:4B:4E:EB:BA";

/// What a browser offers (sdp-corpus 60, and what it says of its streams).
const std::string kBrowser =
    "v=0\r\no=- 7377619262916888 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
    "a=extmap-allow-mixed\r\na=msid-semantic: WMS s1\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
    "a=ice-ufrag:gzyw\r\na=ice-pwd:madeUpPasswordMadeUpPwd3\r\na=ice-options:trickle\r\n"
    "a=fingerprint:sha-256 " +
    std::string(kFingerprint) +
    "\r\na=setup:actpass\r\na=mid:0\r\n"
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=extmap:5/sendrecv urn:ietf:params:rtp-hdrext:encrypt urn:ietf:params:rtp-hdrext:toffset\r\n"
    "a=sendrecv\r\na=msid:s1 a1\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\n"
    "a=rtcp-fb:111 transport-cc\r\na=ssrc:1001 cname:c\r\n"
    "m=video 0 UDP/TLS/RTP/SAVPF 97\r\nc=IN IP4 0.0.0.0\r\na=bundle-only\r\na=mid:1\r\n";

OurLine our_line(std::string proto) { return {kOurs, kOurRtcp, false, true, std::move(proto), {}, {}, {}, {}, false}; }

template <class... Lines>
std::string rendered(const std::string& body, Lines... lines) {
  std::vector<Section> sections;
  (sections.emplace_back(std::move(lines)), ...);
  const auto text = sdp::Text::parse(body);
  EXPECT_TRUE(text);
  return render(*text, sections, {});
}

Fingerprint fingerprint() { return *sdp::parse_fingerprint("sha-256 " + std::string(kFingerprint)); }

sdp::Candidate candidate(const Endpoint& endpoint, std::uint16_t component) {
  return {component, 2130706431U, endpoint, sdp::CandidateKind::kHost};
}

TEST(Render, LeavesNothingOfABrowsersLegToAPhone) {
  const std::string sdp = rendered(kBrowser, our_line("RTP/AVP"), RejectLine{});
  for (const char* gone : {"a=ice-", "fingerprint", "a=setup", "a=mid", "hdrext:sdes:mid", "a=group", "bundle",
                           "a=rtcp:9 ", "rtcp-fb", "rtcp-rsize", "hdrext:encrypt", "rtcp-mux"}) {
    EXPECT_THAT(sdp, Not(HasSubstr(gone)));
  }
  EXPECT_THAT(sdp, HasSubstr("m=audio 30000 RTP/AVP 111 0\r\nc=IN IP4 192.0.2.10\r\na=rtcp:30001\r\n"));
  EXPECT_THAT(sdp, HasSubstr("m=video 0 "));
}

TEST(Render, LetsThroughWhatTheEndsAgreeOnAboutTheirStreams) {
  const std::string sdp = rendered(kBrowser, our_line("RTP/AVPF"), RejectLine{});
  for (const char* kept :
       {"a=extmap-allow-mixed\r\n", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n", "a=msid:s1 a1\r\n",
        "a=ssrc:1001 cname:c\r\n", "a=rtcp-fb:111 transport-cc\r\n", "a=rtcp-rsize\r\n", "a=sendrecv\r\n"}) {
    EXPECT_THAT(sdp, HasSubstr(kept));
  }
}

TEST(Render, LeavesFeedbackToAPhoneThatWritesItUnderRtpAvp) {
  const std::string body = "v=0\r\nm=video 4000 RTP/AVP 97\r\na=rtcp-fb:97 nack pli\r\n";
  EXPECT_THAT(rendered(body, our_line("RTP/AVP")), HasSubstr("a=rtcp-fb:97 nack pli\r\n"));
  EXPECT_THAT(rendered(body, our_line("RTP/SAVP")), HasSubstr("a=rtcp-fb:97 nack pli\r\n"));
}

TEST(Render, AnswersABrowserAsALiteAgent) {
  auto ours = our_line("UDP/TLS/RTP/SAVPF");
  ours.rtcp_mux = true;
  ours.rtcp_separate = false;
  ours.dtls = DtlsLines{fingerprint(), sdp::SetupRole::kPassive, "ourAssociationNumber1"};
  ours.ice = IceLines{"ourU", "ourPasswordOurPassword", {candidate(kOurs, 1), candidate(kOurs6, 1)}};
  ours.mid = "0";
  const std::string phone =
      "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
      "m=audio 4000 RTP/AVP 0\r\na=mid:phone\r\nm=video 0 RTP/AVP 97\r\n";
  EXPECT_EQ(rendered(phone, std::move(ours), RejectLine{"1"}),
            "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n"
            "a=ice-lite\r\na=ice-options:ice2\r\n"
            "m=audio 30000 UDP/TLS/RTP/SAVPF 0\r\na=rtcp-mux\r\na=mid:0\r\na=fingerprint:sha-256 " +
                std::string(kFingerprint) +
                "\r\na=setup:passive\r\na=tls-id:ourAssociationNumber1\r\n"
                "a=ice-ufrag:ourU\r\na=ice-pwd:ourPasswordOurPassword\r\n"
                "a=candidate:1 1 UDP 2130706431 192.0.2.10 30000 typ host\r\n"
                "a=candidate:2 1 UDP 2130706431 2001:db8::10 30002 typ host\r\n"
                "m=video 0 RTP/AVP 97\r\na=mid:1\r\n");
}

TEST(Render, SaysNoTlsIdToAPeerWithoutOne) {
  auto ours = our_line("RTP/AVP");
  ours.dtls = DtlsLines{fingerprint(), sdp::SetupRole::kActpass, ""};
  const std::string sdp = rendered("v=0\r\nm=audio 4000 RTP/AVP 0\r\n", std::move(ours));
  EXPECT_THAT(sdp, HasSubstr("a=setup:actpass\r\n"));
  EXPECT_THAT(sdp, Not(HasSubstr("tls-id")));
  EXPECT_THAT(sdp, Not(HasSubstr("ice-lite")));
}

TEST(Render, GivesCandidatesOfOneAddressOneFoundation) {
  auto ours = our_line("RTP/AVP");
  ours.ice = IceLines{"ourU", "ourPasswordOurPassword", {candidate(kOurs, 1), candidate(kOurRtcp, 2)}};
  const std::string sdp = rendered("v=0\r\nm=audio 4000 RTP/AVP 0\r\n", std::move(ours));
  EXPECT_THAT(sdp, HasSubstr("a=candidate:1 1 UDP"));
  EXPECT_THAT(sdp, HasSubstr("a=candidate:1 2 UDP"));
}

TEST(Render, WhatItWritesIsReadAsItWasMeant) {
  auto ours = our_line("RTP/SAVPF");
  ours.dtls = DtlsLines{fingerprint(), sdp::SetupRole::kActive, "ourAssociationNumber1"};
  ours.ice = IceLines{"ourU", "ourPasswordOurPassword", {candidate(kOurs, 1), candidate(kOurs6, 1)}};
  ours.mid = "audio";
  const auto candidates = ours.ice->candidates;
  const auto text = sdp::Text::parse(rendered(kBrowser, std::move(ours), RejectLine{}));
  ASSERT_TRUE(text);
  const auto media = sdp::read_media(*text, 0);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->fingerprints, std::vector{fingerprint()});
  EXPECT_EQ(media->setup, sdp::SetupRole::kActive);
  EXPECT_EQ(media->tls_id, "ourAssociationNumber1");
  ASSERT_TRUE(media->ice);
  EXPECT_TRUE(media->ice->lite);
  EXPECT_EQ(media->ice->candidates, candidates);
  EXPECT_EQ(media->mid, "audio");
}

TEST(Render, PassesZrtpOnlyBetweenTwoPlainLegs) {
  const std::string body = "v=0\r\na=zrtp-hash:1.10 session\r\nm=audio 4000 RTP/AVP 0\r\na=zrtp-hash:1.10 abcd\r\n";
  EXPECT_THAT(rendered(body, our_line("RTP/AVP")), Not(HasSubstr("zrtp-hash")));
  auto ours = our_line("RTP/AVP");
  ours.zrtp_passes = true;
  const std::string passed = rendered(body, std::move(ours));
  EXPECT_THAT(passed, HasSubstr("a=zrtp-hash:1.10 abcd\r\n"));
  EXPECT_THAT(passed, Not(HasSubstr("1.10 session")));
}

TEST(Render, KeepsAHoldByAddressWhereThereIsNoIce) {
  const std::string line = "m=audio 4000 RTP/AVP 0\r\n";
  EXPECT_THAT(rendered("v=0\r\nc=IN IP4 0.0.0.0\r\n" + line, our_line("RTP/AVP")), HasSubstr("c=IN IP4 0.0.0.0"));
  EXPECT_THAT(rendered("v=0\r\n" + line + "c=IN IP4 0.0.0.0\r\n", our_line("RTP/AVP")), HasSubstr("c=IN IP4 0.0.0.0"));
  EXPECT_THAT(rendered("v=0\r\nc=IN IP4 0.0.0.0\r\n" + line + "a=ice-ufrag:gzyw\r\n", our_line("RTP/AVP")),
              HasSubstr("c=IN IP4 192.0.2.10"));
}

TEST(Render, IceOfTheSessionIsIceOfItsLines) {
  const std::string ice = "a=ice-ufrag:gzyw\r\n";
  const std::string line = "m=audio 4000 RTP/AVP 0\r\n";
  const std::string of_session = rendered("v=0\r\nc=IN IP4 0.0.0.0\r\n" + ice + line, our_line("RTP/AVP"));
  EXPECT_THAT(of_session, HasSubstr("c=IN IP4 192.0.2.10"));
  const std::string of_line = rendered("v=0\r\n" + ice + line + "c=IN IP4 0.0.0.0\r\n", our_line("RTP/AVP"));
  EXPECT_THAT(of_line, HasSubstr("c=IN IP4 192.0.2.10"));
}

TEST(Render, GivesNoAddressToALineThatLeansOnAHold) {
  const std::string lines = "m=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/AVP 97\r\n";
  for (const std::string session : {"c=IN IP4 0.0.0.0\r\n", ""}) {
    auto video = our_line("RTP/AVP");
    video.rtp = kOurs6;
    EXPECT_EQ(rendered("v=0\r\n" + session + lines, our_line("RTP/AVP"), std::move(video)),
              "v=0\r\n" + session + "m=audio 30000 RTP/AVP 0\r\nm=video 30002 RTP/AVP 97\r\n");
  }
}

constexpr const char* kDtlsOfAnEnd =
    "a=fingerprint:sha-256 AA:BB\r\na=fingerprint:sha-512 "
    "CC:DD\r\na=setup:actpass\r\na=tls-id:abc3de65cddef001be82\r\n";

TEST(Render, LeavesTheDtlsOfALineThatIsRelayedUnreadToItsEnds) {
  for (const std::string proto : {"UDP/TLS/UDPTL", "UDP/DTLS/SCTP"}) {
    const std::string kept = std::string(kDtlsOfAnEnd) + "a=sctp-port:5000\r\na=max-message-size:100000\r\n";
    const std::string ice = "a=ice-ufrag:abcd\r\na=mid:data\r\na=crypto:1 x\r\n";
    EXPECT_EQ(rendered("v=0\r\nm=application 4000 " + proto + " x\r\n" + ice + kept, our_line(proto)),
              "v=0\r\nm=application 30000 " + proto + " x\r\n" + kept);
  }
}

TEST(Render, CopiesTheSessionsDtlsToTheLinesThatWeDoNotEnd) {
  const std::string body = "v=0\r\n" + std::string(kDtlsOfAnEnd) +
                           "m=audio 4000 UDP/TLS/RTP/SAVP 0\r\nm=image 4002 UDP/TLS/UDPTL t38\r\na=T38FaxVersion:0\r\n"
                           "m=message 4004 TCP/TLS/MSRP *\r\n";
  EXPECT_EQ(rendered(body, our_line("RTP/AVP"), our_line("UDP/TLS/UDPTL"), LeaveAlone{}),
            "v=0\r\nm=audio 30000 RTP/AVP 0\r\nm=image 30000 UDP/TLS/UDPTL t38\r\na=T38FaxVersion:0\r\n" +
                std::string(kDtlsOfAnEnd) + "m=message 4004 TCP/TLS/MSRP *\r\n" + kDtlsOfAnEnd);
}

TEST(Render, ALinesOwnDtlsGoesBeforeTheSessions) {
  const std::string own = "a=fingerprint:sha-256 11:22\r\na=Setup:passive\r\n";
  EXPECT_EQ(rendered("v=0\r\n" + std::string(kDtlsOfAnEnd) + "m=image 4002 UDP/TLS/UDPTL t38\r\n" + own,
                     our_line("UDP/TLS/UDPTL")),
            "v=0\r\nm=image 30000 UDP/TLS/UDPTL t38\r\n" + own + "a=tls-id:abc3de65cddef001be82\r\n");
}

TEST(Render, CopiesNoDtlsToALineWithout) {
  const std::string body = "v=0\r\n" + std::string(kDtlsOfAnEnd) + "m=image 4002 udptl t38\r\n";
  EXPECT_EQ(rendered(body, our_line("udptl")), "v=0\r\nm=image 30000 udptl t38\r\n");
  EXPECT_EQ(rendered(body, RejectLine{}), "v=0\r\nm=image 0 udptl t38\r\n");
}

TEST(Render, CopiesFewFingerprintsOfASession) {
  std::string many = "v=0\r\n";
  for (int n = 0; n < 100; ++n) many += "a=fingerprint:sha-256 AA:BB\r\n";
  const std::string sdp = rendered(many + "m=image 4002 UDP/TLS/UDPTL t38\r\n", our_line("UDP/TLS/UDPTL"));
  EXPECT_LT(sdp.size(), 500U);
  EXPECT_THAT(sdp, HasSubstr("a=fingerprint:sha-256 AA:BB\r\n"));
}

TEST(Render, TakesAwayWhatBelongsToOneLegOnBothLevels) {
  for (const char* name : {"crypto",
                           "cryptoscale",
                           "encryption",
                           "key-mgmt",
                           "srtpctx",
                           "cryptex",
                           "fingerprint",
                           "setup",
                           "tls-id",
                           "dtls-id",
                           "connection",
                           "identity",
                           "zrtp-hash",
                           "csup",
                           "creq",
                           "acap",
                           "tcap",
                           "pcfg",
                           "acfg",
                           "candidate",
                           "mid",
                           "ice-ufrag",
                           "ice-pwd",
                           "ice-options",
                           "ice-lite",
                           "ice-pacing",
                           "remote-candidates",
                           "group",
                           "bundle-only",
                           "altc",
                           "ice-mismatch",
                           "rtcp-mux-only",
                           "source-filter",
                           "end-of-candidates",
                           "CRYPTO"}) {
    const std::string line = "a=" + std::string(name) + ":1 x\r\n";
    const std::string sdp =
        rendered("v=0\r\n" + line + "m=audio 4000 RTP/AVP 0\r\n" + line + "m=video 0 RTP/AVP 1\r\n" + line,
                 our_line("RTP/AVP"), RejectLine{});
    EXPECT_EQ(sdp, "v=0\r\nm=audio 30000 RTP/AVP 0\r\nm=video 0 RTP/AVP 1\r\n") << name;
  }
}

TEST(Render, ARejectedLineTellsNothingOfItsSendersPorts) {
  const std::string body =
      "v=0\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP4 198.51.100.1\r\n"
      "m=video 4002 RTP/AVP 97\r\nc=IN IP4 198.51.100.2\r\na=rtcp:4003 IN IP4 198.51.100.2\r\na=sendrecv\r\n";
  EXPECT_EQ(rendered(body, our_line("RTP/AVP"), RejectLine{}),
            "v=0\r\nm=audio 30000 RTP/AVP 0\r\nc=IN IP4 192.0.2.10\r\n"
            "m=video 0 RTP/AVP 97\r\nc=IN IP4 192.0.2.10\r\na=sendrecv\r\n");
}

TEST(Render, WhereAllIsRejectedOurAddressStandsForTheSenders) {
  const std::string body = "v=0\r\nc=IN IP4 198.51.100.1\r\nm=audio 0 RTP/SAVP 0\r\n";
  EXPECT_EQ(rendered(body, RejectLine{{}, "RTP/AVP", kOurs.address}),
            "v=0\r\nc=IN IP4 192.0.2.10\r\nm=audio 0 RTP/AVP 0\r\n");
}

TEST(Render, ALineWithAnotherAddressThanTheSessionsShowsItsOwn) {
  const std::string body =
      "v=0\r\nc=IN IP4 198.51.100.1\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n"
      "m=video 4002 RTP/AVP 97\r\ni=title\r\na=sendrecv\r\n";
  auto video = our_line("RTP/AVP");
  video.rtp = kOurs6;
  EXPECT_EQ(rendered(body, our_line("RTP/AVP"), std::move(video)),
            "v=0\r\nc=IN IP4 192.0.2.10\r\nm=audio 30000 RTP/AVP 0\r\na=sendrecv\r\n"
            "m=video 30002 RTP/AVP 97\r\ni=title\r\nc=IN IP6 2001:db8::10\r\na=sendrecv\r\n");
  EXPECT_EQ(rendered(body, our_line("RTP/AVP"), our_line("RTP/AVP")).find("c=", 30), std::string::npos);
}

}  // namespace
}  // namespace osrtp::negotiate
