#pragma once

#include <cstddef>

namespace osrtp::testing {

/// While it lives, one allocation of OpenSSL fails: the one after the next `before` of them. What C++ asks
/// for does not, for there the process ends.
class FailingHeap {
 public:
  explicit FailingHeap(std::size_t before) noexcept;
  FailingHeap(const FailingHeap&) = delete;
  FailingHeap& operator=(const FailingHeap&) = delete;
  ~FailingHeap();

  /// Whether it has come to that.
  [[nodiscard]] static bool has_failed() noexcept;
};

}  // namespace osrtp::testing
