#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "module/node_table.hpp"
#include "module/sticky.hpp"

namespace osrtp::module {

/// The end of a call that a node may have begun after its time was up.
struct Withdrawal {
  static constexpr std::chrono::seconds kAge{120};

  std::string call_id;
  Sticky::Place place;  // the node's: its number may be another's when the node is asked
  std::string frame;
  TimePoint since;
};

enum class WithdrawalStep : std::uint8_t {
  kWait,  // until the node answers
  kSend,
  kDrop,
};
/// @param node what has its number now
/// @param has_call whether the call is there after all
[[nodiscard]] WithdrawalStep step_of(const Withdrawal& withdrawal, const std::optional<NodeView>& node, bool has_call,
                                     TimePoint now);

}  // namespace osrtp::module
