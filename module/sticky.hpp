#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/siphash.hpp"
#include "base/time.hpp"
#include "module/policies.hpp"

namespace osrtp::module {

/// Which node each call went to, in memory that all processes share. A call that is not in it has been forgotten: the
/// oldest of a full bucket, or one that nobody has asked about for kAge. Rendezvous hashing then still finds its
/// node, unless nodes came or went meanwhile. Lives in zeroed memory too.
class Sticky {
 public:
  static constexpr std::size_t kBuckets = 1U << 14U;
  static constexpr std::size_t kWays = 8;  // calls in a bucket: 131,072 in all
  static constexpr std::chrono::hours kAge{24};
  /// What an ended call may still have on its way: repeated messages, and forks that lost.
  static constexpr std::chrono::seconds kLinger{64};

  struct Place {
    std::size_t node = 0;          // less than 256
    std::uint32_t generation = 0;  // of the node's; its lower 18 bits are kept
    Policies policies{};           // that the call's offers have said

    [[nodiscard]] bool is(std::size_t number, std::uint32_t its_generation) const noexcept {
      return node == number && (generation & kGenerations) == (its_generation & kGenerations);
    }
  };
  static constexpr std::uint32_t kGenerations = 0x3'ffff;

  /// Under a key of this table's own, so that nobody can choose Call-IDs that meet. Once, before it is shared.
  void set_key(SipKey key) noexcept { key_ = key; }

  /// Never 0.
  [[nodiscard]] std::uint64_t hash(std::string_view call_id) const noexcept;

  /// Of a call that goes on, or was forked, the strictest policies are kept.
  void remember(std::string_view call_id, Place place, TimePoint now) noexcept;
  /// And begins its age anew, unless the call has ended.
  [[nodiscard]] std::optional<Place> find(std::string_view call_id, TimePoint now) noexcept;
  /// The call has ended: it is forgotten after kLinger.
  void let_go(std::string_view call_id, TimePoint now) noexcept;
  /// Whether any call is at a node.
  [[nodiscard]] bool needs(Place place, TimePoint now) const noexcept;

 private:
  struct Entry {
    std::atomic<std::uint64_t> call;   // a hash, never 0; 0: free
    std::atomic<std::uint64_t> where;  // see sticky.cpp
  };
  struct Bucket {
    std::atomic<bool> busy;  // for a few instructions
    std::array<Entry, kWays> entries;
  };

  [[nodiscard]] static Entry* look_up(Bucket& bucket, std::uint64_t call, TimePoint now);
  /// One that is free, or else the one that expires first.
  [[nodiscard]] static Entry& make_room(Bucket& bucket);

  SipKey key_;
  std::array<Bucket, kBuckets> buckets_;
};

}  // namespace osrtp::module
