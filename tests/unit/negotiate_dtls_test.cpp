// What the matrix has no rows for: roles, hashes, browsers, hops and histories of DTLS.
#include <gtest/gtest.h>

#include <array>

#include "negotiate/answerer.hpp"
#include "negotiate/offerer.hpp"

namespace osrtp::negotiate {
namespace {

using protocol::Policy;
using protocol::Profile;
using protocol::Reason;

std::string digest(std::size_t octets) {
  std::string text = "00";
  for (std::size_t i = 1; i < octets; ++i) text += ":AB";
  return text + "\n";
}

const std::string kSha256 = "a=fingerprint:sha-256 " + digest(32);
const std::string kSha1 = "a=fingerprint:sha-1 " + digest(20);
const std::string kMd5 = "a=fingerprint:md5 " + digest(16);
const std::string kBroken = "a=fingerprint:sha-256 00:AB\n";
const std::string kCrypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:yxGqNXTVzex+XzHLoboG10yHQnASvew4x6WlQTKE\n";
const std::string kForeignCrypto = "a=crypto:1 F8_128_HMAC_SHA1_80 inline:yxGqNXTVzex+XzHLoboG10yHQnASvew4x6WlQTKE\n";

constexpr std::array<OwnLine, 1> kOwn{OwnLine{1, Suite::kAesCm128HmacSha1_80}};

Terms terms(Policy policy) {
  Terms terms;
  terms.policy = policy;
  terms.offered = terms.accepted = {Suite::kAesCm128HmacSha1_80};
  return terms;
}

Terms browser(Policy policy) {
  Terms t = terms(policy);
  t.peer = protocol::Peer::kWebrtc;
  return t;
}

AnswerPlan answered(const Terms& terms, const std::string& proto, const std::string& lines,
                    History history = History::kNew) {
  const auto text = sdp::Text::parse("v=0\nm=audio 4000 " + proto + " 0\n" + lines);
  return plan_answer(terms, *sdp::read_media(*text, 0), history);
}

AnswerPlan dtls(DtlsRole role) { return AnswerDtls{role}; }
AnswerPlan plain(Reason reason) { return AnswerPlain{reason}; }
AnswerPlan refused(Reason reason) { return Refuse{reason}; }

TEST(AnswerDtls, TakesTheRoleThatTheOfferLeaves) {
  const Terms t = terms(Policy::kOpportunistic);
  const auto with = [&](const std::string& setup) { return answered(t, "RTP/AVP", kSha256 + setup); };
  EXPECT_EQ(with("a=setup:actpass\n"), dtls(DtlsRole::kActive));
  EXPECT_EQ(with(""), dtls(DtlsRole::kActive));
  EXPECT_EQ(with("a=setup:perhaps\n"), dtls(DtlsRole::kActive));
  EXPECT_EQ(with("a=setup:active\n"), dtls(DtlsRole::kPassive));
  EXPECT_EQ(with("a=setup:passive\n"), dtls(DtlsRole::kActive));
  EXPECT_EQ(with("a=setup:holdconn\n"), plain(Reason::kBadCryptoAttribute));
}

TEST(AnswerDtls, IsPassiveWhereThatIsPreferredAndLeftToUs) {
  Terms t = terms(Policy::kOpportunistic);
  t.answer_passive = true;
  EXPECT_EQ(answered(t, "RTP/AVP", kSha256 + "a=setup:actpass\n"), dtls(DtlsRole::kPassive));
  EXPECT_EQ(answered(t, "RTP/AVP", kSha256), dtls(DtlsRole::kPassive));
  EXPECT_EQ(answered(t, "RTP/AVP", kSha256 + "a=setup:passive\n"), dtls(DtlsRole::kActive));
}

TEST(AnswerDtls, IsTakenInEveryProfileThatCanHaveAFingerprint) {
  for (const char* proto : {"RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"}) {
    EXPECT_EQ(answered(terms(Policy::kRequire), proto, kSha256), dtls(DtlsRole::kActive)) << proto;
  }
}

TEST(AnswerDtls, NeedsAHashThatProvesSomething) {
  Terms t = terms(Policy::kOpportunistic);
  EXPECT_EQ(answered(t, "RTP/AVP", kSha1), plain(Reason::kWeakFingerprint));
  EXPECT_EQ(answered(t, "RTP/AVP", kMd5), plain(Reason::kWeakFingerprint));
  EXPECT_EQ(answered(t, "RTP/AVP", kBroken), plain(Reason::kBadCryptoAttribute));
  EXPECT_EQ(answered(t, "RTP/AVP", kMd5 + kSha1 + kSha256), dtls(DtlsRole::kActive));
  EXPECT_EQ(answered(t, "UDP/TLS/RTP/SAVP", kSha1), refused(Reason::kWeakFingerprint));
  EXPECT_EQ(answered(terms(Policy::kRequire), "RTP/AVP", kSha1), refused(Reason::kWeakFingerprint));
  t.allow_sha1 = true;
  EXPECT_EQ(answered(t, "RTP/AVP", kSha1), dtls(DtlsRole::kActive));
  EXPECT_EQ(answered(t, "RTP/AVP", kMd5), plain(Reason::kWeakFingerprint));
}

TEST(AnswerDtls, GivesWayToSdesOnlyWhereItCannotBe) {
  Terms t = terms(Policy::kOpportunistic);
  EXPECT_EQ(answered(t, "RTP/SAVPF", kCrypto + kSha256), dtls(DtlsRole::kActive));
  EXPECT_EQ(answered(t, "RTP/SAVPF", kCrypto + kSha1), AnswerPlan(AnswerSdes{0}));
  EXPECT_EQ(answered(t, "RTP/AVP", kCrypto + kSha256 + "a=setup:holdconn\n"), AnswerPlan(AnswerSdes{0}));
  t.dtls = false;
  EXPECT_EQ(answered(t, "RTP/AVP", kCrypto + kSha256), AnswerPlan(AnswerSdes{0}));
}

TEST(AnswerDtls, DoesNotMindAClearHop) {
  Terms t = terms(Policy::kOpportunistic);
  t.signalling = protocol::Signalling::kClear;
  EXPECT_EQ(answered(t, "RTP/AVP", kCrypto + kSha256), dtls(DtlsRole::kActive));
  EXPECT_EQ(answered(t, "RTP/AVP", kCrypto), plain(Reason::kSignallingClear));
}

TEST(AnswerDtls, TellsOfTwoObstaclesTheOneThatSaysMore) {
  Terms t = terms(Policy::kOpportunistic);
  EXPECT_EQ(answered(t, "RTP/AVP", kForeignCrypto + kSha1), plain(Reason::kWeakFingerprint));
  EXPECT_EQ(answered(t, "RTP/AVP", kForeignCrypto), plain(Reason::kNoCommonSuite));
  t.dtls = false;
  EXPECT_EQ(answered(t, "RTP/AVP", kSha256), plain(Reason::kNoCommonSuite));
  t.signalling = protocol::Signalling::kClear;
  EXPECT_EQ(answered(t, "RTP/AVP", kCrypto + kSha256), plain(Reason::kSignallingClear));
}

TEST(AnswerDtls, AnUdpTlsProfileIsNeverSdes) {
  EXPECT_EQ(answered(terms(Policy::kRequire), "UDP/TLS/RTP/SAVP", kCrypto), refused(Reason::kNoCommonSuite));
  EXPECT_EQ(answered(terms(Policy::kRequire), "RTP/SAVP", ""), refused(Reason::kPeerDidNotOffer));
}

TEST(AnswerDtls, TakesTheProfileThatABrowserChangesToInItsReoffer) {
  const Terms t = terms(Policy::kOpportunistic);
  ASSERT_EQ(answered(t, "RTP/AVP", kSha256), dtls(DtlsRole::kActive));
  EXPECT_EQ(answered(t, "UDP/TLS/RTP/SAVPF", kSha256, History::kEncrypted), dtls(DtlsRole::kActive));
}

TEST(AnswerDtls, AReofferThatLosesItsFingerprintIsADowngrade) {
  Terms t = terms(Policy::kOpportunistic);
  EXPECT_EQ(answered(t, "RTP/AVP", "", History::kEncrypted), refused(Reason::kDowngradeRefused));
  EXPECT_EQ(answered(t, "RTP/AVP", kSha1, History::kEncrypted), refused(Reason::kDowngradeRefused));
  EXPECT_EQ(answered(t, "RTP/AVP", kSha256, History::kEncrypted), dtls(DtlsRole::kActive));
  t.signalling = protocol::Signalling::kEncrypted;
  EXPECT_EQ(answered(t, "RTP/AVP", "", History::kEncrypted), plain(Reason::kPeerDidNotOffer));
}

class EveryPolicy : public testing::TestWithParam<Policy> {};
INSTANTIATE_TEST_SUITE_P(Policies, EveryPolicy,
                         testing::Values(Policy::kOff, Policy::kOpportunistic, Policy::kPrefer, Policy::kRequire),
                         [](const auto& row) { return std::string(name(row.param)); });

TEST_P(EveryPolicy, TakesDtlsFromABrowserAndNothingElse) {
  const Terms t = browser(GetParam());
  EXPECT_EQ(answered(t, "UDP/TLS/RTP/SAVPF", kSha256), dtls(DtlsRole::kActive));
  EXPECT_EQ(answered(t, "RTP/AVP", kCrypto + kSha256), dtls(DtlsRole::kActive));
  EXPECT_EQ(answered(t, "RTP/SAVPF", kCrypto), refused(Reason::kNoCommonSuite));
  EXPECT_EQ(answered(t, "RTP/AVP", ""), refused(Reason::kPeerDidNotOffer));
  EXPECT_EQ(answered(t, "udptl", ""), refused(Reason::kNotRtp));
}

TEST_P(EveryPolicy, OffersABrowserWhatItKnows) {
  const OfferPlan only{Profile::kUdpTlsRtpSavpf, false, true, {}};
  EXPECT_EQ(plan_offer(browser(GetParam()), false), (std::variant<OfferPlan, Reason>(only)));
  Terms without = browser(GetParam());
  without.dtls = false;
  EXPECT_EQ(plan_offer(without, true), (std::variant<OfferPlan, Reason>(Reason::kNoCommonSuite)));
}

OfferPlan offered(const Terms& terms) { return std::get<OfferPlan>(plan_offer(terms, false)); }

TEST(OfferDtls, GoesOverAClearHopWhereCryptoMayNot) {
  Terms t = terms(Policy::kOpportunistic);
  t.signalling = protocol::Signalling::kClear;
  EXPECT_EQ(offered(t), (OfferPlan{Profile::kRtpAvp, false, true, {}}));
  t.policy = Policy::kRequire;
  EXPECT_EQ(offered(t), (OfferPlan{Profile::kUdpTlsRtpSavp, false, true, {}}));
  t.dtls = false;
  EXPECT_EQ(plan_offer(t, false), (std::variant<OfferPlan, Reason>(Reason::kSignallingClear)));
  t.policy = Policy::kPrefer;
  EXPECT_EQ(offered(t), (OfferPlan{Profile::kRtpAvp, false, false, Reason::kSignallingClear}));
}

Settled settled(const Terms& terms, const std::string& proto, const std::string& lines,
                History history = History::kNew) {
  const auto text = sdp::Text::parse("v=0\nm=audio 4000 " + proto + " 0\n" + lines);
  return settle(terms, offered(terms), kOwn, *sdp::read_media(*text, 0), history);
}

std::optional<DtlsRole> role(const Settled& settled) {
  const auto* dtls_settled = std::get_if<SettledDtls>(&settled.outcome);
  return dtls_settled == nullptr ? std::nullopt : std::optional(dtls_settled->role);
}

std::optional<Reason> failure(const Settled& settled) {
  const auto* failed = std::get_if<SettledFailed>(&settled.outcome);
  return failed == nullptr ? std::nullopt : std::optional(failed->reason);
}

TEST(SettleDtls, TakesTheRoleThatTheAnswerLeaves) {
  const Terms t = terms(Policy::kOpportunistic);
  EXPECT_EQ(role(settled(t, "RTP/AVP", kSha256 + "a=setup:active\n")), DtlsRole::kPassive);
  EXPECT_EQ(role(settled(t, "RTP/AVP", kSha256 + "a=setup:passive\n")), DtlsRole::kActive);
  EXPECT_EQ(role(settled(t, "RTP/AVP", kSha256)), DtlsRole::kActive);
  EXPECT_EQ(role(settled(t, "RTP/AVP", kSha256 + "a=setup:actpass\n")), DtlsRole::kActive);
  EXPECT_EQ(failure(settled(t, "RTP/AVP", kSha256 + "a=setup:holdconn\n")), Reason::kBadCryptoAttribute);
}

TEST(SettleDtls, FailsWhereNoFingerprintProvesAnything) {
  Terms t = terms(Policy::kOpportunistic);
  EXPECT_EQ(failure(settled(t, "RTP/AVP", kSha1)), Reason::kWeakFingerprint);
  EXPECT_EQ(failure(settled(t, "RTP/AVP", kMd5)), Reason::kWeakFingerprint);
  EXPECT_EQ(failure(settled(t, "RTP/AVP", kBroken)), Reason::kBadCryptoAttribute);
  t.allow_sha1 = true;
  EXPECT_EQ(role(settled(t, "RTP/AVP", kSha1)), DtlsRole::kActive);
}

TEST(SettleDtls, NeverFallsBackToTheSecondMethodOfAnAnswer) {
  const Terms t = terms(Policy::kOpportunistic);
  const Settled both = settled(t, "RTP/AVP", kCrypto + kSha1);
  EXPECT_EQ(failure(both), Reason::kWeakFingerprint);
  EXPECT_EQ(both.remark, Remark::kAmbiguousAnswer);
}

TEST(SettleDtls, RemarksOnAProfileThatTheAnswerChanged) {
  Terms t = terms(Policy::kOpportunistic);
  EXPECT_EQ(settled(t, "UDP/TLS/RTP/SAVP", kSha256).remark, Remark::kProfileChanged);
  EXPECT_EQ(settled(t, "RTP/AVP", kSha256).remark, std::nullopt);
  t.policy = Policy::kRequire;
  t.sdes = false;
  EXPECT_EQ(settled(t, "RTP/AVP", kSha256).remark, Remark::kProfileChanged);
  EXPECT_EQ(role(settled(t, "RTP/SAVP", kSha256)), DtlsRole::kActive);
  EXPECT_EQ(settled(t, "RTP/SAVP", kSha256).remark, std::nullopt);
}

TEST(SettleDtls, AnAnswerWithoutAFingerprintToARunningAssociationIsADowngrade) {
  Terms t = terms(Policy::kOpportunistic);
  EXPECT_EQ(failure(settled(t, "RTP/AVP", "", History::kEncrypted)), Reason::kDowngradeRefused);
  t.signalling = protocol::Signalling::kEncrypted;
  EXPECT_TRUE(std::holds_alternative<SettledPlain>(settled(t, "RTP/AVP", "", History::kEncrypted).outcome));
}

TEST(SettleDtls, AFingerprintForAnOfferWithoutIsUnsolicited) {
  Terms t = terms(Policy::kOpportunistic);
  t.dtls = false;
  const Settled ignored = settled(t, "RTP/AVP", kSha256);
  EXPECT_EQ(std::get<SettledPlain>(ignored.outcome).reason, Reason::kUnsolicitedKeys);
  EXPECT_EQ(ignored.remark, Remark::kUnsolicitedKeys);
  EXPECT_EQ(failure(settled(t, "UDP/TLS/RTP/SAVP", kSha256)), Reason::kUnsolicitedKeys);
}

TEST(SettleDtls, ABrowserThatAnswersWithoutKeysHasFailed) {
  EXPECT_EQ(failure(settled(browser(Policy::kOff), "RTP/AVP", "")), Reason::kPeerDeclined);
  EXPECT_EQ(role(settled(browser(Policy::kOff), "UDP/TLS/RTP/SAVPF", kSha256 + "a=setup:active\n")),
            DtlsRole::kPassive);
}

}  // namespace
}  // namespace osrtp::negotiate
