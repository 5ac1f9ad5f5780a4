#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "module/node_text.hpp"

namespace osrtp::module {

/// Whether a node may be given calls.
enum class Admin : std::uint8_t {
  kEnabled,
  kDraining,  // no new ones; said by RPC
  kDisabled,  // no new ones; the table of nodes says so
  kLeaving,   // the same: it is listed no more, and some call may still need it
};
inline constexpr std::array<std::string_view, 4> kAdminNames{"enabled", "draining", "disabled", "leaving"};

/// What is known of it from those who have asked it.
enum class Health : std::uint8_t {
  kAlive,
  kRefusing,  // nobody listens there, which costs nothing to find out: it is asked last
  kDead,      // it has let a command's time pass: not asked before it has answered a probe
};
inline constexpr std::array<std::string_view, 3> kHealthNames{"alive", "refusing", "dead"};

/// A node as it was at one moment.
struct NodeView {
  std::size_t number = 0;
  std::uint32_t generation = 0;  // another one: `number` is another node by now
  std::string address;
  std::uint64_t identity = 0;  // a hash of its address
  int set = 0;
  unsigned int weight = 1;
  Admin admin = Admin::kEnabled;
  Health health = Health::kAlive;
  TimePoint health_since{};  // unless alive
  TimePoint full_until{};    // it has refused a call for want of room, or because it drains
};

/// All nodes, in memory that all processes share: no pointers, and no locks but for a flag that keeps two reloads
/// apart and is held by nobody else. Lives in zeroed memory too.
class NodeTable {
 public:
  static constexpr std::size_t kCapacity = 64;
  static constexpr std::size_t kMostAddress = 128;  // octets, with a zero behind it
  static constexpr std::chrono::seconds kFirstPause{1};
  static constexpr std::chrono::seconds kLongestPause{30};

  /// Which node a number stands for, if it still does.
  [[nodiscard]] std::optional<NodeView> view(std::size_t number) const;
  [[nodiscard]] std::vector<NodeView> all() const;

  /// The node has answered. @return whether that is news
  bool answered(std::size_t number) noexcept;
  /// It has let its time pass; a probe is due at once. @return whether that is news
  bool silent(std::size_t number, TimePoint now) noexcept;
  /// Nobody listens there; a probe is due after kFirstPause. @return whether that is news
  bool refused(std::size_t number, TimePoint now) noexcept;
  void full(std::size_t number, TimePoint until) noexcept;

  /// Of all processes one is told to probe a node that is due, and the next time is then kFirstPause away, twice that,
  /// and so on to kLongestPause.
  [[nodiscard]] bool claim_probe(std::size_t number, TimePoint now) noexcept;

  struct Change {
    std::size_t added = 0;
    std::size_t kept = 0;
    std::size_t leaving = 0;
  };
  /// Makes `nodes` the nodes. One that is kept keeps its number, its health, and that it drains.
  /// @param needed whether some call may still need a node that left before; its number is not given to another then
  /// @return why nothing has changed
  Result<Change, std::string> load(const std::vector<Node>& nodes, const std::function<bool(const NodeView&)>& needed);
  /// @return whether there is such a node, and it is still listed
  bool admit(std::size_t number, Admin admin) noexcept;

 private:
  struct Slot {
    std::atomic<std::uint32_t> generation;  // odd: being written
    std::atomic<bool> used;
    std::atomic<Admin> admin;
    std::atomic<Health> health;
    std::atomic<int> set;
    std::atomic<unsigned int> weight;
    std::array<std::atomic<std::uint64_t>, kMostAddress / 8> address;
    std::atomic<std::int64_t> health_since;  // steady clock, nanoseconds, as all times here
    std::atomic<std::int64_t> probe_due;
    std::atomic<std::uint32_t> probes;  // unanswered
    std::atomic<std::int64_t> full_until;
  };
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<Admin>::is_always_lock_free);

  bool worsen(Slot& slot, Health health, TimePoint now, std::chrono::seconds pause) noexcept;
  void write(Slot& slot, const Node& node);
  [[nodiscard]] std::optional<std::size_t> find(const Node& node) const;
  /// A number for each node: its own, or one that is free or not needed.
  [[nodiscard]] Result<std::vector<std::size_t>, std::string> places(
      const std::vector<Node>& nodes, const std::function<bool(const NodeView&)>& needed) const;
  void place(Slot& slot, const Node& node, Change& change);

  std::array<Slot, kCapacity> slots_;
  std::atomic<bool> loading_;
};

}  // namespace osrtp::module
