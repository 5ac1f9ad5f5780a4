// What an offer within a call keeps of what runs on the leg it goes to.
#include <gtest/gtest.h>

#include "negotiate/repeat.hpp"
#include "support/exchange.hpp"
#include "support/phone.hpp"

namespace osrtp::negotiate {
namespace {

using protocol::Policy;
using protocol::Profile;

OfferPlan repeated(const Terms& terms, const std::optional<Running>& running) {
  return repeat(terms, std::get<OfferPlan>(plan_offer(terms, false)), running);
}

Terms terms(Policy policy) {
  Terms terms;
  terms.policy = policy;
  terms.offered = {Suite::kAeadAes256Gcm, Suite::kAesCm128HmacSha1_80};
  terms.accepted = {Suite::kAeadAes256Gcm, Suite::kAesCm128HmacSha1_80, Suite::kAesCm128HmacSha1_32};
  return terms;
}

std::vector<std::pair<std::uint32_t, Suite>> lines(const std::optional<Running>& running) {
  std::vector<std::pair<std::uint32_t, Suite>> found;
  for (const auto& [tag, suite] : lines_to_offer(terms(Policy::kOpportunistic), running)) found.push_back({tag, suite});
  return found;
}

TEST(Repeat, AFirstOfferIsAsThePolicySays) {
  EXPECT_EQ(repeated(terms(Policy::kOpportunistic), {}), (OfferPlan{Profile::kRtpAvp, true, true, {}}));
}

TEST(Repeat, ASecureProfileStaysWithItsKeyManagement) {
  for (const Policy policy : {Policy::kOpportunistic, Policy::kPrefer, Policy::kRequire}) {
    EXPECT_EQ(repeated(terms(policy), Running{Profile::kUdpTlsRtpSavpf, {}}),
              (OfferPlan{Profile::kUdpTlsRtpSavpf, false, true, {}}));
    EXPECT_EQ(repeated(terms(policy), Running{Profile::kRtpSavpf, Suite::kAesCm128HmacSha1_80}),
              (OfferPlan{Profile::kRtpSavpf, true, false, {}}));
  }
}

TEST(Repeat, AnOpportunisticLegIsOfferedBothAgain) {
  EXPECT_EQ(repeated(terms(Policy::kOpportunistic), Running{Profile::kRtpAvp, Suite::kAesCm128HmacSha1_80}),
            (OfferPlan{Profile::kRtpAvp, true, true, {}}));
}

TEST(Repeat, NoKeysGoWhereTheyMayNoLonger) {
  Terms clear = terms(Policy::kOpportunistic);
  clear.signalling = protocol::Signalling::kClear;
  EXPECT_FALSE(repeated(clear, Running{Profile::kRtpSavp, Suite::kAesCm128HmacSha1_80}).sdes);
  clear.dtls = false;
  EXPECT_EQ(repeated(clear, Running{Profile::kUdpTlsRtpSavp, {}}), std::get<OfferPlan>(plan_offer(clear, false)));
}

TEST(Repeat, TheSuiteThatRunsComesFirstUnderItsTag) {
  using Lines = std::vector<std::pair<std::uint32_t, Suite>>;
  EXPECT_EQ(lines({}), (Lines{{1, Suite::kAeadAes256Gcm}, {2, Suite::kAesCm128HmacSha1_80}}));
  EXPECT_EQ(lines(Running{Profile::kRtpAvp, Suite::kAesCm128HmacSha1_80}),
            (Lines{{2, Suite::kAesCm128HmacSha1_80}, {1, Suite::kAeadAes256Gcm}}));
}

TEST(Repeat, LinesThatThePeerHasAnsweredAreRepeatedAsTheyWere) {
  const std::vector<OwnLine> before{{1, Suite::kAeadAes256Gcm}, {2, Suite::kAesCm128HmacSha1_80}};
  const Running running{Profile::kRtpAvp, Suite::kAesCm128HmacSha1_80};
  const auto again = lines_to_offer(terms(Policy::kOpportunistic), running, before);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].suite, Suite::kAeadAes256Gcm);
  const Running other{Profile::kRtpAvp, Suite::kAesCm128HmacSha1_32};
  EXPECT_EQ(lines_to_offer(terms(Policy::kOpportunistic), other, before)[0].suite, Suite::kAesCm128HmacSha1_32)
      << "since then it has brought one of its own";
}

TEST(Repeat, ASuiteThatThePeerBroughtIsOfferedToo) {
  const auto found = lines(Running{Profile::kRtpAvp, Suite::kAesCm128HmacSha1_32});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], (std::pair<std::uint32_t, Suite>{3, Suite::kAesCm128HmacSha1_32}));
  EXPECT_EQ(lines(Running{Profile::kRtpAvp, Suite::kAes192CmHmacSha1_80}).size(), 2u) << "not accepted";
}

// A caller that takes nothing but RTP/SAVP; the callee puts it on hold.
TEST(Repeat, TheCalleesReinviteReachesACallerThatInsists) {
  osrtp::testing::Exchange exchange;
  const osrtp::testing::Phone a{1};
  const osrtp::testing::Phone b{2};
  const std::string own = a.crypto(1, "AES_CM_128_HMAC_SHA1_80");
  ASSERT_TRUE(exchange.registry.offer(exchange.offer(a.sdp("RTP/SAVP", {own})), exchange.now()));
  ASSERT_TRUE(exchange.registry.answer(exchange.answer(b.sdp("RTP/AVP")), exchange.now()));
  auto held = exchange.offer(b.sdp("RTP/AVP"));
  held.from_tag = "callee";
  held.to_tag = "caller";
  const auto offered = exchange.registry.offer(held, exchange.now());
  ASSERT_TRUE(offered);
  EXPECT_NE(offered->sdp.find(" RTP/SAVP "), std::string::npos) << offered->sdp;
  EXPECT_LT(offered->sdp.find("AES_CM_128_HMAC_SHA1_80"), offered->sdp.find("AEAD_AES_256_GCM"));
  EXPECT_EQ(offered->sdp.find("a=fingerprint"), std::string::npos);
}

}  // namespace
}  // namespace osrtp::negotiate
