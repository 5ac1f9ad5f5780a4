#include "call/call.hpp"

// How what a call sends is marked for the network. The rest of Call is in call.cpp.
namespace osrtp::call {

/// As NG has it: an octet is for all that the call sends, to both sides; a negative number leaves it as it is; anything
/// else, and a request that does not speak of it, is for the interfaces to say.
void Call::mark(const std::optional<int>& tos) {
  const auto before = traffic_class_;
  const bool stays = tos && *tos < 0;
  if (!stays) traffic_class_ = tos ? TrafficClass::from(*tos) : std::nullopt;
  if (!before && !traffic_class_) return;  // ports are opened as their interface has it
  const auto mark_party = [&](const Party& party) {
    for (const LegMedia& media : party.media) {
      if (media.ports) around_.plane.mark(*media.ports, traffic_class_);
    }
  };
  mark_party(caller_);
  for (const auto& branch : branches_) mark_party(branch->party);
}

}  // namespace osrtp::call
