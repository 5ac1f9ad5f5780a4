// A request that is read can be written, and reads back as the same; one that is refused has a
// reason to send back. The same octets as a reply to any command: what is read survives a round trip.
#include <cstddef>
#include <cstdint>

#include "protocol/codec.hpp"

namespace {

using osrtp::protocol::Command;

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

void as_request(std::string_view json) {
  const auto read = osrtp::protocol::decode_request(json);
  if (!read) {
    expect(!read.error().reason.empty() && osrtp::protocol::encode_reply({read.error(), {}}).size() < 500);
    return;
  }
  std::size_t warned = 0;
  for (const auto& warning : read->warnings) warned += warning.size();
  expect(warned < 8000);  // goes back in a reply
  const auto written = osrtp::protocol::encode_request(read->request);
  expect(written.has_value());
  const auto again = osrtp::protocol::decode_request(*written);
  // What was sent as escapes of one octet may need more of them now: the bound of a frame still holds.
  if (!again) return expect(again.error().reason == "Request too long");
  expect(again->request == read->request);
}

void as_reply(std::string_view json, Command command) {
  const auto read = osrtp::protocol::decode_reply(json, command);
  if (!read) return expect(!read.error().reason.empty());
  const auto again = osrtp::protocol::decode_reply(osrtp::protocol::encode_reply(*read), command);
  expect(again && *again == *read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  as_request(json);
  for (std::size_t i = 0; i < osrtp::protocol::kCommandNames.size(); ++i) as_reply(json, static_cast<Command>(i));
  return 0;
}
