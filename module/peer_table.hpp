#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/siphash.hpp"
#include "base/time.hpp"
#include "module/attempts.hpp"

/// What peers have refused and taken, for all processes.
namespace osrtp::module {

/// Lies in memory that all processes share, which is zeroed before; holds no pointer and no handle. Time is an
/// argument, of a clock that all processes read alike.
///
/// A refusal is believed for as long as `memory` says, from the peer's last new one on; then the better form is tried
/// again. What is noted or read under somebody else's hand is left out after a while of waiting, so that a process that
/// dies there stops nobody: then a call begins as if nothing were known.
class PeerTable {
 public:
  static constexpr std::size_t kMostPeers = 4096;
  /// Octets of a name that are kept; longer ones are known by their hash as well.
  static constexpr std::size_t kNameSize = 63;

  struct Peer {
    std::string name;
    Habits habits;
    std::chrono::seconds age;   // of the last news
    std::chrono::seconds left;  // until the refusals are forgotten; 0: there are none
  };

  /// Under a key of this table's own, so that nobody can choose names that meet. Once, before it is shared.
  void set_key(SipKey key) noexcept { key_ = key; }
  /// @param memory 0: nothing is remembered
  void set_memory(std::chrono::seconds memory) noexcept { memory_ = memory.count(); }

  [[nodiscard]] Habits find(std::string_view name, TimePoint now) noexcept;
  /// A form that was taken before is not any more.
  void refused(std::string_view name, FormSet forms, TimePoint now) noexcept;
  /// A form that was refused before is taken again.
  void taken(std::string_view name, Form form, TimePoint now) noexcept;
  /// Those that anything is known of, in no order.
  [[nodiscard]] std::vector<Peer> list(TimePoint now);
  /// @return how many were known
  std::size_t clear() noexcept;

 private:
  struct Entry {
    std::uint64_t hash;  // 0: free
    std::int64_t news;   // when it was last written, in seconds of the clock
    std::int64_t since;  // when a form was last refused that had not been before
    std::uint8_t refused;
    std::uint8_t taken;  // a form's number and one; 0: none
    std::uint8_t name_size;
    std::array<char, kNameSize> name;
  };

  static constexpr std::size_t kWays = 4;
  struct Bucket {
    std::atomic<bool> held;
    std::array<Entry, kWays> entries;
  };

  [[nodiscard]] Bucket& bucket_of(std::uint64_t hash) noexcept;
  [[nodiscard]] static Entry* look_up(Bucket& bucket, std::uint64_t hash, std::string_view name) noexcept;
  /// Its own, or a free one, or the one that has had no news for longest.
  [[nodiscard]] static Entry& make_room(Bucket& bucket, std::uint64_t hash, std::string_view name) noexcept;
  template <class Change>
  void note(std::string_view name, TimePoint now, Change change) noexcept;
  void forget_old(Entry& entry, std::int64_t now) const noexcept;

  [[nodiscard]] std::uint64_t hash_of(std::string_view name) const noexcept;

  SipKey key_;
  std::int64_t memory_;  // seconds
  std::array<Bucket, kMostPeers / kWays> buckets_;
};

}  // namespace osrtp::module
