#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "module/errand.hpp"
#include "module/outcome.hpp"
#include "module/parcel.hpp"

namespace osrtp::module {

/// What one client process has under way: the parcels of many calls at once, those of one call in the order they came.
/// Pure: who owns it sends what it says, hands it what comes, and tells the time.
class Client {
 public:
  static constexpr std::size_t kMostParcels = 8192;
  /// Those that have come to nothing may have to wait for others of their calls.
  static constexpr std::size_t kMostHeld = 2 * kMostParcels;

  /// What a client needs of the nodes.
  struct Nodes {
    /// Begins what a command asks for.
    std::function<Errand(const Command&, TimePoint)> begin;
    /// Sends a frame to a node. @return nothing: it is on its way
    std::function<std::optional<Errand::NotSent>(std::size_t node, std::string_view frame)> send;
    /// Hears what a command has found out of a node.
    std::function<void(const Command&, const Errand::News&, TimePoint)> learn;
    /// Hears what a node has answered, and may say who that is.
    std::function<void(const Command&, std::size_t node, Outcome&, TimePoint)> answered;
  };

  explicit Client(Nodes nodes) : nodes_(std::move(nodes)) {}

  /// A parcel beyond kMostParcels comes to nothing at once.
  void accept(Parcel parcel, TimePoint now);
  /// @return whether it is for something under way
  bool receive(std::size_t node, std::string_view datagram);
  /// Nobody listens where a node was.
  void nobody(std::size_t node, TimePoint now);
  /// Does what is due, at the cost of that and not of all that is under way; first hand it what has come. @return when
  /// to do it again, unless something comes; nothing: when something comes
  std::optional<TimePoint> run(TimePoint now);

  struct Finished {
    Parcel parcel;
    std::vector<Outcome> outcomes;  // one for each command
  };
  /// A parcel to which all answers are there. The others of its call wait until release().
  [[nodiscard]] std::optional<Finished> finished();
  void release(const std::string& call_id);

  /// Parcels accepted and not released.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Whether it must not be given more.
  [[nodiscard]] bool is_full() const noexcept { return size_ >= kMostHeld; }

 private:
  struct Task {
    Parcel parcel;
    std::vector<Outcome> outcomes;
    std::optional<Errand> errand;
    std::vector<std::string> cookies;  // of what has been sent for it
  };
  /// The parcels of one call; the first is under way.
  struct Lane {
    std::deque<Task> tasks;
    std::optional<TimePoint> due;  // when to look at it; nothing: when something comes
  };
  using Lanes = std::unordered_map<std::string, Lane>;

  /// Looks at it then instead of when it was due.
  void set_due(Lanes::value_type& lane, std::optional<TimePoint> due);
  void look(Lanes::value_type& lane, TimePoint now);
  [[nodiscard]] std::optional<TimePoint> run(Task& task, TimePoint now);
  void send(Task& task, const Errand::Send& send, TimePoint now);
  void end(Task& task, Outcome outcome);
  [[nodiscard]] Outcome come_to(const Command& command, const Errand::Done& done, TimePoint now);

  Nodes nodes_;
  Lanes lanes_;                                         // by Call-ID
  std::set<std::pair<TimePoint, std::string>> due_;     // the Call-IDs of those that are due some time
  std::deque<std::string> finished_;                    // the Call-IDs of those whose first is finished
  std::unordered_map<std::string, std::string> calls_;  // Call-IDs by the cookies of what has been sent
  std::size_t size_ = 0;
};

}  // namespace osrtp::module
