#include "module/sticky.hpp"

#include <algorithm>

#include "module/hold.hpp"

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

/// Every hold is a few instructions long; one that lasts was left behind.
constexpr int kMostLooks = 1'000'000;

template <class Duration>
std::uint64_t expiry(TimePoint now, Duration after) {
  return seconds_of(now + after);
}

}  // namespace

Sticky::Entry* Sticky::look_up(Bucket& bucket, std::uint64_t call, TimePoint now) {
  for (Entry& entry : bucket.entries) {
    if (entry.call == call && unpacked(entry.where).expiry > seconds_of(now)) return &entry;
  }
  return nullptr;
}

Sticky::Entry& Sticky::make_room(Bucket& bucket) {
  return *std::min_element(bucket.entries.begin(), bucket.entries.end(), [](const Entry& a, const Entry& b) {
    return unpacked(a.where).expiry < unpacked(b.where).expiry;
  });
}

std::uint64_t Sticky::hash(std::string_view call_id) const noexcept {
  return std::max<std::uint64_t>(siphash(call_id, key_), 1);
}

void Sticky::remember(std::string_view call_id, Place place, TimePoint now) noexcept {
  const std::uint64_t call = hash(call_id);
  Bucket& bucket = buckets_[call % kBuckets];
  const Hold hold(bucket.busy, kMostLooks);
  if (!hold) return;
  Entry* entry = look_up(bucket, call, now);
  if (entry != nullptr && !unpacked(entry->where).ended)
    place.policies = stricter(place.policies, unpacked(entry->where).place.policies);
  if (entry == nullptr) entry = &make_room(bucket);
  entry->call = call;
  entry->where = packed({expiry(now, kAge), false, place});
}

std::optional<Sticky::Place> Sticky::find(std::string_view call_id, TimePoint now) noexcept {
  const std::uint64_t call = hash(call_id);
  Bucket& bucket = buckets_[call % kBuckets];
  const Hold hold(bucket.busy, kMostLooks);
  Entry* entry = hold ? look_up(bucket, call, now) : nullptr;
  if (entry == nullptr) return std::nullopt;
  Where where = unpacked(entry->where);
  if (!where.ended) where.expiry = expiry(now, kAge);
  entry->where = packed(where);
  return where.place;
}

void Sticky::let_go(std::string_view call_id, TimePoint now) noexcept {
  const std::uint64_t call = hash(call_id);
  Bucket& bucket = buckets_[call % kBuckets];
  const Hold hold(bucket.busy, kMostLooks);
  Entry* entry = hold ? look_up(bucket, call, now) : nullptr;
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
