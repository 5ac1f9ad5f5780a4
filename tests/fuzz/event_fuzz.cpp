// An event that is read names a call, and reads back as the same once it is written.
#include <cstddef>
#include <cstdint>

#include "protocol/event.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = osrtp::protocol::decode_event({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  if (read->call_id.empty()) __builtin_trap();
  if (osrtp::protocol::decode_event(osrtp::protocol::encode_event(*read)) != read) __builtin_trap();
  return 0;
}
