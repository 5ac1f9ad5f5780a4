#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace osrtp::app {

/// Which workers still take turns. Each is rung at every look, so that at the next one it must have begun a turn.
/// Counts looks and not time: where the whole process, or the machine, has stood still nobody has missed any. Pure.
class WorkerWatch {
 public:
  /// Between two looks.
  static constexpr std::chrono::seconds kInterval{1};
  /// Looks without a turn between them that make a worker stalled: it gets no new calls.
  static constexpr unsigned kStalled = 2;
  /// The same, and it is given up: nothing brings back a worker that hangs, nor its calls, but the end of the process.
  static constexpr unsigned kLost = 30;

  explicit WorkerWatch(std::size_t workers) : workers_(workers) {}

  enum class Change : std::uint8_t { kStalled, kLost, kBack };
  struct News {
    Change change;
    std::chrono::seconds since;  // its last turn, roughly
  };
  /// A look at one of them. @param turns how many it has begun. @return what is new of it.
  [[nodiscard]] std::optional<News> look(std::size_t worker, std::uint64_t turns);

  [[nodiscard]] bool is_stalled(std::size_t worker) const { return workers_.at(worker).missed >= kStalled; }
  [[nodiscard]] std::size_t stalled() const;
  [[nodiscard]] bool has_lost_one() const;

 private:
  struct Seen {
    std::uint64_t turns = 0;
    unsigned missed = 0;
  };
  [[nodiscard]] std::size_t missing(unsigned looks) const;
  std::vector<Seen> workers_;
};

}  // namespace osrtp::app
