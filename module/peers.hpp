#pragma once

#include <span>

#include "module/choice.hpp"
#include "module/command.hpp"
#include "module/peer_table.hpp"

/// What this process does with what all processes remember of peers.
namespace osrtp::module {

/// What a message asks of a node. The first offer of a call is in the form that its destination is thought to take.
[[nodiscard]] Result<Command, Outcome> command_for_peer(Action action, const osrtp_message& message,
                                                        std::string_view words);

/// What is to be kept with the branches that these offers are for, from now on.
void note_offers(std::span<const Command> commands, std::span<const Outcome> outcomes);

/// Remembers what an answer tells of the peer.
void learn(const Command& command, const Outcome& outcome);

}  // namespace osrtp::module
