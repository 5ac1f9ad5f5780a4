#include "module/node_table.hpp"

#include <algorithm>
#include <cstring>

#include "base/siphash.hpp"

namespace osrtp::module {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

std::int64_t ticks(TimePoint time) { return nanoseconds(time.time_since_epoch()).count(); }
TimePoint time_of(std::int64_t ticks) {
  return TimePoint(std::chrono::duration_cast<TimePoint::duration>(nanoseconds(ticks)));
}

seconds pause_after(std::uint32_t probes) {
  return std::min(NodeTable::kFirstPause * (1 << std::min(probes, 10U)), NodeTable::kLongestPause);
}

}  // namespace

std::optional<NodeView> NodeTable::view(std::size_t number) const {
  if (number >= kCapacity) return std::nullopt;
  const Slot& slot = slots_[number];
  NodeView view;
  view.number = number;
  view.generation = slot.generation.load();
  if (view.generation % 2 != 0 || !slot.used) return std::nullopt;
  std::array<std::uint64_t, kMostAddress / 8> words{};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = slot.address[i].load();
  view.set = slot.set;
  view.weight = slot.weight;
  view.admin = slot.admin;
  view.health = slot.health;
  view.health_since = time_of(slot.health_since);
  view.full_until = time_of(slot.full_until);
  // Another node's by now: as if it had been asked for a little later.
  if (slot.generation.load() != view.generation) return std::nullopt;
  std::array<char, kMostAddress> text{};
  std::memcpy(text.data(), words.data(), text.size());
  text.back() = '\0';
  view.address = text.data();
  view.identity = siphash(view.address);
  return view;
}

std::vector<NodeView> NodeTable::all() const {
  std::vector<NodeView> views;
  for (std::size_t i = 0; i < kCapacity; ++i) {
    if (auto one = view(i)) views.push_back(*std::move(one));
  }
  return views;
}

bool NodeTable::answered(std::size_t number) noexcept {
  return slots_[number].health.load() != Health::kAlive &&
         slots_[number].health.exchange(Health::kAlive) != Health::kAlive;
}

bool NodeTable::worsen(Slot& slot, Health health, TimePoint now, seconds pause) noexcept {
  Health before = slot.health;
  if (before >= health) return false;
  // Before it is due nobody probes it: what is written here counts from then on.
  slot.probe_due = ticks(now + pause);
  slot.probes = 0;
  slot.health_since = ticks(now);
  return slot.health.compare_exchange_strong(before, health);
}

bool NodeTable::silent(std::size_t number, TimePoint now) noexcept {
  return worsen(slots_[number], Health::kDead, now, seconds{0});
}

bool NodeTable::refused(std::size_t number, TimePoint now) noexcept {
  return worsen(slots_[number], Health::kRefusing, now, kFirstPause);
}

void NodeTable::full(std::size_t number, TimePoint until) noexcept { slots_[number].full_until = ticks(until); }

bool NodeTable::claim_probe(std::size_t number, TimePoint now) noexcept {
  Slot& slot = slots_[number];
  std::int64_t due = slot.probe_due;
  if (!slot.used || slot.health == Health::kAlive || due > ticks(now)) return false;
  if (!slot.probe_due.compare_exchange_strong(due, ticks(now + pause_after(slot.probes)))) return false;
  ++slot.probes;
  return true;
}

bool NodeTable::admit(std::size_t number, Admin admin) noexcept {
  if (number >= kCapacity || !slots_[number].used || slots_[number].admin == Admin::kLeaving) return false;
  slots_[number].admin = admin;
  return true;
}

}  // namespace osrtp::module
