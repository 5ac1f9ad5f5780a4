#include <algorithm>
#include <cstring>

#include "module/hold.hpp"
#include "module/node_table.hpp"

/// How one list of nodes takes the place of another while calls go on.
namespace osrtp::module {

namespace {

bool same_place(const Node& a, const Node& b) { return a.set == b.set && a.address == b.address; }

std::optional<std::string> listed_twice(const std::vector<Node>& nodes) {
  for (auto node = nodes.begin(); node != nodes.end(); ++node) {
    if (std::any_of(nodes.begin(), node, [&](const Node& other) { return same_place(*node, other); }))
      return node->address.to_string() + " is listed twice in set " + std::to_string(node->set);
  }
  return std::nullopt;
}

Admin admin_of(const Node& node, Admin before) {
  if (node.disabled) return Admin::kDisabled;
  return before == Admin::kDraining ? before : Admin::kEnabled;
}

bool contains(const std::vector<std::size_t>& numbers, std::size_t number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

}  // namespace

std::optional<std::size_t> NodeTable::find(const Node& node) const {
  const std::string address = node.address.to_string();
  for (const NodeView& one : all()) {
    if (one.set == node.set && one.address == address) return one.number;
  }
  return std::nullopt;
}

Result<std::vector<std::size_t>, std::string> NodeTable::places(
    const std::vector<Node>& nodes, const std::function<bool(const NodeView&)>& needed) const {
  std::vector<std::size_t> own;
  own.reserve(nodes.size());
  for (const Node& node : nodes) own.push_back(find(node).value_or(kCapacity));
  std::size_t next = 0;
  for (std::size_t& number : own) {
    if (number < kCapacity) continue;
    for (; next < kCapacity; ++next) {
      const auto there = view(next);
      // One that is listed until now leaves with this, and its calls are still there.
      if (!there || (there->admin == Admin::kLeaving && !contains(own, next) && !needed(*there))) break;
    }
    if (next == kCapacity) {
      return fail("there is room for " + std::to_string(kCapacity) +
                  " nodes, those included that have left and still have calls");
    }
    number = next++;
  }
  return own;
}

void NodeTable::write(Slot& slot, const Node& node) {
  std::array<char, kMostAddress> text{};
  node.address.to_string().copy(text.data(), text.size() - 1);
  std::array<std::uint64_t, kMostAddress / 8> words{};
  std::memcpy(words.data(), text.data(), text.size());
  ++slot.generation;
  for (std::size_t i = 0; i < words.size(); ++i) slot.address[i] = words[i];
  slot.set = node.set;
  slot.health = Health::kAlive;
  slot.full_until = 0;
  slot.admin = Admin::kEnabled;
  slot.used = true;
  ++slot.generation;
}

void NodeTable::place(Slot& slot, const Node& node, Change& change) {
  const auto there = find(node);
  const bool kept = there && &slots_[*there] == &slot;
  ++(kept && slot.admin != Admin::kLeaving ? change.kept : change.added);
  if (!kept) write(slot, node);
  slot.weight = node.weight;
  slot.admin = admin_of(node, slot.admin);
}

Result<NodeTable::Change, std::string> NodeTable::load(const std::vector<Node>& nodes,
                                                       const std::function<bool(const NodeView&)>& needed) {
  // Two reloads at once are two processes' of the RPC interface.
  const Hold only(loading_, 1);
  if (!only) return fail(std::string("another process is loading nodes"));
  if (auto problem = listed_twice(nodes)) return fail(*std::move(problem));
  const auto numbers = places(nodes, needed);
  if (!numbers) return fail(numbers.error());
  Change change;
  for (std::size_t i = 0; i < nodes.size(); ++i) place(slots_[(*numbers)[i]], nodes[i], change);
  for (std::size_t i = 0; i < kCapacity; ++i) {
    if (!slots_[i].used || contains(*numbers, i)) continue;
    slots_[i].admin = Admin::kLeaving;
    ++change.leaving;
  }
  return change;
}

}  // namespace osrtp::module
