// A usable fingerprint is as long as its hash; writing and reading it again changes nothing.
#include "sdp/fingerprint.hpp"

using namespace osrtp;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto fingerprint = sdp::parse_fingerprint({reinterpret_cast<const char*>(data), size});
  if (!fingerprint) {
    check(!describe(fingerprint.error()).empty());
    return 0;
  }
  check(fingerprint->digest.size() == facts(fingerprint->hash).size);
  const std::string written = sdp::format_fingerprint(*fingerprint);
  const auto again = sdp::parse_fingerprint(std::string_view(written).substr(written.find(':') + 1));
  check(again.has_value() && *again == *fingerprint);
  check(sdp::format_fingerprint(*again) == written);
  return 0;
}
