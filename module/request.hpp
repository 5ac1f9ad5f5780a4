#pragma once

#include <string>
#include <string_view>

#include "module/manage.hpp"
#include "module/options.hpp"
#include "protocol/message.hpp"

/// From a SIP message to the request that goes to the daemon. Pure.
namespace osrtp::module {

/// What the module's parameters say where the script says nothing.
struct Defaults {
  protocol::Policy caller = protocol::Policy::kOpportunistic;
  protocol::Policy callee = protocol::Policy::kOpportunistic;
  bool allow_sdes_over_clear = false;
  bool restart_on_dead_node = false;  // a re-INVITE may begin its call anew where its node is dead
};

/// The tag of the caller's From, which Kamailio's Record-Route has as `ftag` and every later request of the dialog
/// brings back in its Route. @return empty: there is none
[[nodiscard]] std::string caller_tag_in(std::string_view route);

/// The request for `action`, which is none of kNothing and kNoSdp.
/// An offer names the address family of its next hop, where that is known.
///
/// The default policies go with the call's first offer only: said again in a dialog they could
/// raise what the script has set lower (`callee=off`). A branch is named only while the call is
/// being set up, and so is what a peer is; in a dialog the tags say all, and tm numbers from 0 again. How a hop's
/// signalling travels is said always: a phone may come by another transport than before. In a dialog either side may be
/// the sender, and without the caller's tag in its Route nothing is said. The deletion of a BYE has both tags, in the
/// BYE's order, and ends the call only if they are those of the dialog that has it; that of a CANCEL or a failure ends
/// whatever its branch names.
[[nodiscard]] protocol::Request request_for(Action action, const osrtp_message& message, const Options& options,
                                            const Defaults& defaults);

/// The offer of a re-INVITE for a node that does not know its call: the default policies go with it, and who was the
/// caller remains so.
[[nodiscard]] protocol::Request request_anew(const osrtp_message& message, const Options& options,
                                             const Defaults& defaults);

}  // namespace osrtp::module
