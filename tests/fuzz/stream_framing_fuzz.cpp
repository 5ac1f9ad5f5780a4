// A frame that is cut out joins to the octets it was cut from. One that is complete is found however much of the
// stream is there, and before it is complete no error is found that the whole does not have.
#include <cstddef>
#include <cstdint>

#include "protocol/stream_framing.hpp"

namespace {

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace protocol = osrtp::protocol;
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const auto whole = protocol::cut(stream);
  if (whole && *whole) {
    const auto& found = **whole;
    expect(found.taken <= size && found.frame.size() <= protocol::kMaxFrame);
    expect(protocol::in_stream(found.frame) == stream.substr(0, found.taken));
  }
  if (whole && !*whole) expect(size < protocol::kMaxInStream);
  const std::string_view part = stream.substr(0, size == 0 ? 0 : data[size - 1] % size);
  const auto before = protocol::cut(part);
  if (!before) expect(!whole && whole.error() == before.error());
  if (before && *before) expect(whole && *whole && (*whole)->taken == (*before)->taken);
  return 0;
}
