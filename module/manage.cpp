#include "module/manage.hpp"

namespace osrtp::module {

namespace {

bool has_sdp(const osrtp_message& message) { return message.sdp.data != nullptr; }

bool creates_call(const osrtp_message& message) { return message.method == OSRTP_INVITE && message.in_dialog == 0; }

Action manage_request(const osrtp_message& message) {
  switch (message.method) {
    case OSRTP_INVITE:
    case OSRTP_UPDATE:
      return has_sdp(message) ? Action::kOffer : Action::kNothing;
    case OSRTP_ACK:
      return has_sdp(message) ? Action::kLateAnswer : Action::kNothing;
    case OSRTP_PRACK:
      // Of a late offer this is the answer; else it is an offer of its own (RFC 3262 section 5).
      if (!has_sdp(message)) return Action::kNothing;
      return message.request_had_sdp != 0 ? Action::kOffer : Action::kLateAnswer;
    case OSRTP_BYE:
      return Action::kDeleteCall;
    case OSRTP_CANCEL:
      // A cancelled re-INVITE leaves the call as it was, and so does a CANCEL after the answer (RFC 3261 section 9.2).
      return message.in_dialog != 0 || message.too_late != 0 ? Action::kNothing : Action::kDeleteCall;
    case OSRTP_OTHER:
      break;
  }
  return Action::kNothing;
}

bool confirms(const osrtp_message& message) { return creates_call(message) && message.status >= 200; }

Action manage_reply(const osrtp_message& message) {
  // Whatever was refused within a call, the call goes on (RFC 3261 section 14.1).
  if (message.status >= 300)
    return creates_call(message) && message.branch >= 0 ? Action::kDeleteBranch : Action::kNothing;
  if (!has_sdp(message)) return confirms(message) ? Action::kConfirm : Action::kNothing;
  switch (message.method) {
    case OSRTP_INVITE:
      return message.request_had_sdp != 0 ? Action::kAnswer : Action::kLateOffer;
    case OSRTP_UPDATE:
    case OSRTP_PRACK:
      return message.request_had_sdp != 0 ? Action::kAnswer : Action::kNothing;
    case OSRTP_ACK:
    case OSRTP_BYE:
    case OSRTP_CANCEL:
    case OSRTP_OTHER:
      break;
  }
  return Action::kNothing;
}

Action manage(const osrtp_message& message) {
  switch (message.route) {
    case OSRTP_IN_REQUEST:
    case OSRTP_IN_BRANCH:
      return manage_request(message);
    case OSRTP_IN_REPLY:
      return manage_reply(message);
    case OSRTP_IN_FAILURE:
      return creates_call(message) ? Action::kDeleteCall : Action::kNothing;
    case OSRTP_IN_BRANCH_FAILURE:
      return creates_call(message) && message.branch >= 0 ? Action::kDeleteBranch : Action::kNothing;
  }
  return Action::kNothing;
}

}  // namespace

Action action_for(osrtp_verb verb, const osrtp_message& message) noexcept {
  const bool reply = message.route == OSRTP_IN_REPLY;
  switch (verb) {
    case OSRTP_MANAGE:
      return manage(message);
    case OSRTP_OFFER:
      if (!has_sdp(message)) return Action::kNoSdp;
      return reply ? Action::kLateOffer : Action::kOffer;
    case OSRTP_ANSWER:
      if (!has_sdp(message)) return Action::kNoSdp;
      return reply ? Action::kAnswer : Action::kLateAnswer;
    case OSRTP_DELETE:
      return Action::kDeleteCall;
    case OSRTP_QUERY:
      return Action::kQuery;
  }
  return Action::kNothing;
}

}  // namespace osrtp::module
