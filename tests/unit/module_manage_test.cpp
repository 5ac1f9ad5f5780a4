#include "module/manage.hpp"

#include <gtest/gtest.h>

namespace osrtp::module {
namespace {

enum class Sdp : std::uint8_t { kNone, kHere };
enum class Dialog : std::uint8_t { kNone, kWithin };

struct Row {
  const char* name;
  osrtp_route route;
  osrtp_method method;
  int status;
  Dialog dialog;
  Sdp sdp;
  Sdp before;  // of a reply: its request's; of a PRACK: its INVITE's
  Action action;
};

class Manage : public testing::TestWithParam<Row> {};

osrtp_message message_of(const Row& row) {
  osrtp_message message{};
  message.route = row.route;
  message.method = row.method;
  message.status = row.status;
  message.branch = 0;
  message.in_dialog = row.dialog == Dialog::kWithin ? 1 : 0;
  message.request_had_sdp = row.before == Sdp::kHere ? 1 : 0;
  if (row.sdp == Sdp::kHere) message.sdp = {"v=0", 3};
  return message;
}

TEST_P(Manage, DoesWhatTheMessageAsksFor) {
  EXPECT_EQ(action_for(OSRTP_MANAGE, message_of(GetParam())), GetParam().action);
}

constexpr Dialog kNew = Dialog::kNone;
constexpr Dialog kIn = Dialog::kWithin;
constexpr Sdp kNo = Sdp::kNone;
constexpr Sdp kSdp = Sdp::kHere;

INSTANTIATE_TEST_SUITE_P(
    Requests, Manage,
    testing::Values(Row{"Invite", OSRTP_IN_BRANCH, OSRTP_INVITE, 0, kNew, kSdp, kNo, Action::kOffer},
                    Row{"InviteInRequestRoute", OSRTP_IN_REQUEST, OSRTP_INVITE, 0, kNew, kSdp, kNo, Action::kOffer},
                    Row{"InviteWithoutOffer", OSRTP_IN_BRANCH, OSRTP_INVITE, 0, kNew, kNo, kNo, Action::kNothing},
                    Row{"Reinvite", OSRTP_IN_BRANCH, OSRTP_INVITE, 0, kIn, kSdp, kNo, Action::kOffer},
                    Row{"Update", OSRTP_IN_BRANCH, OSRTP_UPDATE, 0, kIn, kSdp, kNo, Action::kOffer},
                    Row{"UpdateWithoutSdp", OSRTP_IN_BRANCH, OSRTP_UPDATE, 0, kIn, kNo, kNo, Action::kNothing},
                    Row{"Ack", OSRTP_IN_REQUEST, OSRTP_ACK, 0, kIn, kNo, kNo, Action::kNothing},
                    Row{"AckAnswers", OSRTP_IN_REQUEST, OSRTP_ACK, 0, kIn, kSdp, kNo, Action::kLateAnswer},
                    Row{"PrackAnswers", OSRTP_IN_BRANCH, OSRTP_PRACK, 0, kIn, kSdp, kNo, Action::kLateAnswer},
                    Row{"PrackOffers", OSRTP_IN_BRANCH, OSRTP_PRACK, 0, kIn, kSdp, kSdp, Action::kOffer},
                    Row{"Prack", OSRTP_IN_BRANCH, OSRTP_PRACK, 0, kIn, kNo, kSdp, Action::kNothing},
                    Row{"Bye", OSRTP_IN_BRANCH, OSRTP_BYE, 0, kIn, kNo, kNo, Action::kDeleteCall},
                    Row{"Cancel", OSRTP_IN_REQUEST, OSRTP_CANCEL, 0, kNew, kNo, kNo, Action::kDeleteCall},
                    Row{"CancelOfReinvite", OSRTP_IN_REQUEST, OSRTP_CANCEL, 0, kIn, kNo, kNo, Action::kNothing},
                    Row{"Message", OSRTP_IN_BRANCH, OSRTP_OTHER, 0, kIn, kSdp, kNo, Action::kNothing}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Replies, Manage,
    testing::Values(Row{"Answer", OSRTP_IN_REPLY, OSRTP_INVITE, 200, kNew, kSdp, kSdp, Action::kAnswer},
                    Row{"Progress", OSRTP_IN_REPLY, OSRTP_INVITE, 183, kNew, kSdp, kSdp, Action::kAnswer},
                    Row{"Ringing", OSRTP_IN_REPLY, OSRTP_INVITE, 180, kNew, kNo, kSdp, Action::kNothing},
                    Row{"AnsweredBefore", OSRTP_IN_REPLY, OSRTP_INVITE, 200, kNew, kNo, kSdp, Action::kConfirm},
                    Row{"AnsweredByPrack", OSRTP_IN_REPLY, OSRTP_INVITE, 200, kNew, kNo, kNo, Action::kConfirm},
                    Row{"ReinviteWithoutSdp", OSRTP_IN_REPLY, OSRTP_INVITE, 200, kIn, kNo, kSdp, Action::kNothing},
                    Row{"LateOffer", OSRTP_IN_REPLY, OSRTP_INVITE, 200, kNew, kSdp, kNo, Action::kLateOffer},
                    Row{"LateReoffer", OSRTP_IN_REPLY, OSRTP_INVITE, 200, kIn, kSdp, kNo, Action::kLateOffer},
                    Row{"UpdateAnswer", OSRTP_IN_REPLY, OSRTP_UPDATE, 200, kIn, kSdp, kSdp, Action::kAnswer},
                    Row{"PrackAnswer", OSRTP_IN_REPLY, OSRTP_PRACK, 200, kIn, kSdp, kSdp, Action::kAnswer},
                    Row{"PrackWithoutOffer", OSRTP_IN_REPLY, OSRTP_PRACK, 200, kIn, kSdp, kNo, Action::kNothing},
                    Row{"Refused", OSRTP_IN_REPLY, OSRTP_INVITE, 486, kNew, kNo, kSdp, Action::kDeleteBranch},
                    Row{"Redirected", OSRTP_IN_REPLY, OSRTP_INVITE, 302, kNew, kNo, kSdp, Action::kDeleteBranch},
                    Row{"RefusedWithSdp", OSRTP_IN_REPLY, OSRTP_INVITE, 488, kNew, kSdp, kSdp, Action::kDeleteBranch},
                    Row{"RefusedReinvite", OSRTP_IN_REPLY, OSRTP_INVITE, 488, kIn, kNo, kSdp, Action::kNothing},
                    Row{"RefusedUpdate", OSRTP_IN_REPLY, OSRTP_UPDATE, 491, kIn, kNo, kSdp, Action::kNothing},
                    Row{"RefusedBye", OSRTP_IN_REPLY, OSRTP_BYE, 481, kIn, kNo, kNo, Action::kNothing},
                    Row{"ByeReply", OSRTP_IN_REPLY, OSRTP_BYE, 200, kIn, kSdp, kNo, Action::kNothing}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Failures, Manage,
    testing::Values(Row{"Call", OSRTP_IN_FAILURE, OSRTP_INVITE, 0, kNew, kSdp, kNo, Action::kDeleteCall},
                    Row{"Reinvite", OSRTP_IN_FAILURE, OSRTP_INVITE, 0, kIn, kSdp, kNo, Action::kNothing},
                    Row{"Update", OSRTP_IN_FAILURE, OSRTP_UPDATE, 0, kIn, kSdp, kNo, Action::kNothing},
                    Row{"Branch", OSRTP_IN_BRANCH_FAILURE, OSRTP_INVITE, 0, kNew, kSdp, kNo, Action::kDeleteBranch},
                    Row{"BranchInDialog", OSRTP_IN_BRANCH_FAILURE, OSRTP_INVITE, 0, kIn, kSdp, kNo, Action::kNothing}),
    [](const auto& row) { return row.param.name; });

TEST(ManageVerbs, WhoSendsTheSdpTellsALateOneFromAnotherOne) {
  osrtp_message message{};
  message.sdp = {"v=0", 3};
  message.route = OSRTP_IN_BRANCH;
  EXPECT_EQ(action_for(OSRTP_OFFER, message), Action::kOffer);
  EXPECT_EQ(action_for(OSRTP_ANSWER, message), Action::kLateAnswer);
  message.route = OSRTP_IN_REPLY;
  EXPECT_EQ(action_for(OSRTP_OFFER, message), Action::kLateOffer);
  EXPECT_EQ(action_for(OSRTP_ANSWER, message), Action::kAnswer);
}

TEST(ManageVerbs, OfferAndAnswerNeedSdpAndDeleteDoesNot) {
  const osrtp_message message{};
  EXPECT_EQ(action_for(OSRTP_OFFER, message), Action::kNoSdp);
  EXPECT_EQ(action_for(OSRTP_ANSWER, message), Action::kNoSdp);
  EXPECT_EQ(action_for(OSRTP_DELETE, message), Action::kDeleteCall);
}

TEST(Manage, WithoutABranchNoneIsDeleted) {
  osrtp_message message = message_of({"", OSRTP_IN_REPLY, OSRTP_INVITE, 486, kNew, kNo, kSdp, Action::kNothing});
  message.branch = -1;
  EXPECT_EQ(action_for(OSRTP_MANAGE, message), Action::kNothing);
}

TEST(ManageCancel, ACancelThatComesTooLateEndsNothing) {
  osrtp_message message{};
  message.route = OSRTP_IN_REQUEST;
  message.method = OSRTP_CANCEL;
  message.too_late = 1;
  EXPECT_EQ(action_for(OSRTP_MANAGE, message), Action::kNothing);
}

}  // namespace
}  // namespace osrtp::module
