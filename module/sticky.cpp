#include "module/sticky.hpp"

#include <algorithm>

namespace osrtp::module {

namespace {

// Of an entry's 64 bits, from the highest: expiry in seconds of the steady clock (31), whether the call has ended (1),
// the policies (6), the node's generation (18), its number (8).
struct Where {
  std::uint64_t expiry;
  bool ended;
  Sticky::Place place;
};

std::uint64_t seconds_of(TimePoint time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

std::uint64_t packed(const Where& where) {
  return where.expiry << 33U | static_cast<std::uint64_t>(where.ended) << 32U |
         static_cast<std::uint64_t>(where.place.policies.bits()) << 26U |
         static_cast<std::uint64_t>(where.place.generation & Sticky::kGenerations) << 8U | (where.place.node & 0xffU);
}

Where unpacked(std::uint64_t bits) {
  return {bits >> 33U,
          (bits >> 32U & 1U) != 0,
          {static_cast<std::size_t>(bits & 0xffU), static_cast<std::uint32_t>(bits >> 8U) & Sticky::kGenerations,
           Policies::of(static_cast<std::uint8_t>(bits >> 26U & 0x3fU))}};
}

template <class Duration>
std::uint64_t expiry(TimePoint now, Duration after) {
  return seconds_of(now + after);
}

}  // namespace

/// Keeps other processes out of a bucket. One that died in there ends Kamailio with it; should it not, nobody waits.
class Sticky::Hold {
 public:
  explicit Hold(Bucket& bucket) : bucket_(bucket) {
    constexpr int patience = 1'000'000;
    for (int i = 0; i < patience && !held_; ++i) held_ = !bucket_.busy.test_and_set(std::memory_order_acquire);
  }
  ~Hold() {
    if (held_) bucket_.busy.clear(std::memory_order_release);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  [[nodiscard]] Entry* find(std::uint64_t call, TimePoint now) {
    if (!held_) return nullptr;
    for (Entry& entry : bucket_.entries) {
      if (entry.call == call && unpacked(entry.where).expiry > seconds_of(now)) return &entry;
    }
    return nullptr;
  }
  /// One that is free, or else the one that expires first.
  [[nodiscard]] Entry* make_room() {
    if (!held_) return nullptr;
    return &*std::min_element(bucket_.entries.begin(), bucket_.entries.end(), [](const Entry& a, const Entry& b) {
      return unpacked(a.where).expiry < unpacked(b.where).expiry;
    });
  }

 private:
  Bucket& bucket_;
  bool held_ = false;
};

std::uint64_t Sticky::hash(std::string_view call_id) const noexcept {
  return std::max<std::uint64_t>(siphash(call_id, key_), 1);
}

void Sticky::remember(std::string_view call_id, Place place, TimePoint now) noexcept {
  const std::uint64_t call = hash(call_id);
  Hold bucket(buckets_[call % kBuckets]);
  Entry* entry = bucket.find(call, now);
  if (entry != nullptr && !unpacked(entry->where).ended)
    place.policies = stricter(place.policies, unpacked(entry->where).place.policies);
  if (entry == nullptr) entry = bucket.make_room();
  if (entry == nullptr) return;
  entry->call = call;
  entry->where = packed({expiry(now, kAge), false, place});
}

std::optional<Sticky::Place> Sticky::find(std::string_view call_id, TimePoint now) noexcept {
  const std::uint64_t call = hash(call_id);
  Hold bucket(buckets_[call % kBuckets]);
  Entry* entry = bucket.find(call, now);
  if (entry == nullptr) return std::nullopt;
  Where where = unpacked(entry->where);
  if (!where.ended) where.expiry = expiry(now, kAge);
  entry->where = packed(where);
  return where.place;
}

void Sticky::let_go(std::string_view call_id, TimePoint now) noexcept {
  const std::uint64_t call = hash(call_id);
  Hold bucket(buckets_[call % kBuckets]);
  Entry* entry = bucket.find(call, now);
  if (entry == nullptr) return;
  const Where where = unpacked(entry->where);
  if (!where.ended) entry->where = packed({expiry(now, kLinger), true, where.place});
}

bool Sticky::needs(Place place, TimePoint now) const noexcept {
  // Without holding anything: whoever comes meanwhile comes to a node that is listed.
  for (const Bucket& bucket : buckets_) {
    for (const Entry& entry : bucket.entries) {
      const Where where = unpacked(entry.where);
      if (entry.call != 0 && where.expiry > seconds_of(now) && where.place.is(place.node, place.generation))
        return true;
    }
  }
  return false;
}

}  // namespace osrtp::module
