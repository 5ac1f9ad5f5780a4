#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace osrtp {

/// Keeps what happens again and again from filling the log: a line a second for each cause,
/// and the next one says how many were left out before it.
class LogThrottle {
 public:
  /// Between two lines of one cause.
  static constexpr std::chrono::seconds kInterval{1};

  explicit LogThrottle(std::size_t causes) : causes_(causes) {}

  /// @param cause counted from 0, below the number of causes.
  /// @return how a line that may be written now ends: " left_out=N", or empty where none was;
  /// nothing: leave this one out.
  [[nodiscard]] std::optional<std::string> admit(std::size_t cause, TimePoint now);

 private:
  struct Cause {
    std::optional<TimePoint> written;
    std::uint64_t left_out = 0;
  };
  std::vector<Cause> causes_;
};

}  // namespace osrtp
