#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "module/node_table.hpp"

/// Which nodes a command may be put to, and in which order. Pure.
namespace osrtp::module {

/// What a command is, as far as nodes go.
struct Journey {
  std::uint64_t call = 0;                 // a hash of its Call-ID, the same on all machines
  int set = 0;                            // of nodes
  bool starts_call = false;               // any node may take it
  bool may_restart = false;               // if the call's node is dead, another may take it as a new call
  std::optional<std::size_t> has_call{};  // the node that is known to have it
};

struct Itinerary {
  std::vector<std::size_t> nodes;  // best first; empty: nobody can be asked
  /// The first of these has the call: nobody else is asked because it has no room.
  bool first_has_call = false;
  /// From here on it is put as a new call; as many as there are nodes: nowhere.
  std::size_t anew_from = 0;
  /// Of a call that some node has, or had: where that one is dead, this is why it fails.
  bool needs_call = false;

  friend bool operator==(const Itinerary&, const Itinerary&) = default;
};

/// A call that begins goes to the first by rendezvous hashing of its set's enabled nodes. Those that have just been
/// full come last, after them those where nobody listens; the dead are left out. What belongs to a call goes to its
/// node, and where that is not known to the node that would have been the first, if it is listed.
[[nodiscard]] Itinerary itinerary_for(const Journey& journey, const std::vector<NodeView>& nodes, TimePoint now);

}  // namespace osrtp::module
