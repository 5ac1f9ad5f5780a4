// What splits joins to the same octets; what does not split has no cookie to answer to.
#include <cstddef>
#include <cstdint>

#include "protocol/framing.hpp"

namespace {

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using osrtp::protocol::FrameError;
  const std::string_view datagram(reinterpret_cast<const char*>(data), size);
  const auto frame = osrtp::protocol::split(datagram);
  if (!frame) {
    expect((frame.error() == FrameError::kTooLong) == (size > osrtp::protocol::kMaxFrame));
    expect((frame.error() == FrameError::kNoCookie) ==
           (size <= osrtp::protocol::kMaxFrame && datagram.starts_with(' ')));
    return 0;
  }
  expect(!frame->cookie.empty() && frame->cookie.find(' ') == std::string_view::npos);
  const auto joined = osrtp::protocol::join(frame->cookie, frame->dictionary);
  expect(joined && *joined == datagram);
  return 0;
}
