#include "dtls/hello_assembly.hpp"

#include <algorithm>

namespace osrtp::dtls {
namespace {

// Of a ClientHello's record: DTLS 1.0, whatever is agreed later.
constexpr std::uint16_t kVersion = 0xfeff;

template <std::size_t Size>
void append(std::vector<std::uint8_t>& out, std::uint64_t number) {
  for (std::size_t i = Size; i-- > 0;) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

}  // namespace

void HelloAssembly::begin(const Endpoint& from, const ClientHello& hello) {
  std::erase_if(begun_, [&](const Begun& begun) { return begun.from == from; });
  if (hello.size > kLongestHello) return;
  if (begun_.size() >= kMaxHellos) begun_.erase(begun_.begin());
  begun_.push_back({.from = from,
                    .record_sequence = hello.record_sequence,
                    .message_sequence = hello.message_sequence,
                    .size = hello.size,
                    .body = {hello.fragment.begin(), hello.fragment.end()}});
}

std::optional<std::vector<std::uint8_t>> HelloAssembly::add(const Endpoint& from, const ClientHello& hello) {
  const auto found = std::ranges::find(begun_, from, &Begun::from);
  if (found == begun_.end() || hello.message_sequence != found->message_sequence || hello.size != found->size ||
      hello.offset != found->body.size()) {
    return std::nullopt;
  }
  found->body.insert(found->body.end(), hello.fragment.begin(), hello.fragment.end());
  if (found->body.size() < found->size) return std::nullopt;
  std::vector<std::uint8_t> whole;
  whole.reserve(kRecordHeader + kHandshakeHeader + found->size);
  whole.push_back(kHandshakeRecord);
  append<2>(whole, kVersion);
  append<8>(whole, found->record_sequence);  // epoch 0
  append<2>(whole, kHandshakeHeader + found->size);
  whole.push_back(kClientHello);
  append<3>(whole, found->size);
  append<2>(whole, found->message_sequence);
  append<3>(whole, 0);
  append<3>(whole, found->size);
  whole.insert(whole.end(), found->body.begin(), found->body.end());
  begun_.erase(found);
  return whole;
}

}  // namespace osrtp::dtls
