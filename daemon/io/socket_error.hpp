#pragma once

#include <cstdint>
#include <string>

namespace osrtp::io {

/// Why a port did not open, or not do what it was told.
struct SocketError {
  enum class Kind : std::uint8_t {
    kPortBusy,
    kNotOurAddress,
    kNoDescriptors,  // RLIMIT_NOFILE, or what the whole machine may have
    kOther,
  };
  Kind kind;
  std::string reason;  // the system's words

  /// What `error` (errno) means.
  [[nodiscard]] static SocketError from_errno(int error);
};

}  // namespace osrtp::io
