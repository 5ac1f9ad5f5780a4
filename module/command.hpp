#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "module/manage.hpp"
#include "module/options.hpp"
#include "module/osrtp_abi.h"
#include "module/outcome.hpp"
#include "module/policies.hpp"
#include "module/request.hpp"

namespace osrtp::module {

/// One thing to ask of a node, written down.
struct Command {
  Action action = Action::kNothing;
  std::string call_id;
  std::string dictionary;    // of the request
  bool starts_call = false;  // any node may take it
  std::string anew;    // the same as a new call, which another node may take if the call's is dead; empty: none may
  Policies policies;   // that an offer says
  int set = 0;         // of nodes
  int branch = -1;     // tm's
  std::string target;  // where the request goes, and the URI of its next hop
  std::string next_hop_uri;
  std::string options;     // as the script has them
  int form = -1;           // of the offer, or of the one that this is the final answer to; negative: none
  unsigned int tried = 0;  // forms that this peer has been offered the call in, this one among them, as bits of FormSet
  std::string peer;        // whom the offer is for

  friend bool operator==(const Command&, const Command&) = default;
};

/// The command for `action`, which is none of kNothing and kNoSdp. @return why it cannot be
[[nodiscard]] Result<Command, Outcome> command_for(Action action, const osrtp_message& message, const Options& options,
                                                   std::string_view words, const Defaults& defaults);

/// What ends the call that `command` has begun. @return nothing: it begins none
[[nodiscard]] std::optional<Command> undoing(const Command& command);

/// What `command` asks where it begins its call anew, whose offers have said `said`: never less than that. A leg that
/// has been off stays off, unless `command` says more: its peer need not know more. Of the others the stricter counts
/// of what was said then and what is said now, by the script or by the parameters.
/// @return empty: it may not, or what was said is not known
[[nodiscard]] std::string anew_for(const Command& command, const Policies& said);

/// What a dictionary that came back means for the command that asked for it.
[[nodiscard]] Outcome outcome_for(Action action, std::string_view dictionary);

/// Whether the same thing is asked for the same destination: then the answer to one is the other's. The script may
/// leave out the options where it asks again.
[[nodiscard]] bool answers(const Command& asked, Action action, const osrtp_message& message, std::string_view words);

}  // namespace osrtp::module
