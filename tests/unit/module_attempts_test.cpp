#include "module/attempts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace osrtp::module {
namespace {

using protocol::Policy;
using protocol::Shape;

std::string text(const std::vector<Form>& forms) {
  std::string all;
  for (const Form form : forms) all += (all.empty() ? "" : " ") + std::string(name(form));
  return all;
}

Options options(std::string_view words) { return *parse_options(words, OptionText::kFinal); }

std::vector<Form> allowed(std::string_view words, osrtp_hop hop = OSRTP_HOP_ENCRYPTED, const Defaults& defaults = {}) {
  osrtp_message message{};
  message.receiver_hop = hop;
  return forms(message, options(words), defaults);
}

FormSet set(std::initializer_list<Form> forms) {
  FormSet all;
  for (const Form form : forms) all.add(form);
  return all;
}

struct Row {
  const char* name;
  const char* words;
  osrtp_hop hop;
  const char* forms;
};

class Forms : public testing::TestWithParam<Row> {};

TEST_P(Forms, AreThoseThatThePolicyAllows) {
  EXPECT_EQ(text(allowed(GetParam().words, GetParam().hop)), GetParam().forms);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Forms,
    testing::Values(
        Row{"NothingSaid", "", OSRTP_HOP_ENCRYPTED, "opportunistic secure-dtls secure-sdes plain"},
        Row{"UnknownHop", "", OSRTP_HOP_UNKNOWN, "opportunistic secure-dtls secure-sdes plain"},
        Row{"ClearHop", "", OSRTP_HOP_CLEAR, "opportunistic secure-dtls plain"},
        Row{"ClearHopByLeave", "allow-sdes-over-clear", OSRTP_HOP_CLEAR, "opportunistic secure-dtls secure-sdes plain"},
        Row{"DtlsAlone", "callee-keying=dtls", OSRTP_HOP_ENCRYPTED, "opportunistic secure-dtls plain"},
        Row{"DtlsFirst", "callee-keying=dtls,sdes", OSRTP_HOP_ENCRYPTED, "opportunistic secure-dtls secure-sdes plain"},
        Row{"NoKeysPossible", "callee-keying=sdes", OSRTP_HOP_CLEAR, "plain"},
        Row{"Off", "callee=off", OSRTP_HOP_ENCRYPTED, "plain"},
        Row{"OffInTwoLines", "callee=off callee-shape=two-lines", OSRTP_HOP_ENCRYPTED, "plain"},
        Row{"Prefer", "callee=prefer", OSRTP_HOP_ENCRYPTED, "secure-sdes secure-dtls opportunistic plain"},
        Row{"PreferOverClear", "callee=prefer", OSRTP_HOP_CLEAR, "secure-dtls opportunistic plain"},
        Row{"TwoLines", "callee-shape=two-lines", OSRTP_HOP_ENCRYPTED, "two-lines secure-dtls secure-sdes plain"},
        Row{"PreferTwoLines", "callee=prefer callee-shape=two-lines", OSRTP_HOP_ENCRYPTED,
            "two-lines secure-dtls secure-sdes plain"},
        Row{"TwoLinesNeedSdes", "callee-shape=two-lines", OSRTP_HOP_CLEAR, "opportunistic secure-dtls plain"},
        Row{"Require", "callee=require", OSRTP_HOP_ENCRYPTED, "secure-sdes secure-dtls"},
        Row{"RequireTwice", "callee=require callee-keying=dtls,sdes,dtls", OSRTP_HOP_ENCRYPTED,
            "secure-sdes secure-dtls"},
        Row{"RequireOverClear", "callee=require", OSRTP_HOP_CLEAR, "secure-dtls"},
        Row{"RequireTheImpossible", "callee=require callee-keying=sdes", OSRTP_HOP_CLEAR, ""},
        Row{"RequireInTwoLines", "callee=require callee-shape=two-lines", OSRTP_HOP_ENCRYPTED,
            "secure-sdes secure-dtls"},
        Row{"Browser", "callee=off", OSRTP_HOP_ENCRYPTED_WEBSOCKET, "secure-dtls"},
        Row{"BrowserByName", "callee-peer=webrtc", OSRTP_HOP_CLEAR, "secure-dtls"},
        Row{"NoBrowser", "callee-peer=sip", OSRTP_HOP_ENCRYPTED_WEBSOCKET,
            "opportunistic secure-dtls secure-sdes plain"}),
    [](const auto& row) { return row.param.name; });

TEST(Forms, FollowTheParametersWhereTheScriptSaysNothing) {
  EXPECT_EQ(text(allowed("", OSRTP_HOP_CLEAR, {Policy::kOff, Policy::kRequire, true})), "secure-sdes secure-dtls");
}

TEST(Attempts, GoThroughTheFormsAndEnd) {
  const auto all = allowed("");
  FormSet tried;
  std::vector<Form> offered;
  while (const auto next = next_form(all, tried, {})) {
    offered.push_back(*next);
    tried.add(*next);
  }
  EXPECT_EQ(offered, all);
}

TEST(Attempts, NoneIsBelowThePolicyAndNoCallHasMoreThanThreeMore) {
  for (const char* words : {"", "callee=off", "callee=prefer", "callee=require", "callee-shape=two-lines"}) {
    const auto all = allowed(words);
    for (unsigned int tried = 0; tried < 32; ++tried) {
      for (unsigned int refused = 0; refused < 32; ++refused) {
        for (const std::optional<Form> taken : {std::optional<Form>{}, std::optional{Form::kPlain}}) {
          const auto next = next_form(all, FormSet(tried), {FormSet(refused), taken});
          if (!next) continue;
          EXPECT_NE(std::find(all.begin(), all.end(), *next), all.end());
          EXPECT_FALSE(FormSet(tried).has(*next));
          EXPECT_LT(FormSet(tried).size(), kMostAttempts);
        }
      }
    }
  }
}

TEST(Attempts, BeginWithWhatIsNotKnownToBeRefused) {
  const auto all = allowed("callee-keying=sdes");
  EXPECT_EQ(next_form(all, {}, {set({Form::kOpportunistic}), Form::kSecureSdes}), Form::kSecureSdes);
  EXPECT_EQ(next_form(all, {}, {set({Form::kOpportunistic, Form::kSecureSdes}), Form::kPlain}), Form::kPlain);
  EXPECT_EQ(next_form(all, {}, {set({Form::kPlain}), {}}), Form::kOpportunistic);
}

TEST(Attempts, SkipWhatIsKnownAndComeBackToItLast) {
  const auto all = allowed("callee-keying=sdes");
  const Habits habits{set({Form::kSecureSdes}), {}};
  EXPECT_EQ(next_form(all, set({Form::kOpportunistic}), habits), Form::kPlain);
  EXPECT_EQ(next_form(all, set({Form::kOpportunistic, Form::kPlain}), habits), Form::kSecureSdes);
}

TEST(Attempts, APeerThatRefusesAllIsAskedAnew) {
  const auto all = allowed("callee=require");
  const auto refused = set({Form::kOpportunistic, Form::kSecureSdes, Form::kSecureDtls});
  EXPECT_EQ(next_form(all, {}, {refused, Form::kPlain}), Form::kSecureSdes);
  EXPECT_EQ(next_form(all, {}, {refused, Form::kSecureDtls}), Form::kSecureDtls);
  EXPECT_EQ(next_form(all, set({Form::kSecureSdes, Form::kSecureDtls}), {refused, Form::kPlain}), std::nullopt);
}

TEST(Attempts, WherePolicyAllowsNothingThereIsNone) { EXPECT_EQ(next_form({}, {}, {}), std::nullopt); }

TEST(InForm, TheFirstIsAsTheScriptHasIt) {
  for (const char* words : {"", "callee=off", "callee=prefer", "callee=require callee-keying=dtls",
                            "callee-shape=two-lines suites=AEAD_AES_128_GCM"}) {
    const auto all = allowed(words);
    EXPECT_EQ(in_form(all.front(), all, options(words)), options(words));
  }
}

TEST(InForm, TheOthersChangeWhatTheCalleeIsOfferedAndNothingElse) {
  const char* words = "caller=require callee-shape=two-lines caller-shape=two-lines suites=AEAD_AES_128_GCM";
  const auto all = allowed(words);
  Options wanted = options(words);
  wanted.callee = Policy::kPrefer;
  wanted.callee_shape = Shape::kOneLine;
  EXPECT_EQ(in_form(Form::kSecureSdes, all, options(words)), wanted);
  wanted.callee = Policy::kOff;
  EXPECT_EQ(in_form(Form::kPlain, all, options(words)), wanted);
  const auto preferred = allowed("callee=prefer");
  EXPECT_EQ(in_form(Form::kOpportunistic, preferred, options("callee=prefer")).callee, Policy::kOpportunistic);
}

TEST(InForm, RequireStaysAndTriesTheOtherKeyManagement) {
  const auto all = allowed("callee=require");
  const Options other = in_form(Form::kSecureDtls, all, options("callee=require"));
  EXPECT_EQ(other.callee, Policy::kRequire);
  EXPECT_EQ(other.callee_keying, std::vector<std::string>{"dtls"});
}

TEST(InForm, NoKeyManagementIsLeftOutThatCouldNotBeOfferedAnyway) {
  const auto all = allowed("", OSRTP_HOP_CLEAR);
  EXPECT_TRUE(in_form(Form::kSecureDtls, all, {}).callee_keying.empty());
}

TEST(Refusals, AreOfTheFormAndNotOfTheCall) {
  for (const int status : {488, 415, 606}) EXPECT_TRUE(refuses_form(status));
  for (const int status : {200, 404, 408, 480, 482, 486, 487, 500, 503, 600, 603}) EXPECT_FALSE(refuses_form(status));
}

TEST(FormSets, HoldWhatIsPutIn) {
  FormSet forms(0xffU);
  EXPECT_EQ(forms.size(), 5);
  forms.remove(Form::kTwoLines);
  EXPECT_FALSE(forms.has(Form::kTwoLines));
  EXPECT_EQ(forms.size(), 4);
  EXPECT_EQ(FormSet(forms.bits()), forms);
  EXPECT_TRUE(FormSet().empty());
}

}  // namespace
}  // namespace osrtp::module
