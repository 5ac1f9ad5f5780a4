#include "module/command.hpp"

#include <algorithm>
#include <utility>

#include "module/slice.hpp"
#include "protocol/codec.hpp"

namespace osrtp::module {

namespace {

protocol::Command asks(Action action) {
  switch (action) {
    case Action::kOffer:
    case Action::kLateOffer:
      return protocol::Command::kOffer;
    case Action::kAnswer:
    case Action::kLateAnswer:
    case Action::kConfirm:
      return protocol::Command::kAnswer;
    case Action::kQuery:
      return protocol::Command::kQuery;
    case Action::kDeleteCall:
    case Action::kDeleteBranch:
    case Action::kNothing:
    case Action::kNoSdp:
      break;
  }
  return protocol::Command::kDelete;
}

bool may_restart(Action action, const osrtp_message& message, const Defaults& defaults) {
  return defaults.restart_on_dead_node && action == Action::kOffer && message.method == OSRTP_INVITE &&
         message.in_dialog != 0;
}

Policies policies_of(const protocol::Request& request) {
  const auto* offer = std::get_if<protocol::Offer>(&request);
  return offer == nullptr || !offer->osrtp ? Policies{} : Policies{offer->osrtp->caller, offer->osrtp->callee};
}

/// @param said of this leg before
/// @param by_script now
/// @param now by the script or the parameters
std::optional<protocol::Policy> policy_anew(protocol::Policy said, std::optional<protocol::Policy> by_script,
                                            std::optional<protocol::Policy> now) {
  if (said == protocol::Policy::kOff) return by_script.value_or(said);
  return std::max(std::optional(said), now);
}

}  // namespace

Result<Command, Outcome> command_for(Action action, const osrtp_message& message, const Options& options,
                                     std::string_view words, const Defaults& defaults) {
  const protocol::Request request = request_for(action, message, options, defaults);
  auto dictionary = protocol::encode_request(request);
  if (!dictionary)
    return fail(failure(OSRTP_FAILED, "unsendable", "the message's " + dictionary.error().key + " is not UTF-8 text"));
  Command command;
  command.action = action;
  command.call_id = view(message.call_id);
  command.dictionary = *std::move(dictionary);
  command.policies = policies_of(request);
  command.starts_call = is_offer(action) && message.in_dialog == 0;
  command.set = std::max(message.set, 0);
  if (may_restart(action, message, defaults)) {
    auto anew = protocol::encode_request(request_anew(message, options, defaults));
    if (anew) command.anew = *std::move(anew);
  }
  command.branch = message.branch;
  command.target = view(message.target);
  command.next_hop_uri = view(message.next_hop_uri);
  command.options = words;
  return command;
}

std::optional<Command> undoing(const Command& command) {
  if (!command.starts_call) return std::nullopt;
  const auto request = protocol::decode_request(command.dictionary);
  if (!request) return std::nullopt;
  const auto* offer = std::get_if<protocol::Offer>(&request->request);
  if (offer == nullptr) return std::nullopt;
  auto dictionary = protocol::encode_request(protocol::Delete{offer->call_id, offer->from_tag, {}, {}, {}, 0});
  if (!dictionary) return std::nullopt;
  Command ending;
  ending.action = Action::kDeleteCall;
  ending.call_id = command.call_id;
  ending.dictionary = *std::move(dictionary);
  ending.set = command.set;
  return ending;
}

std::string anew_for(const Command& command, const Policies& said) {
  if (command.anew.empty() || !said.caller || !said.callee) return {};
  auto request = protocol::decode_request(command.anew);
  auto* offer = request ? std::get_if<protocol::Offer>(&request->request) : nullptr;
  if (offer == nullptr || !offer->osrtp) return {};
  offer->osrtp->caller = policy_anew(*said.caller, command.policies.caller, offer->osrtp->caller);
  offer->osrtp->callee = policy_anew(*said.callee, command.policies.callee, offer->osrtp->callee);
  auto dictionary = protocol::encode_request(request->request);
  return dictionary ? *std::move(dictionary) : std::string();
}

Outcome outcome_for(Action action, std::string_view dictionary) {
  auto reply = protocol::decode_reply(dictionary, asks(action));
  if (!reply) return failure(OSRTP_FAILED, "bad-reply", reply.error().reason);
  Outcome outcome = outcome_of(*std::move(reply));
  const bool needs_sdp =
      asks(action) == protocol::Command::kOffer || action == Action::kAnswer || action == Action::kLateAnswer;
  if (needs_sdp && outcome.code == OSRTP_DONE && outcome.sdp.empty())
    return failure(OSRTP_FAILED, "bad-reply", "no SDP in the reply");
  return outcome;
}

bool answers(const Command& asked, Action action, const osrtp_message& message, std::string_view words) {
  // Within a dialog there is one destination, whatever number tm gives it.
  const bool same_branch = asked.branch < 0 || asked.branch == message.branch;
  return asked.action == action && same_branch && asked.call_id == view(message.call_id) &&
         asked.target == view(message.target) && asked.next_hop_uri == view(message.next_hop_uri) &&
         (words.empty() || words == asked.options);
}

}  // namespace osrtp::module
