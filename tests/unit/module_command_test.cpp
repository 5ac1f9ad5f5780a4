#include "module/command.hpp"

#include <gtest/gtest.h>

#include "module/parcel.hpp"
#include "protocol/codec.hpp"

namespace osrtp::module {
namespace {

osrtp_slice slice(std::string_view text) { return {text.data(), text.size()}; }

osrtp_message invite() {
  osrtp_message message{};
  message.route = OSRTP_IN_REQUEST;
  message.method = OSRTP_INVITE;
  message.branch = 1;
  message.call_id = slice("call");
  message.from_tag = slice("caller");
  message.sdp = slice("v=0\r\n");
  message.target = slice("sip:x@192.0.2.1");
  return message;
}

Command written(Action action, const osrtp_message& message, std::string_view words = {}) {
  auto command = command_for(action, message, Options{}, words, Defaults{});
  EXPECT_TRUE(command);
  return *std::move(command);
}

TEST(Command, TheFirstOfferBeginsACallAndAReofferDoesNot) {
  auto message = invite();
  EXPECT_TRUE(written(Action::kOffer, message).starts_call);
  EXPECT_FALSE(written(Action::kAnswer, message).starts_call);
  message.in_dialog = 1;
  EXPECT_FALSE(written(Action::kOffer, message).starts_call);
}

TEST(Command, OnlyAReinviteMayBeginItsCallAnewAndOnlyWhereThatIsWanted) {
  Defaults wanted;
  wanted.restart_on_dead_node = true;
  auto message = invite();
  EXPECT_EQ(command_for(Action::kOffer, message, Options{}, {}, wanted)->anew, "");
  message.in_dialog = 1;
  EXPECT_NE(command_for(Action::kOffer, message, Options{}, {}, wanted)->anew, "");
  EXPECT_EQ(command_for(Action::kAnswer, message, Options{}, {}, wanted)->anew, "");
  EXPECT_EQ(written(Action::kOffer, message).anew, "");
  message.method = OSRTP_UPDATE;
  EXPECT_EQ(command_for(Action::kOffer, message, Options{}, {}, wanted)->anew, "");
}

protocol::OsrtpOptions anew_with(const Policies& said, const Options& options = {}, protocol::Policy callee = {}) {
  Defaults defaults;
  defaults.restart_on_dead_node = true;
  defaults.callee = callee;
  auto message = invite();
  message.in_dialog = 1;
  const std::string dictionary = anew_for(*command_for(Action::kOffer, message, options, {}, defaults), said);
  const auto request = protocol::decode_request(dictionary);
  return request ? *std::get<protocol::Offer>(request->request).osrtp : protocol::OsrtpOptions{};
}

TEST(CommandAnew, AsksNoLessThanTheCallBeganWith) {
  using protocol::Policy;
  constexpr Policies kUsual{Policy::kOpportunistic, Policy::kOpportunistic};
  EXPECT_EQ(anew_with({Policy::kPrefer, Policy::kRequire}).caller, Policy::kPrefer);
  EXPECT_EQ(anew_with({Policy::kPrefer, Policy::kRequire}).callee, Policy::kRequire);
  EXPECT_EQ(anew_with(kUsual, {}, Policy::kRequire).callee, Policy::kRequire);
  Options lower;
  lower.callee = Policy::kOpportunistic;
  EXPECT_EQ(anew_with({Policy::kPrefer, Policy::kRequire}, lower).callee, Policy::kRequire);
  Options off;
  off.callee = Policy::kOff;
  EXPECT_EQ(anew_with(kUsual, off).callee, Policy::kOpportunistic);
}

TEST(CommandAnew, LeavesALegOffUnlessTheScriptSaysMore) {
  using protocol::Policy;
  constexpr Policies kOff{Policy::kOpportunistic, Policy::kOff};
  EXPECT_EQ(anew_with(kOff, {}, Policy::kRequire).callee, Policy::kOff);
  Options more;
  more.callee = Policy::kPrefer;
  EXPECT_EQ(anew_with(kOff, more, Policy::kOpportunistic).callee, Policy::kPrefer);
}

TEST(CommandAnew, IsNothingWhereWhatWasSaidIsNotKnown) {
  Defaults defaults;
  defaults.restart_on_dead_node = true;
  auto message = invite();
  message.in_dialog = 1;
  const auto command = *command_for(Action::kOffer, message, Options{}, {}, defaults);
  EXPECT_EQ(anew_for(command, {}), "");
  EXPECT_EQ(anew_for(command, {protocol::Policy::kOff, std::nullopt}), "");
  EXPECT_EQ(anew_for(command, {defaults.caller, defaults.callee}), command.anew);
  EXPECT_EQ(anew_for(Command{}, {defaults.caller, defaults.callee}), "");
}

TEST(Command, CarriesThePoliciesThatAnOfferSays) {
  auto message = invite();
  Options options;
  options.callee = protocol::Policy::kRequire;
  const Policies both{Defaults{}.caller, protocol::Policy::kRequire};
  EXPECT_EQ(command_for(Action::kOffer, message, options, {}, Defaults{})->policies, both);
  message.in_dialog = 1;
  const Policies said{std::nullopt, protocol::Policy::kRequire};
  EXPECT_EQ(command_for(Action::kOffer, message, options, {}, Defaults{})->policies, said);
  EXPECT_EQ(written(Action::kAnswer, message).policies, Policies{});
}

TEST(PoliciesOfACall, ComeOutOfTheirBitsAndOtherBitsAreNone) {
  using protocol::Policy;
  for (unsigned int bits = 0; bits < 256; ++bits) {
    const auto policies = Policies::of(static_cast<std::uint8_t>(bits));
    EXPECT_EQ(Policies::of(policies.bits()), policies) << bits;
    EXPECT_LT(policies.bits(), 1U << Policies::kBits) << bits;
  }
  const Policies both{Policy::kOff, Policy::kRequire};
  EXPECT_EQ(Policies::of(both.bits()), both);
  const Policies strictest{Policy::kPrefer, Policy::kRequire};
  EXPECT_EQ(stricter(both, {Policy::kPrefer, std::nullopt}), strictest);
}

TEST(Command, GoesToTheSetThatTheMessageNames) {
  auto message = invite();
  message.set = 3;
  EXPECT_EQ(written(Action::kOffer, message).set, 3);
}

TEST(Command, WhatIsNoUtf8CannotBeSent) {
  auto message = invite();
  message.call_id = slice("caf\xe9");
  const auto command = command_for(Action::kOffer, message, Options{}, {}, Defaults{});
  ASSERT_FALSE(command);
  EXPECT_EQ(command.error().error, "unsendable");
  EXPECT_EQ(command.error().code, OSRTP_FAILED);
}

TEST(Command, AnOfferIsUndoneByTheEndOfItsCall) {
  const auto ending = undoing(written(Action::kOffer, invite()));
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->action, Action::kDeleteCall);
  const auto request = protocol::decode_request(ending->dictionary);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->request, protocol::Request(protocol::Delete{"call", "caller", {}, {}, {}, 0}));
}

