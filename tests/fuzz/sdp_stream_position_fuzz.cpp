// What is read is bounded and names no SSRC twice, and written out as the draft writes it it is read as the same.
#include <cstdio>
#include <set>
#include <string>

#include "sdp/stream_position.hpp"

using namespace osrtp;

namespace {

void check(bool holds) {
  if (!holds) __builtin_trap();
}

std::string written(const sdp::SrtpContextAttribute& attribute) {
  std::string text = std::to_string(attribute.tag) + " ";
  for (const sdp::StreamPosition& stream : attribute.streams) {
    char one[64];
    std::snprintf(one, sizeof one, "%s(ssrc=0x%x;roc=0x%x;seq=0x%x)", text.back() == ' ' ? "" : ",", stream.ssrc.get(),
                  static_cast<unsigned>(stream.index >> 16U), static_cast<unsigned>(stream.index & 0xffffU));
    text += one;
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto attribute = sdp::parse_srtp_context({reinterpret_cast<const char*>(data), size});
  if (!attribute) return 0;
  check(attribute->tag <= 999'999'999 && attribute->streams.size() <= sdp::kMaxStreamPositions);
  std::set<std::uint32_t> seen;
  for (const auto& stream : attribute->streams) {
    check(stream.index < std::uint64_t{1} << 48U && seen.insert(stream.ssrc.get()).second);
  }
  if (attribute->streams.empty()) return 0;
  const auto again = sdp::parse_srtp_context(written(*attribute));
  check(again && again->tag == attribute->tag && again->streams == attribute->streams);
  return 0;
}
