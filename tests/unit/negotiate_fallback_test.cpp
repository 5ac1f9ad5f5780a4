// RTP/SAVP answered RTP/AVP by the offerer's leave, and media that its ends encrypt themselves.
#include <gtest/gtest.h>

#include "negotiate/answerer.hpp"

namespace osrtp::negotiate {
namespace {

using protocol::Policy;
using protocol::Reason;

constexpr std::string_view kFingerprint =
    "a=fingerprint:sha-256 "
    "16:50:57:6B:E2:60:1B:0C:47:90:F2:E3:20:49:FB:47:DE:7F:3C:B7:6E:36:99:2E:F7:11:C2:D6:58:7F:D2:"
    "3F\r\n";

/// A plan for an m-section of these lines, and the m-line of the answer.
struct Planned {
  AnswerPlan plan;
  std::string proto;
};
Planned planned(const Terms& terms, const std::string& lines, History history = History::kNew) {
  const auto text = sdp::Text::parse("v=0\r\n" + lines);
  const auto media = sdp::read_media(*text, 0);
  const auto plan = plan_answer(terms, *media, history);
  return {plan, answered_proto(plan, *media)};
}

Terms terms(Policy policy) {
  Terms all;
  all.policy = policy;
  all.offered = all.accepted = {Suite::kAesCm128HmacSha1_80};
  all.plain_fallback = true;
  return all;
}

const std::string kUnusable = "m=audio 4000 RTP/SAVP 0\r\na=crypto:1 F8_128_HMAC_SHA1_80 inline:AAAA\r\n";

TEST(NegotiateFallback, AnOfferThatCannotBeMetIsAnsweredPlainByItsSendersLeave) {
  for (const auto& [policy, reason] :
       {std::pair(Policy::kOff, Reason::kPolicyOff), std::pair(Policy::kOpportunistic, Reason::kNoCommonSuite)}) {
    const auto got = planned(terms(policy), kUnusable);
    EXPECT_EQ(got.plan, AnswerPlan(AnswerPlain{reason}));
    EXPECT_EQ(got.proto, "RTP/AVP");
  }
  EXPECT_EQ(planned(terms(Policy::kOpportunistic), "m=video 4000 RTP/SAVPF 97\r\n").proto, "RTP/AVPF");
}

TEST(NegotiateFallback, WithoutItsSendersLeaveItIsRefused) {
  Terms strict = terms(Policy::kOpportunistic);
  strict.plain_fallback = false;
  const auto got = planned(strict, kUnusable);
  EXPECT_EQ(got.plan, AnswerPlan(Refuse{Reason::kNoCommonSuite}));
  EXPECT_EQ(got.proto, "RTP/SAVP");
}

TEST(NegotiateFallback, PreferAndRequireRefuseItWithLeaveToo) {
  for (const Policy policy : {Policy::kPrefer, Policy::kRequire}) {
    EXPECT_EQ(planned(terms(policy), kUnusable).plan, AnswerPlan(Refuse{Reason::kNoCommonSuite}));
  }
}

TEST(NegotiateFallback, SrtpThatCanBeIs) {
  const auto got = planned(terms(Policy::kOpportunistic),
                           "m=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
                           "inline:eHwRAtyVH4kcByLmrNrk5g7HDz10Sv/1zzfDWFlA\r\n");
  EXPECT_EQ(got.plan, AnswerPlan(AnswerSdes{0}));
  EXPECT_EQ(got.proto, "RTP/SAVP");
}

TEST(NegotiateFallback, IsNoneOfDtls) {
  Terms no_dtls = terms(Policy::kOpportunistic);
  no_dtls.dtls = false;
  const auto got = planned(no_dtls, "m=audio 4000 UDP/TLS/RTP/SAVP 0\r\n" + std::string(kFingerprint));
  EXPECT_EQ(got.plan, AnswerPlan(Refuse{Reason::kNoCommonSuite}));
}

TEST(NegotiateFallback, IsNoWayAroundARefusedDowngrade) {
  Terms clear = terms(Policy::kOpportunistic);
  clear.signalling = protocol::Signalling::kClear;
  EXPECT_EQ(planned(clear, kUnusable, History::kEncrypted).plan, AnswerPlan(Refuse{Reason::kDowngradeRefused}));
}

TEST(NegotiateFallback, APlainProfileIsRepeatedAsItIsWritten) {
  EXPECT_EQ(planned(terms(Policy::kOff), "m=audio 4000 rtp/avp 0\r\n").proto, "rtp/avp");
}

TEST(NegotiateEndsEncrypt, RequireTakesMediaThatItsEndsEncryptThemselves) {
  for (const char* line :
       {"m=image 4000 UDP/TLS/UDPTL t38\r\n", "m=application 4000 UDP/DTLS/SCTP webrtc-datachannel\r\n"}) {
    const std::string with = line + std::string(kFingerprint);
    EXPECT_EQ(planned(terms(Policy::kRequire), with).plan, AnswerPlan(AnswerNotRtp{})) << line;
    EXPECT_EQ(planned(terms(Policy::kRequire), line).plan, AnswerPlan(Refuse{Reason::kNotRtp})) << line;
  }
}

TEST(NegotiateEndsEncrypt, AFingerprintAloneEncryptsNothing) {
  const std::string in_clear = "m=image 4000 udptl t38\r\n" + std::string(kFingerprint);
  EXPECT_EQ(planned(terms(Policy::kRequire), in_clear).plan, AnswerPlan(Refuse{Reason::kNotRtp}));
}

TEST(NegotiateEndsEncrypt, AWeakFingerprintProvesNothing) {
  const std::string weak =
      "m=image 4000 UDP/TLS/UDPTL t38\r\na=fingerprint:sha-1 "
      "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB\r\n";
  EXPECT_EQ(planned(terms(Policy::kRequire), weak).plan, AnswerPlan(Refuse{Reason::kNotRtp}));
  Terms trusting = terms(Policy::kRequire);
  trusting.allow_sha1 = true;
  EXPECT_EQ(planned(trusting, weak).plan, AnswerPlan(AnswerNotRtp{}));
}

}  // namespace
}  // namespace osrtp::negotiate
