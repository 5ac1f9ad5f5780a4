#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace osrtp::app {

/// Lines on their way to a reader who may be slow: when they are too many the oldest go, and are counted.
class LineQueue {
 public:
  /// @param limit octets that all lines together may have; one alone may have more.
  explicit LineQueue(std::size_t limit) : limit_(limit) {}

  void push(std::string line);

  struct Batch {
    std::uint64_t lost = 0;  // lines that would have come before these
    std::deque<std::string> lines;
  };
  /// Everything that waits; the count begins anew.
  [[nodiscard]] Batch take();
  [[nodiscard]] bool is_empty() const noexcept { return waiting_.lines.empty(); }

 private:
  std::size_t limit_;
  std::size_t octets_ = 0;
  Batch waiting_;
};

}  // namespace osrtp::app
