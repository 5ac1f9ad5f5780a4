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
