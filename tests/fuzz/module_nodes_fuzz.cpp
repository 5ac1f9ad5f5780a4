#include <cstddef>
#include <cstdint>
#include <string_view>

#include "module/node_text.hpp"

/// What is accepted has an address that fits into a socket's and a weight, and written out it is read as the same; a
/// refusal says why.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using osrtp::module::Node;
  const auto nodes = osrtp::module::parse_nodes({reinterpret_cast<const char*>(data), size});
  if (!nodes) {
    if (nodes.error().empty()) __builtin_trap();
    return 0;
  }
  if (nodes->empty()) __builtin_trap();
  for (const Node& node : *nodes) {
    if (node.weight == 0 || node.weight > Node::kMostWeight || node.set != nodes->front().set) __builtin_trap();
    if (node.address.to_string().size() > 112) __builtin_trap();
    const auto again = osrtp::module::parse_nodes(osrtp::module::to_string(node));
    if (!again || again->size() != 1 || !(again->front() == node)) __builtin_trap();
  }
  return 0;
}
