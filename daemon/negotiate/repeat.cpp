#include "negotiate/repeat.hpp"

#include <algorithm>
#include <iterator>

namespace osrtp::negotiate {

OfferPlan repeat(const Terms& terms, const OfferPlan& plan, const std::optional<Running>& running) {
  const bool keyed = plan.sdes || plan.dtls;
  if (!running || !keyed || !protocol::is_secure(running->profile)) return plan;
  if (!running->suite) return terms.dtls ? OfferPlan{running->profile, false, true, {}} : plan;
  const bool sdes = speaks_sdes(terms) && !clear_hop_forbids_sdes(terms);
  return sdes ? OfferPlan{running->profile, true, false, {}} : plan;
}

std::vector<OwnLine> lines_to_offer(const Terms& terms, const std::optional<Running>& running,
                                    std::span<const OwnLine> answered) {
  std::vector<OwnLine> lines;
  for (const Suite suite : terms.offered) lines.push_back({static_cast<std::uint32_t>(lines.size() + 1), suite});
  if (!running || !running->suite) return lines;
  const Suite runs = *running->suite;
  const auto is_running = [&](const OwnLine& line) { return line.suite == runs; };
  if (std::any_of(answered.begin(), answered.end(), is_running)) return {answered.begin(), answered.end()};
  auto first = std::find_if(lines.begin(), lines.end(), is_running);
  if (first == lines.end()) {
    const auto& accepted = terms.accepted;
    if (std::find(accepted.begin(), accepted.end(), runs) == accepted.end()) return lines;
    first = lines.insert(lines.end(), {static_cast<std::uint32_t>(lines.size() + 1), runs});
  }
  std::rotate(lines.begin(), first, std::next(first));
  return lines;
}

}  // namespace osrtp::negotiate
