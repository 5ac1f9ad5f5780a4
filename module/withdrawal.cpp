#include "module/withdrawal.hpp"

namespace osrtp::module {

WithdrawalStep step_of(const Withdrawal& withdrawal, const std::optional<NodeView>& node, bool has_call,
                       TimePoint now) {
  const bool is_there = node && withdrawal.place.is(node->number, node->generation);
  if (!is_there || has_call || now - withdrawal.since > Withdrawal::kAge) return WithdrawalStep::kDrop;
  return node->health == Health::kAlive ? WithdrawalStep::kSend : WithdrawalStep::kWait;
}

}  // namespace osrtp::module
