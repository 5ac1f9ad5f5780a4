#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// The frame of the control protocol: `cookie SP dictionary`, one to a datagram.
namespace osrtp::protocol {

/// Octets of a whole frame. A UDP datagram over IPv4 carries 65507, which its socket enforces.
inline constexpr std::size_t kMaxFrame = 65'535;

enum class FrameError : std::uint8_t {
  kTooLong,
  kNoSeparator,  // no space in it
  kNoCookie,     // the space comes first
  kBadCookie,    // join: a space in the cookie
};

inline constexpr std::array<std::string_view, 4> kFrameErrorNames{"too-long", "no-separator", "no-cookie",
                                                                  "bad-cookie"};

[[nodiscard]] constexpr std::string_view name(FrameError error) noexcept {
  return kFrameErrorNames[static_cast<std::size_t>(error)];
}

/// Borrows from the datagram it was read from.
struct Frame {
  std::string_view cookie;      // any octets but the space; not empty
  std::string_view dictionary;  // all behind the first space; may be empty, which the codec refuses

  friend bool operator==(const Frame&, const Frame&) = default;
};

/// A datagram that is no frame has no cookie to answer to: it gets no reply.
[[nodiscard]] Result<Frame, FrameError> split(std::string_view datagram) noexcept;

/// The inverse of split(): what it returns splits into the same two.
[[nodiscard]] Result<std::string, FrameError> join(std::string_view cookie, std::string_view dictionary);

}  // namespace osrtp::protocol
