#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace osrtp::control {

/// Replies by request frame, so that a repeated request is answered and not executed again.
/// The whole frame is the key: the equal cookies of two clients never get each other's
/// reply. Bounded in time, count and octets; the oldest go first. Replies hold SDP with keys, so
/// that somebody has to call drop_old() where no requests come.
class ReplyCache {
 public:
  static constexpr std::chrono::seconds kLifetime{30};
  static constexpr std::size_t kMaxEntries = 65'536;
  static constexpr std::size_t kMaxOctets = 64UL * 1024 * 1024;

  [[nodiscard]] std::optional<std::string> find(std::string_view frame, TimePoint now);
  void put(std::string frame, std::string reply, TimePoint now);
  /// Forgets what is over kLifetime old, or over the bounds.
  void drop_old(TimePoint now);
  [[nodiscard]] std::size_t size() const noexcept { return replies_.size(); }

 private:
  struct Age {
    TimePoint at;
    std::string frame;
  };

  std::unordered_map<std::string, std::string> replies_;
  std::deque<Age> ages_;
  std::size_t octets_ = 0;
};

}  // namespace osrtp::control
