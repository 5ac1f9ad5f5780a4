#include "protocol/framing.hpp"

namespace osrtp::protocol {

Result<Frame, FrameError> split(std::string_view datagram) noexcept {
  if (datagram.size() > kMaxFrame) return fail(FrameError::kTooLong);
  const std::size_t space = datagram.find(' ');
  if (space == std::string_view::npos) return fail(FrameError::kNoSeparator);
  if (space == 0) return fail(FrameError::kNoCookie);
  return Frame{datagram.substr(0, space), datagram.substr(space + 1)};
}

Result<std::string, FrameError> join(std::string_view cookie, std::string_view dictionary) {
  if (cookie.empty()) return fail(FrameError::kNoCookie);
  if (cookie.find(' ') != std::string_view::npos) return fail(FrameError::kBadCookie);
  if (cookie.size() >= kMaxFrame || dictionary.size() > kMaxFrame - 1 - cookie.size()) {
    return fail(FrameError::kTooLong);
  }
  std::string frame;
  frame.reserve(cookie.size() + 1 + dictionary.size());
  frame.append(cookie).append(1, ' ').append(dictionary);
  return frame;
}

}  // namespace osrtp::protocol
