#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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
  /// Does what is due; first hand it what has come. @return when to do it again, unless something comes; nothing: when
  /// something comes
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

 private:
  struct Task {
    Parcel parcel;
    std::vector<Outcome> outcomes;
    std::optional<Errand> errand;
    std::vector<std::string> cookies;  // of what has been sent for it
    bool finished = false;
  };
  using Lane = std::deque<Task>;

  [[nodiscard]] std::optional<TimePoint> run(Task& task, TimePoint now);
  void send(Task& task, const Errand::Send& send, TimePoint now);
  void end(Task& task, Outcome outcome);
  [[nodiscard]] Outcome come_to(const Command& command, const Errand::Done& done, TimePoint now);

  Nodes nodes_;
  std::unordered_map<std::string, Lane> lanes_;         // by Call-ID; the first of each is under way
  std::unordered_map<std::string, std::string> calls_;  // Call-IDs by the cookies of what has been sent
  std::size_t size_ = 0;
};

}  // namespace osrtp::module
