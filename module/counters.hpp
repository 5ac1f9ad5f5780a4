#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "module/manage.hpp"
#include "module/outcome.hpp"

/// What the module counts: one list, for Kamailio's statistics group `osrtp`.
namespace osrtp::module {

struct Counter {
  std::string name;  // letters and '_'
  std::string description;
};

/// All, in the order of the numbers that counted() gives.
[[nodiscard]] const std::vector<Counter>& counters();

/// What a command that has been asked adds one to: its kind, what came of it, and when a call has ended, the state that
/// each side had.
[[nodiscard]] std::vector<std::size_t> counted(Action action, const Outcome& outcome);

/// A refusal has been followed by another attempt.
[[nodiscard]] std::size_t counted_retry();

}  // namespace osrtp::module
