#include "module/request.hpp"

#include <gtest/gtest.h>

namespace osrtp::module {
namespace {

using protocol::Peer;
using protocol::Policy;
using protocol::Signalling;

constexpr osrtp_slice slice(std::string_view text) { return {text.data(), text.size()}; }

osrtp_message initial() {
  osrtp_message message{};
  message.route = OSRTP_IN_BRANCH;
  message.method = OSRTP_INVITE;
  message.branch = 2;
  message.call_id = slice("c@x");
  message.from_tag = slice("from");
  message.sdp = slice("v=0\r\n");
  message.received_from = slice("192.0.2.7");
  message.sender_hop = OSRTP_HOP_ENCRYPTED;
  message.receiver_hop = OSRTP_HOP_CLEAR;
  return message;
}

osrtp_message answer() {
  osrtp_message message = initial();
  message.route = OSRTP_IN_REPLY;
  message.status = 183;
  message.to_tag = slice("to");
  return message;
}

protocol::SdpRequest built(Action action, const osrtp_message& message, const Options& options = {},
                           const Defaults& defaults = {}) {
  const auto request = request_for(action, message, options, defaults);
  if (const auto* offer = std::get_if<protocol::Offer>(&request)) return *offer;
  return std::get<protocol::Answer>(request);
}

TEST(ModuleRequest, TheFirstOfferSaysAll) {
  const auto offer = built(Action::kOffer, initial(), {}, {Policy::kPrefer, Policy::kRequire, true});
  EXPECT_EQ(offer.call_id, "c@x");
  EXPECT_EQ(offer.from_tag, "from");
  EXPECT_EQ(offer.to_tag, "");
  EXPECT_EQ(offer.via_branch, "2");
  EXPECT_EQ(offer.sdp, "v=0\r\n");
  EXPECT_EQ(offer.received_from, "192.0.2.7");
  EXPECT_EQ(offer.osrtp->caller, Policy::kPrefer);
  EXPECT_EQ(offer.osrtp->callee, Policy::kRequire);
  EXPECT_TRUE(offer.osrtp->allow_sdes_over_clear);
  EXPECT_EQ(offer.osrtp->caller_signalling, Signalling::kEncrypted);
  EXPECT_EQ(offer.osrtp->callee_signalling, Signalling::kClear);
  EXPECT_EQ(offer.osrtp->offerer, std::nullopt);
}

TEST(ModuleRequest, WhatTheScriptSaysGoesBeforeTheDefaults) {
  Options options;
  options.callee = Policy::kOff;
  options.interface_from = "in";
  options.interface_to = "out";
  const auto offer = built(Action::kOffer, initial(), options, {Policy::kPrefer, Policy::kRequire, false});
  EXPECT_EQ(offer.osrtp->caller, Policy::kPrefer);
  EXPECT_EQ(offer.osrtp->callee, Policy::kOff);
  EXPECT_EQ(offer.direction, (std::vector<std::string>{"in", "out"}));
}

TEST(ModuleRequest, AnOfferNamesTheAddressFamilyOfItsNextHop) {
  osrtp_message message = initial();
  EXPECT_EQ(built(Action::kOffer, message).address_family, std::nullopt);
  message.next_hop = OSRTP_FAMILY_IPV4;
  EXPECT_EQ(built(Action::kOffer, message).address_family, "IP4");
  message.next_hop = OSRTP_FAMILY_IPV6;
  EXPECT_EQ(built(Action::kOffer, message).address_family, "IP6");
  EXPECT_EQ(built(Action::kLateOffer, message).address_family, "IP6");
}

TEST(ModuleRequest, AnAnswersAddressFamilyIsTheOffers) {
  osrtp_message message = answer();
  message.next_hop = OSRTP_FAMILY_IPV6;
  EXPECT_EQ(built(Action::kAnswer, message).address_family, std::nullopt);
  EXPECT_EQ(built(Action::kLateAnswer, message).address_family, std::nullopt);
}

TEST(ModuleRequest, DefaultsAreNotSaidAgain) {
  osrtp_message reinvite = initial();
  reinvite.in_dialog = 1;
  for (const auto& later : {built(Action::kOffer, reinvite), built(Action::kAnswer, answer())}) {
    EXPECT_EQ(later.osrtp->caller, std::nullopt);
    EXPECT_EQ(later.osrtp->callee, std::nullopt);
  }
}

TEST(ModuleRequest, WithinADialogNeitherPeersNorBranchesAreNamed) {
  osrtp_message reinvite = initial();
  reinvite.in_dialog = 1;
  reinvite.to_tag = slice("to");
  reinvite.receiver_hop = OSRTP_HOP_ENCRYPTED_WEBSOCKET;
  Options options;
  options.callee = Policy::kRequire;
  const auto offer = built(Action::kOffer, reinvite, options);
  EXPECT_EQ(offer.via_branch, "");
  EXPECT_EQ(offer.to_tag, "to");
  protocol::OsrtpOptions wanted;
  wanted.callee = Policy::kRequire;
  EXPECT_EQ(offer.osrtp, wanted);
}

osrtp_message in_dialog(std::string_view from, std::string_view to, std::string_view route) {
  osrtp_message message = initial();
  message.in_dialog = 1;
  message.from_tag = slice(from);
  message.to_tag = slice(to);
  message.first_route = slice(route);
  return message;
}

TEST(ModuleRequest, HopsOfADialogAreNamedWhoeverSendsIt) {
  constexpr std::string_view kRoute = "<sip:192.0.2.1;r2=on;lr;ftag=alice>,<sip:192.0.2.1;lr;ftag=alice>";
  const osrtp_message forth = in_dialog("alice", "bob", kRoute);
  const osrtp_message back = in_dialog("bob", "alice", kRoute);
  for (const Action action : {Action::kOffer, Action::kAnswer, Action::kLateAnswer}) {
    EXPECT_EQ(built(action, forth).osrtp->caller_signalling, Signalling::kEncrypted);
    EXPECT_EQ(built(action, forth).osrtp->callee_signalling, Signalling::kClear);
    EXPECT_EQ(built(action, back).osrtp->caller_signalling, Signalling::kClear);
    EXPECT_EQ(built(action, back).osrtp->callee_signalling, Signalling::kEncrypted);
  }
}

TEST(ModuleRequest, HopsOfADialogAreLeftOutWhereTheRouteDoesNotKnowTheCaller) {
  for (const std::string_view route : {"", "<sip:192.0.2.1;lr>", "<sip:192.0.2.1;lr;ftag=carol>", "<sip:x;ftag=>"}) {
    EXPECT_EQ(built(Action::kOffer, in_dialog("alice", "bob", route)).osrtp, protocol::OsrtpOptions{}) << route;
  }
}

TEST(ModuleRequest, WhoeverSendsAnOfferAndFallsBackIsNamed) {
  constexpr std::string_view kRoute = "<sip:192.0.2.1;lr;ftag=alice>";
  const auto said = [](Action action, osrtp_message message) {
    message.plain_fallback = 1;
    const protocol::OsrtpOptions osrtp = built(action, message).osrtp.value_or(protocol::OsrtpOptions{});
    return std::pair(osrtp.caller_fallback, osrtp.callee_fallback);
  };
  const std::pair caller(true, false);
  const std::pair callee(false, true);
  const std::pair nobody(false, false);
  EXPECT_EQ(said(Action::kOffer, initial()), caller);
  EXPECT_EQ(said(Action::kLateOffer, answer()), callee);
  EXPECT_EQ(said(Action::kOffer, in_dialog("alice", "bob", kRoute)), caller);
  EXPECT_EQ(said(Action::kOffer, in_dialog("bob", "alice", kRoute)), callee);
  EXPECT_EQ(said(Action::kLateOffer, in_dialog("alice", "bob", kRoute)), callee);
  EXPECT_EQ(said(Action::kLateOffer, in_dialog("bob", "alice", kRoute)), caller);
  EXPECT_EQ(said(Action::kOffer, in_dialog("alice", "bob", "<sip:192.0.2.1;lr>")), nobody);
  EXPECT_EQ(said(Action::kAnswer, answer()), nobody);
}

TEST(ModuleRequest, FindsTheCallersTagInARoute) {
  EXPECT_EQ(caller_tag_in("<sip:192.0.2.1;lr;ftag=as7-x.y>"), "as7-x.y");
  EXPECT_EQ(caller_tag_in("\"A\" <sip:192.0.2.1;FTag=Alice;lr>, <sip:192.0.2.2;ftag=other>"), "Alice");
  EXPECT_EQ(caller_tag_in("<sip:192.0.2.1;lr>;ftag=tag"), "tag");
  EXPECT_EQ(caller_tag_in("<sip:192.0.2.1;lr;xftag=tag>"), "");
  EXPECT_EQ(caller_tag_in("<sip:192.0.2.1;ftag"), "");
}

TEST(ModuleRequest, AWebSocketHopIsABrowsersAndAsEncryptedAsItsTransport) {
  osrtp_message message = initial();
  message.sender_hop = OSRTP_HOP_ENCRYPTED_WEBSOCKET;
  message.receiver_hop = OSRTP_HOP_CLEAR_WEBSOCKET;
  osrtp_message reply = answer();
  reply.sender_hop = message.sender_hop;
  reply.receiver_hop = message.receiver_hop;
  for (const auto& request : {built(Action::kOffer, message), built(Action::kAnswer, reply)}) {
    EXPECT_EQ(request.osrtp->caller_peer, Peer::kWebrtc);
    EXPECT_EQ(request.osrtp->callee_peer, Peer::kWebrtc);
    EXPECT_EQ(request.osrtp->caller_signalling, Signalling::kEncrypted);
    EXPECT_EQ(request.osrtp->callee_signalling, Signalling::kClear);
  }
}

TEST(ModuleRequest, OtherHopsArePhones) {
  for (const osrtp_hop hop : {OSRTP_HOP_UNKNOWN, OSRTP_HOP_ENCRYPTED, OSRTP_HOP_CLEAR}) {
    osrtp_message message = initial();
    message.sender_hop = message.receiver_hop = hop;
    const auto offer = built(Action::kOffer, message);
    EXPECT_EQ(offer.osrtp->caller_peer, Peer::kSip);
    EXPECT_EQ(offer.osrtp->callee_peer, Peer::kSip);
  }
}

TEST(ModuleRequest, TheScriptKnowsBetterWhoAPeerIs) {
  osrtp_message message = initial();
  message.sender_hop = OSRTP_HOP_CLEAR_WEBSOCKET;
  Options options;
  options.caller_peer = Peer::kSip;
  options.callee_peer = Peer::kWebrtc;
  const auto offer = built(Action::kOffer, message, options);
  EXPECT_EQ(offer.osrtp->caller_peer, Peer::kSip);
  EXPECT_EQ(offer.osrtp->callee_peer, Peer::kWebrtc);
}

TEST(ModuleRequest, TheShapeOfEachSidesOffersGoesAlong) {
  Options options;
  options.callee_shape = protocol::Shape::kTwoLines;
  const auto offer = built(Action::kOffer, initial(), options);
  EXPECT_EQ(offer.osrtp->caller_shape, protocol::Shape::kOneLine);
  EXPECT_EQ(offer.osrtp->callee_shape, protocol::Shape::kTwoLines);
}

TEST(ModuleRequest, KeyManagementsOfEachSideGoAlong) {
  Options options;
  options.caller_keying = {"sdes"};
  options.callee_keying = {"dtls"};
  const auto offer = built(Action::kOffer, initial(), options);
  EXPECT_EQ(offer.osrtp->caller_keying, std::vector<std::string>{"sdes"});
  EXPECT_EQ(offer.osrtp->callee_keying, std::vector<std::string>{"dtls"});
}

TEST(ModuleRequest, AnAnswerKeepsTheOfferersTagFirst) {
  const auto plain = built(Action::kAnswer, answer());
  EXPECT_EQ(plain.from_tag, "from");
  EXPECT_EQ(plain.to_tag, "to");
  EXPECT_EQ(plain.sip_code, 183);
  EXPECT_EQ(plain.via_branch, "2");
}

TEST(ModuleRequest, AConfirmationIsAnAnswerWithoutSdp) {
  osrtp_message message = answer();
  message.status = 200;
  message.sdp = {};
  const auto confirmation = built(Action::kConfirm, message);
  EXPECT_EQ(confirmation.sdp, "");
  EXPECT_EQ(confirmation.sip_code, 200);
  EXPECT_EQ(confirmation.to_tag, "to");
}

TEST(ModuleRequest, ALateOfferIsTheCallees) {
  const auto offer = built(Action::kLateOffer, answer());
  EXPECT_EQ(offer.from_tag, "to");
  EXPECT_EQ(offer.to_tag, "from");
  EXPECT_EQ(offer.sip_code, 183);
  EXPECT_EQ(offer.osrtp->offerer, protocol::Leg::kCallee);
  EXPECT_EQ(offer.osrtp->callee, Policy::kOpportunistic);
  osrtp_message ack = initial();
  ack.in_dialog = 1;
  ack.to_tag = slice("to");
  const auto late = built(Action::kLateAnswer, ack);
  EXPECT_EQ(late.from_tag, "to");
  EXPECT_EQ(late.to_tag, "from");
  EXPECT_EQ(late.osrtp, protocol::OsrtpOptions{});
}

TEST(ModuleRequest, TheDeletionOfAByeNamesItsDialog) {
  osrtp_message bye = initial();
  bye.method = OSRTP_BYE;
  bye.in_dialog = 1;
  bye.to_tag = slice("to");
  const auto deletion = std::get<protocol::Delete>(request_for(Action::kDeleteCall, bye, {}, {}));
  EXPECT_EQ(deletion.from_tag, "from");
  EXPECT_EQ(deletion.to_tag, "to");
  EXPECT_EQ(deletion.via_branch, "");
}

TEST(ModuleRequest, OtherDeletionsNameNoDialog) {
  for (const osrtp_method method : {OSRTP_INVITE, OSRTP_CANCEL}) {
    osrtp_message message = answer();
    message.method = method;
    const auto whole = std::get<protocol::Delete>(request_for(Action::kDeleteCall, message, {}, {}));
    EXPECT_EQ(whole.from_tag, "from");
    EXPECT_EQ(whole.to_tag, "");
    EXPECT_EQ(std::get<protocol::Delete>(request_for(Action::kDeleteBranch, message, {}, {})).to_tag, "");
  }
}

TEST(ModuleRequest, OnlyABranchsDeletionNamesTheBranch) {
  const auto whole = std::get<protocol::Delete>(request_for(Action::kDeleteCall, answer(), {}, {}));
  EXPECT_EQ(whole.call_id, "c@x");
  EXPECT_EQ(whole.from_tag, "from");
  EXPECT_EQ(whole.via_branch, "");
  const auto branch = std::get<protocol::Delete>(request_for(Action::kDeleteBranch, answer(), {}, {}));
  EXPECT_EQ(branch.via_branch, "2");
}

osrtp_message reinvite(std::string_view from, std::string_view to) {
  osrtp_message message = initial();
  message.in_dialog = 1;
  message.from_tag = slice(from);
  message.to_tag = slice(to);
  message.first_route = slice("<sip:proxy;lr;ftag=from>");
  return message;
}

protocol::Offer anew(const osrtp_message& message) {
  return std::get<protocol::Offer>(request_anew(message, {}, {Policy::kPrefer, Policy::kRequire}));
}

TEST(ModuleRequest, AReinviteThatBeginsItsCallAnewSaysAll) {
  const auto offer = anew(reinvite("from", "to"));
  EXPECT_EQ(offer.from_tag, "from");
  EXPECT_EQ(offer.to_tag, "to");
  EXPECT_EQ(offer.via_branch, "");
  EXPECT_EQ(offer.osrtp->caller, Policy::kPrefer);
  EXPECT_EQ(offer.osrtp->callee, Policy::kRequire);
  EXPECT_EQ(offer.osrtp->caller_signalling, Signalling::kEncrypted);
  EXPECT_EQ(offer.osrtp->offerer, std::nullopt);
}

TEST(ModuleRequest, ACalleesReinviteThatBeginsItsCallAnewLeavesTheCallerWhoItWas) {
  const auto offer = anew(reinvite("to", "from"));
  EXPECT_EQ(offer.from_tag, "to");
  EXPECT_EQ(offer.osrtp->offerer, protocol::Leg::kCallee);
  EXPECT_EQ(offer.osrtp->callee_signalling, Signalling::kEncrypted);
}

}  // namespace
}  // namespace osrtp::module
