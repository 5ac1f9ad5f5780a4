#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace osrtp::app {

/// Writes lines to a descriptor from a thread of its own, so that a reader who does not read stops nobody
/// but this thread. What there is no room for while it waits, and what cannot be written, is counted and told
/// before the next line.
class LineWriter {
 public:
  /// Octets of lines that wait: some thousand lines.
  static constexpr std::size_t kMaxWaiting = 512UL * 1024;
  /// How long the end of the process waits for a reader.
  static constexpr std::chrono::milliseconds kPatience{2'000};

  /// The line that tells of `lost` ones, its end included. Called on the writer's thread.
  using Confession = std::function<std::string(std::uint64_t lost)>;

  /// Starts the thread: fork() no more. `descriptor` is borrowed, also after the end if somebody never read.
  LineWriter(int descriptor, Confession confess);
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  /// Waits for what is still to be written, kPatience at most.
  ~LineWriter();

  /// `line` with its end. Never waits for the reader.
  void push(std::string line);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // with the thread, which may have to be left behind
  std::thread thread_;
};

}  // namespace osrtp::app
