// A candidate that is kept can be sent to, and is the same once written and read again.
#include "sdp/ice.hpp"

using namespace osrtp;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto candidate = sdp::parse_candidate({reinterpret_cast<const char*>(data), size});
  if (!candidate) return 0;
  check(candidate->component >= 1 && candidate->component <= 256);
  check(candidate->priority >= 1 && candidate->priority <= 0x7FFFFFFF);
  check(!candidate->endpoint.address.is_unspecified());
  const std::string written = format_candidate(*candidate, "1");
  check(written.find_first_of("\r\n") == std::string::npos);
  check(sdp::parse_candidate(std::string_view(written).substr(written.find(':') + 1)) == candidate);
  return 0;
}
