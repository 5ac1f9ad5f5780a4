#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "protocol/framing.hpp"

/// Frames in a stream of octets, where nothing else ends them: `LENGTH:FRAME,`, a netstring.
namespace osrtp::protocol {

/// The longest frame with its length, colon and comma.
inline constexpr std::size_t kMaxInStream = kMaxFrame + 7;

enum class StreamError : std::uint8_t {
  kBadLength,  // no decimal number without leading zeros, or no colon behind it
  kTooLong,    // over kMaxFrame
  kNoEnd,      // no comma where the length says that one is
};

/// The first frame of what has come.
struct Cut {
  std::string_view frame;  // borrowed from it
  std::size_t taken;       // octets of it that are done with
};

/// @return nothing: the first frame is not complete, and what is there can begin one. An error is final: where the
/// next frame begins cannot be known.
[[nodiscard]] Result<std::optional<Cut>, StreamError> cut(std::string_view stream) noexcept;

/// The inverse. `frame` has at most kMaxFrame octets.
[[nodiscard]] std::string in_stream(std::string_view frame);

}  // namespace osrtp::protocol
