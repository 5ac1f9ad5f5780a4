#include "module/peer_table.hpp"

#include <algorithm>
#include <type_traits>

#include "module/hold.hpp"

namespace osrtp::module {

static_assert(std::is_trivially_destructible_v<PeerTable>);

namespace {

/// Every hold is a few instructions long; who has waited through this many looks meets one that was left behind.
constexpr int kMostLooks = 10'000;

std::int64_t seconds_of(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::optional<Form> form_of(std::uint8_t taken) {
  return taken == 0 ? std::nullopt : std::optional(static_cast<Form>(taken - 1));
}

}  // namespace

std::uint64_t PeerTable::hash_of(std::string_view name) const noexcept {
  return std::max<std::uint64_t>(siphash(name, key_), 1);
}

PeerTable::Bucket& PeerTable::bucket_of(std::uint64_t hash) noexcept { return buckets_[hash % buckets_.size()]; }

PeerTable::Entry* PeerTable::look_up(Bucket& bucket, std::uint64_t hash, std::string_view name) noexcept {
  const std::string_view kept = name.substr(0, kNameSize);
  for (Entry& entry : bucket.entries) {
    if (entry.hash == hash && std::string_view(entry.name.data(), entry.name_size) == kept) return &entry;
  }
  return nullptr;
}

PeerTable::Entry& PeerTable::make_room(Bucket& bucket, std::uint64_t hash, std::string_view name) noexcept {
  if (Entry* known = look_up(bucket, hash, name)) return *known;
  Entry& room = *std::min_element(bucket.entries.begin(), bucket.entries.end(), [](const Entry& a, const Entry& b) {
    return a.hash == 0 || b.hash == 0 ? a.hash < b.hash : a.news < b.news;
  });
  const std::string_view kept = name.substr(0, kNameSize);
  room = Entry{hash, 0, 0, 0, 0, static_cast<std::uint8_t>(kept.size()), {}};
  std::copy(kept.begin(), kept.end(), room.name.begin());
  return room;
}

void PeerTable::forget_old(Entry& entry, std::int64_t now) const noexcept {
  if (entry.refused != 0 && now - entry.since >= memory_) entry.refused = 0;
  if (now - entry.news >= memory_) entry.taken = 0;
}

template <class Change>
void PeerTable::note(std::string_view name, TimePoint now, Change change) noexcept {
  if (memory_ <= 0 || name.empty()) return;
  const std::uint64_t hash = hash_of(name);
  Bucket& bucket = bucket_of(hash);
  const Hold hold(bucket.held, kMostLooks);
  if (!hold) return;
  Entry& entry = make_room(bucket, hash, name);
  entry.news = seconds_of(now);
  forget_old(entry, entry.news);
  change(entry);
}

Habits PeerTable::find(std::string_view name, TimePoint now) noexcept {
  if (memory_ <= 0 || name.empty()) return {};
  const std::uint64_t hash = hash_of(name);
  Bucket& bucket = bucket_of(hash);
  const Hold hold(bucket.held, kMostLooks);
  Entry* const entry = hold ? look_up(bucket, hash, name) : nullptr;
  if (entry == nullptr) return {};
  forget_old(*entry, seconds_of(now));
  return {FormSet(entry->refused), form_of(entry->taken)};
}

void PeerTable::refused(std::string_view name, FormSet forms, TimePoint now) noexcept {
  note(name, now, [&](Entry& entry) {
    const FormSet all = FormSet(entry.refused) | forms;
    // What has been refused before is no news: else a peer that is called often were never asked again.
    if (all != FormSet(entry.refused)) entry.since = entry.news;
    entry.refused = static_cast<std::uint8_t>(all.bits());
    if (const auto taken = form_of(entry.taken); taken && forms.has(*taken)) entry.taken = 0;
  });
}

void PeerTable::taken(std::string_view name, Form form, TimePoint now) noexcept {
  note(name, now, [&](Entry& entry) {
    FormSet left(entry.refused);
    left.remove(form);
    entry.refused = static_cast<std::uint8_t>(left.bits());
    entry.taken = static_cast<std::uint8_t>(static_cast<unsigned int>(form) + 1);
  });
}

std::vector<PeerTable::Peer> PeerTable::list(TimePoint now) {
  using std::chrono::seconds;
  const std::int64_t time = seconds_of(now);
  std::vector<Peer> found;
  for (Bucket& bucket : buckets_) {
    std::array<Entry, kWays> copy{};
    if (const Hold hold(bucket.held, kMostLooks); hold) copy = bucket.entries;
    for (Entry& entry : copy) {
      if (entry.hash == 0) continue;
      forget_old(entry, time);
      if (entry.refused == 0 && entry.taken == 0) continue;
      found.push_back({std::string(entry.name.data(), entry.name_size),
                       {FormSet(entry.refused), form_of(entry.taken)},
                       seconds{time - entry.news},
                       seconds{entry.refused == 0 ? 0 : memory_ - (time - entry.since)}});
    }
  }
  return found;
}

std::size_t PeerTable::clear() noexcept {
  std::size_t count = 0;
  for (Bucket& bucket : buckets_) {
    const Hold hold(bucket.held, kMostLooks);
    if (!hold) continue;
    count += static_cast<std::size_t>(std::count_if(bucket.entries.begin(), bucket.entries.end(),
                                                    [](const Entry& entry) { return entry.hash != 0; }));
    bucket.entries = {};
  }
  return count;
}

}  // namespace osrtp::module
