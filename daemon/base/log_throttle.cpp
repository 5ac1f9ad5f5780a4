#include "base/log_throttle.hpp"

#include <utility>

namespace osrtp {

std::optional<std::string> LogThrottle::admit(std::size_t cause, TimePoint now) {
  Cause& known = causes_[cause];
  if (known.written && now - *known.written < kInterval) {
    ++known.left_out;
    return std::nullopt;
  }
  known.written = now;
  const std::uint64_t left_out = std::exchange(known.left_out, 0);
  return left_out > 0 ? " left_out=" + std::to_string(left_out) : std::string();
}

}  // namespace osrtp
