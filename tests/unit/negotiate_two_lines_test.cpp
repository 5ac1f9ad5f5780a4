// Which m-lines are one stream, which of two is taken, and how a party is told in its own form.
#include "negotiate/two_lines.hpp"

#include <gtest/gtest.h>

namespace osrtp::negotiate {
namespace {

const std::string kHead = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
const std::string kKey = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n";
const std::string kSecure = "m=audio 4000 RTP/SAVP 0 101\r\n" + kKey;
const std::string kPlain = "m=audio 4000 RTP/AVP 0 101\r\n";

/// A body as it is read in call/: the readings borrow the text.
struct Heard {
  explicit Heard(const std::string& body) : text(*sdp::Text::parse(body)) {
    for (std::size_t n = 0; n < text.media_count(); ++n) media.push_back(*sdp::read_media(text, n));
  }
  sdp::Text text;
  std::vector<sdp::Media> media;
};

Terms terms_of(protocol::Policy policy, protocol::Shape shape = protocol::Shape::kOneLine) {
  Terms terms;
  terms.policy = policy;
  terms.signalling = protocol::Signalling::kEncrypted;
  terms.dtls = false;
  terms.shape = shape;
  terms.offered = terms.accepted = {Suite::kAesCm128HmacSha1_80};
  return terms;
}
const Terms kOpportunistic = terms_of(protocol::Policy::kOpportunistic);

FoldedOffer fold(const std::string& sections, const Layout& before = {}, const Terms& terms = kOpportunistic) {
  const Heard heard(kHead + sections);
  return fold_offer(heard.text, heard.media, before, terms, {});
}

/// "0s 0p! 1": the stream of each m-line, its part of two, and whether it has port 0.
std::string drawn(const Layout& layout) {
  std::string text;
  for (const LayoutLine& line : layout.lines) {
    if (!text.empty()) text += " ";
    text += std::to_string(line.stream);
    if (line.part != Part::kWhole) text += line.part == Part::kSecure ? "s" : "p";
    if (!line.active) text += "!";
  }
  return text;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

struct Lines {
  const char* name;
  std::string sections;
  const char* drawn;
};
class TwoLines : public ::testing::TestWithParam<Lines> {};

TEST_P(TwoLines, AreFoldedWhereTheyAreOneStream) {
  EXPECT_EQ(drawn(fold(GetParam().sections).layout), GetParam().drawn);
}

const std::string kVideo = "m=video 4002 RTP/SAVP 97\r\n" + kKey + "m=video 4002 RTP/AVP 97\r\n";
INSTANTIATE_TEST_SUITE_P(
    Table, TwoLines,
    ::testing::Values(
        Lines{"SecureFirst", kSecure + kPlain, "0s 0p!"}, Lines{"PlainFirst", kPlain + kSecure, "0p! 0s"},
        Lines{"OtherPorts", kSecure + replaced(kPlain, "4000", "4002"), "0s 0p!"},
        Lines{"Feedback", replaced(kSecure, "SAVP", "SAVPF") + replaced(kPlain, "AVP", "AVPF"), "0s 0p!"},
        Lines{"NotAdjacent", kSecure + "m=video 0 RTP/SAVP 97\r\n" + kPlain, "0s 1 0p!"},
        Lines{"AudioAndVideo", kSecure + kPlain + kVideo, "0s 0p! 1s 1p!"},
        Lines{"FewerFormats", kSecure + replaced(kPlain, "0 101", "0"), "0s 0p!"},
        Lines{"MoreFormats", replaced(kSecure, " 101", "") + kPlain, "0s 0p!"},
        Lines{"BothGivenUp", "m=video 0 RTP/SAVP 97\r\nm=video 0 RTP/AVP 97\r\n", "0s 0p!"},
        Lines{"TheSamePortIsNearest", kSecure + replaced(kPlain, "4000", "4002") + kPlain, "0s 1 0p!"},
        Lines{"WhatRunsComesBeforeWhatDoesNot", "m=audio 0 RTP/SAVP 0\r\n" + kPlain + kSecure, "0 1p! 1s"},
        Lines{"UnusableKeysAreKeysToo", replaced(kSecure, "AES_CM_128_HMAC_SHA1_80", "NULL") + kPlain, "0s! 0p"},
        Lines{"BothPlain", kPlain + kPlain, "0 1"}, Lines{"BothWithKeys", kSecure + kPlain + kKey, "0 1"},
        Lines{"BothSecure", kSecure + kSecure, "0 1"},
        Lines{"SecureWithoutKeys", "m=audio 4000 RTP/SAVP 0 101\r\n" + kPlain, "0 1"},
        Lines{"OtherFormats", kSecure + "m=audio 4000 RTP/AVP 0 8\r\n", "0 1"},
        Lines{"OtherKind", kSecure + "m=video 4000 RTP/AVP 0 101\r\n", "0 1"},
        Lines{"Dtls", replaced(kSecure, "RTP/", "UDP/TLS/RTP/") + kPlain, "0 1"},
        Lines{"OtherMid", kSecure + "a=mid:1\r\n" + kPlain + "a=mid:2\r\n", "0 1"},
        Lines{"OtherLabel", kSecure + kPlain + "a=label:2\r\n", "0 1"},
        Lines{"OtherContent", kSecure + "a=content:main\r\n" + kPlain + "a=content:slides\r\n", "0 1"},
        Lines{"OtherAddress", kSecure + replaced(kPlain, "101\r\n", "101\r\nc=IN IP4 192.0.2.2\r\n"), "0 1"},
        Lines{"NotRtp", "m=image 4000 udptl t38\r\nm=image 4000 RTP/AVP 0\r\n", "0 1"}),
    [](const auto& row) { return row.param.name; });

TEST(TwoLinesOfAnOffer, AreOneMLineForTheCore) {
  EXPECT_EQ(fold(kSecure + kPlain).body, kHead + kSecure);
  EXPECT_EQ(fold(kPlain).body, std::nullopt);
}

TEST(TwoLinesOfAnOffer, ArePlainWhereSrtpCannotBeAndSayWhy) {
  const auto off = fold(kSecure + kPlain, {}, terms_of(protocol::Policy::kOff));
  EXPECT_EQ(off.body, kHead + kPlain);
  EXPECT_EQ(off.kept_plain, (std::vector<std::optional<protocol::Reason>>{protocol::Reason::kPolicyOff}));
  Terms clear = kOpportunistic;
  clear.signalling = protocol::Signalling::kClear;
  EXPECT_EQ(fold(kSecure + kPlain, {}, clear).kept_plain[0], protocol::Reason::kSignallingClear);
}

TEST(TwoLinesOfAnOffer, AreSecureOrRefusedUnderRequire) {
  const Terms require = terms_of(protocol::Policy::kRequire);
  EXPECT_EQ(drawn(fold(kPlain + kSecure, {}, require).layout), "0p! 0s");
  const std::string unusable = replaced(kSecure, "AES_CM_128_HMAC_SHA1_80", "NULL");
  EXPECT_EQ(drawn(fold(kPlain + unusable, {}, require).layout), "0p! 0s");
}

TEST(TwoLinesOfAnOffer, StayOneStreamInTheDialog) {
  const Layout before = fold(kSecure + kPlain).layout;
  const auto drawn_again = [&](const std::string& sections) { return drawn(fold(sections, before).layout); };
  EXPECT_EQ(drawn_again(kSecure + kPlain), "0s 0p!");
  EXPECT_EQ(drawn_again(kSecure + "m=audio 0 RTP/AVP 0\r\n"), "0s 0p!");
  EXPECT_EQ(drawn_again("m=audio 0 RTP/SAVP 0\r\n" + kPlain), "0s! 0p");
  EXPECT_EQ(drawn_again(kPlain + kSecure), "0p! 0s");
  EXPECT_EQ(drawn_again(kPlain + kPlain), "0s 0p!") << "the second cannot pass as a stream that was never encrypted";
  EXPECT_EQ(drawn_again(kSecure), "0") << "fewer lines than before";
}

TEST(TwoLinesOfAnOffer, PartForGoodOnceTheyAreTwo) {
  const Layout before = fold(kSecure + kPlain + kVideo).layout;
  const Layout parted = fold(kSecure + kSecure + kVideo, before).layout;
  EXPECT_EQ(drawn(parted), "0 2 1s 1p!");
  EXPECT_EQ(drawn(fold(kSecure + kPlain + kVideo, parted).layout), "0 2 1s 1p!");
  const auto fax = fold(kSecure + "m=image 4000 udptl t38\r\n" + kVideo, before);
  EXPECT_EQ(drawn(fax.layout), "0 2 1s 1p!");
  EXPECT_EQ(fax.body, kHead + kSecure + "m=video 4002 RTP/SAVP 97\r\n" + kKey + "m=image 4000 udptl t38\r\n");
}

TEST(TwoLinesOfAnOffer, MayBeOneOldAndOneNew) {
  const Layout before = fold(kPlain).layout;
  EXPECT_EQ(drawn(fold(kPlain + kSecure, before).layout), "0p! 0s");
  const Layout two = fold(kPlain + "m=audio 0 RTP/SAVP 8\r\n", {}).layout;
  EXPECT_EQ(drawn(fold(kPlain + kSecure, two).layout), "0 1") << "the other side has two as well";
}

TEST(Unfolding, GivesBackWhatWasFolded) {
  auto folded = fold(kPlain + kSecure + "a=sendonly");
  ASSERT_EQ(folded.body, kHead + kSecure + "a=sendonly");
  EXPECT_EQ(unfold(*folded.body, folded.layout), kHead + "m=audio 0 RTP/AVP 0 101\r\n" + kSecure + "a=sendonly");
}

TEST(Unfolding, LendsTheLineWithPortZeroAnAddressWhereTheSessionHasNone) {
  auto folded = fold(kSecure + kPlain);
  const std::string connection = "c=IN IP4 192.0.2.9\r\n";
  EXPECT_EQ(unfold("v=0\r\nt=0 0\r\nm=audio 1 RTP/SAVP 0\r\n" + connection, folded.layout),
            "v=0\r\nt=0 0\r\nm=audio 1 RTP/SAVP 0\r\n" + connection + "m=audio 0 RTP/AVP 0 101\r\n" + connection);
}

TEST(Unfolding, KeepsBothProfilesOfAStreamThatIsRejected) {
  auto folded = fold(kPlain + kSecure);
  EXPECT_EQ(unfold(kHead + "m=audio 0 RTP/AVPF 0\r\n", folded.layout),
            kHead + "m=audio 0 RTP/AVP 0 101\r\nm=audio 0 RTP/SAVP 0 101\r\n");
}

/// The layout of a first offer of `streams` in two lines each.
Layout offered(std::size_t streams) {
  const Terms terms = terms_of(protocol::Policy::kOpportunistic, protocol::Shape::kTwoLines);
  return layout_to_offer({}, forms_to_offer({}, streams, terms, 16));
}

TEST(OfferingTwoLines, PutsKeysIntoTheFirstAndTheNamesOfTheLineToo) {
  Layout layout = offered(1);
  EXPECT_EQ(unfold(kHead + kSecure + "a=mid:x\r\na=label:7\r\na=ptime:20\r\n", layout),
            kHead + kSecure + "a=mid:x\r\na=label:7\r\na=ptime:20\r\n" + kPlain + "a=ptime:20\r\n");
}

TEST(OfferingTwoLines, IsForWhoMayTakeEither) {
  using protocol::Policy;
  const auto form = [](Policy policy, protocol::Peer peer = protocol::Peer::kSip) {
    Terms terms = terms_of(policy, protocol::Shape::kTwoLines);
    terms.peer = peer;
    return forms_to_offer({}, 1, terms, 16)[0];
  };
  EXPECT_EQ(form(Policy::kOpportunistic), Form::kTwoLines);
  EXPECT_EQ(form(Policy::kPrefer), Form::kTwoLines);
  EXPECT_EQ(form(Policy::kOff), Form::kAsBefore);
  EXPECT_EQ(form(Policy::kRequire), Form::kAsBefore);
  EXPECT_EQ(form(Policy::kPrefer, protocol::Peer::kWebrtc), Form::kAsBefore);
}

TEST(OfferingTwoLines, NeedsSdesKeys) {
  Terms terms = terms_of(protocol::Policy::kOpportunistic, protocol::Shape::kTwoLines);
  const auto form = [&] { return std::get<FormedPlan>(plan_offer(terms, false, Form::kTwoLines)).form; };
  EXPECT_EQ(form(), Form::kTwoLines);
  terms.sdes = false;
  EXPECT_EQ(form(), Form::kPlainLine);
  terms.dtls = true;
  const auto planned = std::get<FormedPlan>(plan_offer(terms, false, Form::kTwoLines));
  EXPECT_EQ(planned.plan, (OfferPlan{protocol::Profile::kRtpAvp, false, true, {}})) << "as everybody gets it";
}

TEST(OfferingTwoLines, StopsAtTheLimitOfMLines) {
  const Terms terms = terms_of(protocol::Policy::kPrefer, protocol::Shape::kTwoLines);
  const auto forms = forms_to_offer({}, 3, terms, 5);
  EXPECT_EQ(forms, (std::vector<Form>{Form::kTwoLines, Form::kTwoLines, Form::kAsBefore}));
}

TEST(OfferingTwoLines, LeavesAStreamThatThePartyHasInOneLine) {
  const Terms terms = terms_of(protocol::Policy::kPrefer, protocol::Shape::kTwoLines);
  const Layout before = fold(kPlain).layout;
  EXPECT_EQ(drawn(layout_to_offer(before, forms_to_offer(before, 2, terms, 16))), "0 1s 1p");
}

std::string taken(const std::string& sections, std::size_t streams = 1) {
  const Heard heard(kHead + sections);
  const auto folded = fold_answer(heard.text, heard.media, offered(streams), streams);
  if (!folded) return "does not fit";
  return drawn(folded->layout) + (folded->both.empty() ? "" : " both") + " " + folded->body->substr(kHead.size());
}
const std::string kNoSecure = "m=audio 0 RTP/SAVP 0\r\n";
const std::string kNoPlain = "m=audio 0 RTP/AVP 0\r\n";

TEST(AnsweringTwoLines, TakesOne) {
  EXPECT_EQ(taken(kSecure + kNoPlain), "0s 0p! " + kSecure);
  EXPECT_EQ(taken(kNoSecure + kPlain), "0s! 0p " + kPlain);
  EXPECT_EQ(taken(kSecure + kPlain), "0s 0p! both " + kSecure);
  EXPECT_EQ(taken(kNoSecure + kNoPlain), "0s 0p " + kNoSecure) << "neither: open as before";
}

TEST(AnsweringTwoLines, MayLeaveTheOtherOut) {
  EXPECT_EQ(taken(kSecure), "0s 0p! " + kSecure);
  EXPECT_EQ(taken(kPlain), "0s! 0p " + kPlain);
  EXPECT_EQ(taken(kNoPlain), "0s 0p " + kNoPlain);
  EXPECT_EQ(taken(kPlain + "m=video 1 RTP/SAVP 97\r\n", 2), "0s! 0p 1s 1p! " + kPlain + "m=video 1 RTP/SAVP 97\r\n");
  EXPECT_EQ(taken(kPlain + kNoSecure + kPlain, 2), "does not fit");
}

TEST(AnsweringTwoLines, IsHeldAgainstWhatTheLineThatWasTakenOffered) {
  const OfferPlan secure{protocol::Profile::kRtpSavpf, true, false, {}};
  const Layout both = offered(1);
  Layout plain = both;
  plain.lines[0].active = false;
  EXPECT_EQ(plan_taken(secure, both, 0), secure);
  EXPECT_EQ(plan_taken(secure, plain, 0),
            (OfferPlan{protocol::Profile::kRtpAvpf, false, false, protocol::Reason::kPeerDeclined}));
  const OfferPlan keyless{protocol::Profile::kRtpAvp, false, false, protocol::Reason::kPolicyOff};
  EXPECT_EQ(plan_taken(keyless, plain, 0), keyless);
}

TEST(AnsweringTwoLines, CannotTakeTheOneThatHadPortZero) {
  Layout layout = offered(1);
  layout.lines[1].active = false;
  const Heard heard(kHead + kNoSecure + kPlain);
  const auto folded = fold_answer(heard.text, heard.media, layout, 1);
  ASSERT_TRUE(folded);
  EXPECT_EQ(folded->body, kHead + kNoSecure);
}

}  // namespace
}  // namespace osrtp::negotiate
