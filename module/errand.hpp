#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "module/itinerary.hpp"
#include "protocol/client.hpp"

namespace osrtp::module {

/// What an answer says of the node's room.
enum class Room : std::uint8_t {
  kSome,
  kFull,      // no ports, or no more calls
  kDraining,  // it is about to be stopped
};
[[nodiscard]] Room room_in(std::string_view dictionary);

/// One command on its way over the nodes of its itinerary, within one total time. Pure, and asked like
/// protocol::Transaction: step(), do it, and again. A node that is not the last gets 3/8 of what time is left. It is
/// found silent only where it had the question, and then an eighth of the whole time, was asked again, and was waited
/// for in time: neither a full queue nor a step() that comes late says anything of a node.
class Errand {
 public:
  struct Letter {
    std::string cookie;
    std::string frame;  // empty: too long for one
    std::string anew;   // the same as a new call; empty: no different
  };
  Errand(Itinerary itinerary, Letter letter, std::chrono::milliseconds budget, TimePoint now);

  struct Send {
    std::size_t node;
    std::string_view frame;
  };
  struct Wait {
    TimePoint until;
  };
  struct Done {
    std::string_view dictionary;
    std::size_t node;
  };
  enum class Failure : std::uint8_t {
    kNoNode,       // none to ask
    kUnreachable,  // none has answered
    kNodeDead,     // the one that has the call
    kTooLong,
  };
  struct Failed {
    Failure failure;
    std::chrono::milliseconds waited;  // for answers; 0: nobody was there to wait for
  };
  using Step = std::variant<Send, Wait, Done, Failed>;
  [[nodiscard]] Step step(TimePoint now);

  /// @return whether it is the answer from the node that is being asked
  bool receive(std::size_t node, std::string_view datagram);
  enum class NotSent : std::uint8_t {
    kRefused,  // nobody listens there
    kBusy,     // its queue is full: the frame is sent again after kBusyPause
    kTooLong,
  };
  static constexpr std::chrono::milliseconds kBusyPause{3};
  void send_failed(std::size_t node, NotSent why, TimePoint now);

  /// What it has found out about nodes.
  enum class Finding : std::uint8_t {
    kSilent,
    kUnanswered,  // left without an answer, which may be nobody's fault: it may still do what it was asked
    kRefused,
    kFull,
    kDraining,
  };
  struct News {
    std::size_t node;
    Finding finding;

    friend bool operator==(const News&, const News&) = default;
  };
  /// Since this was asked last.
  [[nodiscard]] std::vector<News> news() { return std::exchange(news_, {}); }

 private:
  [[nodiscard]] bool is_last() const noexcept { return stop_ + 1 >= itinerary_.nodes.size(); }
  [[nodiscard]] bool may_leave() const noexcept { return !is_last() && !(stop_ == 0 && itinerary_.first_has_call); }
  [[nodiscard]] std::size_t node() const noexcept { return itinerary_.nodes[stop_]; }
  void arrive(TimePoint now);
  void leave(TimePoint now);
  void leave(Finding why, TimePoint now);
  void give_up(TimePoint now);
  [[nodiscard]] bool was_silent(TimePoint now) const;
  [[nodiscard]] std::optional<Step> judge(std::string_view dictionary, TimePoint now);
  [[nodiscard]] Failed failed(Failure why) const;

  Itinerary itinerary_;
  Letter letter_;
  TimePoint start_;
  TimePoint deadline_;
  TimePoint waited_until_;
  std::chrono::milliseconds budget_;
  std::chrono::milliseconds share_{0};  // of the node that is being asked, as are the next three
  TimePoint share_end_;
  std::optional<TimePoint> asked_at_;  // when it first got the question
  bool asked_again_ = false;
  bool busy_ = false;  // the last one that was given up never got the question
  std::size_t stop_ = 0;
  std::optional<protocol::Transaction> transaction_;  // with the node that is being asked; nothing: they are through
  std::optional<std::pair<std::string, std::size_t>> refusal_;  // of a node without room, and the node
  bool too_long_ = false;
  std::vector<News> news_;
};

}  // namespace osrtp::module
