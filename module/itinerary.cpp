#include "module/itinerary.hpp"

#include <algorithm>

#include "module/rendezvous.hpp"

namespace osrtp::module {

namespace {

const NodeView* numbered(const std::vector<NodeView>& nodes, std::size_t number) {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const NodeView& node) { return node.number == number; });
  return found == nodes.end() ? nullptr : &*found;
}

template <class Predicate>
std::vector<std::size_t> ranked(const Journey& journey, const std::vector<NodeView>& nodes, Predicate may) {
  std::vector<Candidate> candidates;
  for (const NodeView& node : nodes) {
    if (node.set == journey.set && may(node)) candidates.push_back({node.number, node.identity, node.weight});
  }
  return rendezvous(journey.call, candidates);
}

// How late in the list a node comes.
int reluctance(const NodeView& node, TimePoint now) {
  if (node.health == Health::kRefusing) return 2;
  return node.full_until > now ? 1 : 0;
}

std::vector<std::size_t> takers(const Journey& journey, const std::vector<NodeView>& nodes, TimePoint now) {
  auto numbers = ranked(journey, nodes, [](const NodeView& node) {
    return node.admin == Admin::kEnabled && node.health != Health::kDead;
  });
  std::stable_sort(numbers.begin(), numbers.end(), [&](std::size_t a, std::size_t b) {
    return reluctance(*numbered(nodes, a), now) < reluctance(*numbered(nodes, b), now);
  });
  return numbers;
}

std::optional<std::size_t> probable(const Journey& journey, const std::vector<NodeView>& nodes) {
  const auto numbers = ranked(journey, nodes, [](const NodeView& node) {
    return node.admin == Admin::kEnabled || node.admin == Admin::kDraining;
  });
  return numbers.empty() ? std::nullopt : std::optional(numbers.front());
}

/// The node that the call is at, if it can be asked, and then all others.
void put_first(std::size_t number, std::vector<std::size_t>& numbers) {
  numbers.erase(std::remove(numbers.begin(), numbers.end(), number), numbers.end());
  numbers.insert(numbers.begin(), number);
}

}  // namespace

Itinerary itinerary_for(const Journey& journey, const std::vector<NodeView>& nodes, TimePoint now) {
  Itinerary result;
  result.needs_call = !journey.starts_call;
  if (journey.starts_call || journey.may_restart) result.nodes = takers(journey, nodes, now);
  const auto own = journey.has_call || journey.starts_call ? journey.has_call : probable(journey, nodes);
  const NodeView* node = own ? numbered(nodes, *own) : nullptr;
  if (node != nullptr && node->health != Health::kDead) {
    put_first(*own, result.nodes);
    result.first_has_call = true;
  } else if (node != nullptr) {
    result.nodes.erase(std::remove(result.nodes.begin(), result.nodes.end(), *own), result.nodes.end());
  }
  result.anew_from = result.nodes.size();
  if (result.needs_call) result.anew_from = result.first_has_call ? 1 : 0;
  return result;
}

}  // namespace osrtp::module