TEST(Command, WhatBeginsNoCallIsNotUndone) {
  auto message = invite();
  EXPECT_FALSE(undoing(written(Action::kDeleteCall, message)));
  EXPECT_FALSE(undoing(written(Action::kAnswer, message)));
  message.in_dialog = 1;
  EXPECT_FALSE(undoing(written(Action::kOffer, message)));
}

struct Answers : testing::Test {
  osrtp_message message = invite();
  Command asked = written(Action::kOffer, message, "callee=prefer");
};

TEST_F(Answers, TheSameQuestionWithOrWithoutItsOptions) {
  EXPECT_TRUE(answers(asked, Action::kOffer, message, "callee=prefer"));
  EXPECT_TRUE(answers(asked, Action::kOffer, message, ""));
}

TEST_F(Answers, NoOtherQuestion) {
  EXPECT_FALSE(answers(asked, Action::kQuery, message, ""));
  EXPECT_FALSE(answers(asked, Action::kOffer, message, "callee=require"));
}

TEST_F(Answers, NoOtherDestination) {
  for (const auto& [what, change] : std::initializer_list<std::pair<const char*, void (*)(osrtp_message&)>>{
           {"branch", [](osrtp_message& other) { other.branch = 2; }},
           {"call", [](osrtp_message& other) { other.call_id = slice("other"); }},
           {"target", [](osrtp_message& other) { other.target = slice("sip:x@192.0.2.2"); }},
           {"next hop", [](osrtp_message& other) { other.next_hop_uri = slice("sip:192.0.2.3"); }}}) {
    auto other = message;
    change(other);
    EXPECT_FALSE(answers(asked, Action::kOffer, other, "")) << what;
  }
}

TEST_F(Answers, WithinADialogWhateverNumberTheBranchHas) {
  message.branch = -1;
  asked = written(Action::kOffer, message);
  message.branch = 3;
  EXPECT_TRUE(answers(asked, Action::kOffer, message, ""));
}

TEST(OutcomeFor, ARefusalToReadTheReplyIsAFailure) {
  const Outcome outcome = outcome_for(Action::kOffer, "{");
  EXPECT_EQ(outcome.code, OSRTP_FAILED);
  EXPECT_EQ(outcome.error, "bad-reply");
}

TEST(OutcomeFor, AnOfferAndAnAnswerNeedSdpAndAConfirmationDoesNot) {
  constexpr std::string_view kOk = R"({"result":"ok","security":[]})";
  EXPECT_EQ(outcome_for(Action::kOffer, kOk).error, "bad-reply");
  EXPECT_EQ(outcome_for(Action::kLateOffer, kOk).error, "bad-reply");
  EXPECT_EQ(outcome_for(Action::kAnswer, kOk).error, "bad-reply");
  EXPECT_EQ(outcome_for(Action::kConfirm, kOk).code, OSRTP_DONE);
  EXPECT_EQ(outcome_for(Action::kOffer, R"({"result":"ok","sdp":"v=0","security":[]})").sdp, "v=0");
}

Parcel parcel_with(std::size_t commands) {
  Parcel parcel{OSRTP_RESUME, 7, 0xffffffff, "call", "ROUTE", std::string("bag\0gage", 8), {}};
  for (std::size_t i = 0; i < commands; ++i) {
    auto message = invite();
    message.branch = static_cast<int>(i + 1);
    parcel.commands.push_back(written(Action::kOffer, message, "callee=prefer"));
    parcel.commands.back().peer = "192.0.2.1";
    parcel.commands.back().anew = "{\"a\":1}";
  }
  return parcel;
}

TEST(Parcel, ComesOutAsItWentIn) {
  for (const std::size_t commands : {0u, 1u, 12u}) {
    const Parcel parcel = parcel_with(commands);
    EXPECT_EQ(unpack(pack(parcel)), parcel) << commands;
  }
}

TEST(Parcel, OneThatIsCutShortOrTooLongIsNone) {
  const std::string whole = pack(parcel_with(2));
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(unpack(whole.substr(0, size))) << size;
  EXPECT_FALSE(unpack(whole + "x"));
}

}  // namespace
}  // namespace osrtp::module
