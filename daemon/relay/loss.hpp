#pragma once

#include <cstdint>
#include <optional>

#include "base/strong.hpp"

namespace osrtp::relay {

/// How many RTP packets have never come, by the gaps between sequence numbers (after RFC 3550 §A.1). A sender that
/// begins anew, with another SSRC or far from where it was, has lost nothing by that; one that is late is no longer
/// missing.
class Loss {
 public:
  static constexpr int kMostAhead = 3000;  // packets; MAX_DROPOUT
  static constexpr int kMostBehind = 100;  // MAX_MISORDER

  /// One came. @return by how much the number of the missing has changed
  [[nodiscard]] std::int64_t hear(Ssrc ssrc, SequenceNumber sequence) noexcept {
    if (ssrc_ != ssrc) {
      ssrc_ = ssrc;
      newest_ = sequence.get();
      missing_ = 0;
      return 0;
    }
    const auto ahead = static_cast<std::int16_t>(sequence.get() - newest_);
    if (ahead > 0 && ahead < kMostAhead) {
      newest_ = sequence.get();
      missing_ += static_cast<std::uint32_t>(ahead - 1);
      return ahead - 1;
    }
    if (ahead < 0 && ahead > -kMostBehind) {
      if (missing_ == 0) return 0;  // it has come before
      --missing_;
      return -1;
    }
    if (ahead != 0) newest_ = sequence.get();
    return 0;
  }

 private:
  std::optional<Ssrc> ssrc_;
  std::uint16_t newest_ = 0;
  std::uint32_t missing_ = 0;  // of this sender
};

}  // namespace osrtp::relay
