#include "module/request.hpp"

#include <algorithm>

#include "module/slice.hpp"

namespace osrtp::module {

namespace {

std::string text(osrtp_slice slice) { return std::string(view(slice)); }

protocol::Signalling signalling(osrtp_hop hop) {
  switch (hop) {
    case OSRTP_HOP_ENCRYPTED:
    case OSRTP_HOP_ENCRYPTED_WEBSOCKET:
      return protocol::Signalling::kEncrypted;
    case OSRTP_HOP_CLEAR:
    case OSRTP_HOP_CLEAR_WEBSOCKET:
      return protocol::Signalling::kClear;
    case OSRTP_HOP_UNKNOWN:
      break;
  }
  return protocol::Signalling::kUnknown;
}

/// SIP over WebSocket is how browsers call; whoever else does says so with `callee-peer=sip`.
protocol::Peer peer(osrtp_hop hop) {
  const bool websocket = hop == OSRTP_HOP_ENCRYPTED_WEBSOCKET || hop == OSRTP_HOP_CLEAR_WEBSOCKET;
  return websocket ? protocol::Peer::kWebrtc : protocol::Peer::kSip;
}

std::string branch(const osrtp_message& message) {
  return message.in_dialog != 0 || message.branch < 0 ? std::string() : std::to_string(message.branch);
}

/// Whose hop is which. The first INVITE comes from the caller; who sends the others, Record-Route tells.
struct Hops {
  osrtp_hop caller = OSRTP_HOP_UNKNOWN;
  osrtp_hop callee = OSRTP_HOP_UNKNOWN;
};

/// Who sent the request, or the one that a reply is to.
std::optional<protocol::Leg> requester(const osrtp_message& message) {
  if (message.in_dialog == 0) return protocol::Leg::kCaller;
  const std::string caller = caller_tag_in(text(message.first_route));
  if (caller.empty()) return std::nullopt;
  if (caller == text(message.from_tag)) return protocol::Leg::kCaller;
  return caller == text(message.to_tag) ? std::optional(protocol::Leg::kCallee) : std::nullopt;
}

Hops hops(const osrtp_message& message) {
  const auto who = requester(message);
  if (!who) return {};
  const bool callers = *who == protocol::Leg::kCaller;
  return callers ? Hops{message.sender_hop, message.receiver_hop} : Hops{message.receiver_hop, message.sender_hop};
}

/// Whoever sent the offer says it, and a late one came in a reply.
void note_fallback(Action action, const osrtp_message& message, protocol::OsrtpOptions& part) {
  const auto who = requester(message);
  if (!is_offer(action) || message.plain_fallback == 0 || !who) return;
  const protocol::Leg offerer = action == Action::kLateOffer ? protocol::other(*who) : *who;
  (offerer == protocol::Leg::kCaller ? part.caller_fallback : part.callee_fallback) = true;
}

void note_peers(const Options& options, const Hops& hop, protocol::OsrtpOptions& part) {
  part.caller_peer = options.caller_peer.value_or(peer(hop.caller));
  part.callee_peer = options.callee_peer.value_or(peer(hop.callee));
  part.caller_shape = options.caller_shape;
  part.callee_shape = options.callee_shape;
}

void note_policies(const Defaults& defaults, protocol::OsrtpOptions& part) {
  if (!part.caller) part.caller = defaults.caller;
  if (!part.callee) part.callee = defaults.callee;
}

protocol::OsrtpOptions osrtp_part(Action action, const osrtp_message& message, const Options& options,
                                  const Defaults& defaults) {
  protocol::OsrtpOptions part;
  part.caller = options.caller;
  part.callee = options.callee;
  part.caller_keying = options.caller_keying;
  part.callee_keying = options.callee_keying;
  part.suites = options.suites;
  part.allow_sdes_over_clear = options.allow_sdes_over_clear || defaults.allow_sdes_over_clear;
  const Hops hop = hops(message);
  part.caller_signalling = signalling(hop.caller);
  part.callee_signalling = signalling(hop.callee);
  note_fallback(action, message, part);
  if (message.in_dialog != 0) return part;
  note_peers(options, hop, part);
  if (!is_offer(action)) return part;
  note_policies(defaults, part);
  if (action == Action::kLateOffer) part.offerer = protocol::Leg::kCallee;
  return part;
}

/// A peer has media where it has SIP; the SDP it gets is of that family, whatever the sender's is.
std::optional<std::string> address_family(osrtp_family family) {
  switch (family) {
    case OSRTP_FAMILY_IPV4:
      return "IP4";
    case OSRTP_FAMILY_IPV6:
      return "IP6";
    case OSRTP_FAMILY_UNKNOWN:
      break;
  }
  return std::nullopt;
}

template <class Command>
Command with_sdp(Action action, const osrtp_message& message, const Options& options, const Defaults& defaults) {
  const bool late = action == Action::kLateOffer || action == Action::kLateAnswer;
  Command command;
  command.call_id = text(message.call_id);
  command.from_tag = text(late ? message.to_tag : message.from_tag);
  command.to_tag = text(late ? message.from_tag : message.to_tag);
  command.via_branch = branch(message);
  command.sdp = text(message.sdp);
  command.sip_code = action == Action::kOffer ? 0 : message.status;
  if (message.received_from.data != nullptr) command.received_from = text(message.received_from);
  if (is_offer(action)) command.address_family = address_family(message.next_hop);
  if (is_offer(action) && options.interface_from && options.interface_to)
    command.direction = {*options.interface_from, *options.interface_to};
  command.osrtp = osrtp_part(action, message, options, defaults);
  return command;
}

/// A BYE ends one dialog, and after a fork that may be one that lost: its tags say which.
protocol::Delete deletion(const osrtp_message& message, std::string branch_name) {
  protocol::Delete command;
  command.call_id = text(message.call_id);
  command.from_tag = text(message.from_tag);
  if (message.method == OSRTP_BYE) command.to_tag = text(message.to_tag);
  command.via_branch = std::move(branch_name);
  return command;
}

}  // namespace

std::string caller_tag_in(std::string_view route) {
  constexpr std::string_view name = ";ftag=";
  const auto found = std::search(route.begin(), route.end(), name.begin(), name.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
  if (found == route.end()) return {};
  const std::string_view rest = route.substr(static_cast<std::size_t>(found - route.begin()) + name.size());
  return std::string(rest.substr(0, rest.find_first_of(";?>, \t\r\n")));
}

protocol::Request request_anew(const osrtp_message& message, const Options& options, const Defaults& defaults) {
  auto offer = with_sdp<protocol::Offer>(Action::kOffer, message, options, defaults);
  note_peers(options, hops(message), *offer.osrtp);
  note_policies(defaults, *offer.osrtp);
  if (requester(message) == protocol::Leg::kCallee) offer.osrtp->offerer = protocol::Leg::kCallee;
  return offer;
}

protocol::Request request_for(Action action, const osrtp_message& message, const Options& options,
                              const Defaults& defaults) {
  switch (action) {
    case Action::kOffer:
    case Action::kLateOffer:
      return with_sdp<protocol::Offer>(action, message, options, defaults);
    case Action::kAnswer:
    case Action::kLateAnswer:
    case Action::kConfirm:
      return with_sdp<protocol::Answer>(action, message, options, defaults);
    case Action::kDeleteBranch:
      return deletion(message, branch(message));
    case Action::kQuery:
      return protocol::Query{text(message.call_id), {}, {}};
    case Action::kDeleteCall:
    case Action::kNothing:
    case Action::kNoSdp:
      break;
  }
  return deletion(message, {});
}

}  // namespace osrtp::module
