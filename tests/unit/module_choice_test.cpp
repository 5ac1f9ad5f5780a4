#include "module/choice.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace osrtp::module {
namespace {

using protocol::Leg;
using protocol::Policy;
using protocol::Reason;
using protocol::SecurityState;

FormSet set(std::initializer_list<Form> forms) {
  FormSet all;
  for (const Form form : forms) all.add(form);
  return all;
}

osrtp_message message() {
  osrtp_message invite{};
  invite.method = OSRTP_INVITE;
  invite.receiver_hop = OSRTP_HOP_ENCRYPTED;
  invite.peer_host = {"example.org", 11};
  invite.peer_port = 5061;
  return invite;
}

TEST(Notes, ComeBackAsTheyWereWritten) {
  const Note note{Form::kSecureDtls, set({Form::kOpportunistic, Form::kSecureDtls}), "carrier", "sip:192.0.2.1;lr",
                  "callee=prefer\npeer=carrier"};
  const std::string text = write_note(note);
  const auto read = read_note(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->form, note.form);
  EXPECT_EQ(read->tried, note.tried);
  EXPECT_EQ(read->peer, note.peer);
  EXPECT_EQ(read->next_hop_uri, note.next_hop_uri);
  EXPECT_EQ(read->options, note.options);
  const std::string pending = write_note({std::nullopt, {}, "", "", ""});
  ASSERT_TRUE(read_note(pending));
  EXPECT_FALSE(read_note(pending)->form);
}

TEST(Notes, OthersAreNone) {
  for (const char* text : {"", "1", "1 2", "1 2\n", "1 2\na\nb", "x 2\na\nb\nc", "5 2\na\nb\nc", "1 x\na\nb\nc",
                           "-1 2\na\nb\nc", "1 99999999999\na\nb\nc"})
    EXPECT_FALSE(read_note(text)) << text;
  EXPECT_TRUE(read_note("4 2\na\nb\nc"));
}

TEST(Peer, IsWhomTheScriptNamesElseWhomTheNoteElseWhereTheMessageGoes) {
  osrtp_message invite = message();
  const Note note{{}, {}, "noted", "", ""};
  Options named;
  named.peer = "named";
  EXPECT_EQ(peer_of(invite, note, named), "named");
  EXPECT_EQ(peer_of(invite, note, {}), "noted");
  EXPECT_EQ(peer_of(invite, std::nullopt, {}), "example.org:5061");
  invite.peer_port = 0;
  EXPECT_EQ(peer_of(invite, std::nullopt, {}), "example.org");
  EXPECT_EQ(peer_of({}, std::nullopt, {}), "");
}

std::string peer_at(const char* uri, const char* next_hop_uri = nullptr) {
  osrtp_message invite = message();
  invite.target = {uri, std::strlen(uri)};
  if (next_hop_uri != nullptr) invite.next_hop_uri = {next_hop_uri, std::strlen(next_hop_uri)};
  return peer_of(invite, std::nullopt, {});
}

TEST(Peer, IsOneUserNotAllThatAreReachedByHisHost) {
  EXPECT_EQ(peer_at("sip:bob@192.0.2.1:5060;transport=tcp"), "bob@192.0.2.1:5060");
  EXPECT_EQ(peer_at("sips:bob:secret@[2001:db8::1]?Subject=a"), "bob@[2001:db8::1]");
  EXPECT_EQ(peer_at("sip:+49301;phone-context=x@carrier.example", "sip:example.org:5061"),
            "+49301;phone-context=x@carrier.example>example.org:5061");
  EXPECT_EQ(peer_at("tel:+49301;ext=2", "sip:example.org:5061"), "+49301>example.org:5061");
  EXPECT_EQ(peer_at("sip:example.org:5061;lr"), "example.org:5061");
  EXPECT_EQ(peer_at("nothing"), "example.org:5061");
}

TEST(Choice, OfStrangersIsTheFirstFormAndTheScriptsOptions) {
  Options options;
  options.callee = Policy::kPrefer;
  const Choice choice = choose(message(), std::nullopt, options, {}, {});
  EXPECT_EQ(choice.form, Form::kSecureSdes);
  EXPECT_EQ(choice.tried, set({Form::kSecureSdes}));
  EXPECT_EQ(choice.options, options);
}

TEST(Choice, OfAKnownPeerIsWhatItTakes) {
  const Choice choice = choose(message(), std::nullopt, {}, {}, {set({Form::kOpportunistic}), {}});
  EXPECT_EQ(choice.form, Form::kSecureDtls);
  EXPECT_EQ(choice.options.callee, Policy::kPrefer);
}

TEST(Choice, AfterARefusalIsAnotherForm) {
  const Note note{std::nullopt, set({Form::kOpportunistic}), "", "", ""};
  const Choice choice = choose(message(), note, {}, {}, {});
  EXPECT_EQ(choice.form, Form::kSecureDtls);
  EXPECT_EQ(choice.tried, set({Form::kOpportunistic, Form::kSecureDtls}));
}

TEST(Choice, OfABranchThatIsOfferedTheCallAgainIsTheSame) {
  const Note note{Form::kSecureSdes, set({Form::kOpportunistic, Form::kSecureSdes}), "", "", ""};
  const Choice choice = choose(message(), note, {}, {}, {set({Form::kSecureSdes}), {}});
  EXPECT_EQ(choice.form, Form::kSecureSdes);
  EXPECT_EQ(choice.tried, note.tried);
  Options off;
  off.callee = Policy::kOff;
  EXPECT_EQ(choose(message(), note, off, {}, {}).form, Form::kPlain);
}

TEST(Choice, WithoutAnAllowedFormIsLeftToTheDaemon) {
  Options options;
  options.callee = Policy::kRequire;
  options.callee_keying = {"sdes"};
  osrtp_message invite = message();
  invite.receiver_hop = OSRTP_HOP_CLEAR;
  const Choice choice = choose(invite, std::nullopt, options, {}, {});
  EXPECT_FALSE(choice.form);
  EXPECT_EQ(choice.options, options);
}

Outcome answer(std::initializer_list<protocol::LegSecurity> lines) {
  Outcome outcome;
  outcome.security = lines;
  return outcome;
}

protocol::LegSecurity line(Leg leg, SecurityState state, std::optional<Reason> reason = std::nullopt) {
  protocol::LegSecurity security;
  security.leg = leg;
  security.state = state;
  security.reason = reason;
  return security;
}

TEST(Verdict, IsRefusedWhereEveryLineOfTheCalleesWasRejected) {
  const auto rejected = line(Leg::kCallee, SecurityState::kFailed, Reason::kMediaRejected);
  EXPECT_EQ(verdict_of(answer({line(Leg::kCaller, SecurityState::kPlain), rejected})), Verdict::kRefused);
  EXPECT_EQ(verdict_of(answer({rejected, line(Leg::kCallee, SecurityState::kNotRtp)})), Verdict::kRefused);
  EXPECT_EQ(verdict_of(answer({rejected, line(Leg::kCallee, SecurityState::kPlain)})), Verdict::kTaken);
}

TEST(Verdict, IsTakenWhereALineLives) {
  for (const auto state : {SecurityState::kPlain, SecurityState::kSrtpSdes, SecurityState::kSrtpDtls,
                           SecurityState::kPending, SecurityState::kZrtpPassthrough})
    EXPECT_EQ(verdict_of(answer({line(Leg::kCallee, state)})), Verdict::kTaken);
}

TEST(Verdict, IsNoneWhereSomethingElseWentWrong) {
  EXPECT_EQ(verdict_of({}), Verdict::kNone);
  EXPECT_EQ(verdict_of(answer({line(Leg::kCaller, SecurityState::kPlain)})), Verdict::kNone);
  EXPECT_EQ(verdict_of(answer({line(Leg::kCallee, SecurityState::kNotRtp)})), Verdict::kNone);
  EXPECT_EQ(verdict_of(answer({line(Leg::kCallee, SecurityState::kFailed, Reason::kPeerDeclined)})), Verdict::kNone);
}

}  // namespace
}  // namespace osrtp::module
