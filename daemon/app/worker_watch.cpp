#include "app/worker_watch.hpp"

#include <algorithm>
#include <utility>

namespace osrtp::app {

std::optional<WorkerWatch::News> WorkerWatch::look(std::size_t worker, std::uint64_t turns) {
  Seen& seen = workers_.at(worker);
  if (std::exchange(seen.turns, turns) == turns) {
    ++seen.missed;
    if (seen.missed == kStalled) return News{Change::kStalled, kStalled * kInterval};
    if (seen.missed == kLost) return News{Change::kLost, kLost * kInterval};
    return std::nullopt;
  }
  const unsigned missed = std::exchange(seen.missed, 0);
  if (missed < kStalled) return std::nullopt;
  return News{Change::kBack, missed * kInterval};
}

std::size_t WorkerWatch::stalled() const { return missing(kStalled); }
bool WorkerWatch::has_lost_one() const { return missing(kLost) != 0; }

std::size_t WorkerWatch::missing(unsigned looks) const {
  const auto count =
      std::count_if(workers_.begin(), workers_.end(), [looks](const Seen& one) { return one.missed >= looks; });
  return static_cast<std::size_t>(count);
}

}  // namespace osrtp::app
