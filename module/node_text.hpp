#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "module/link.hpp"

/// Nodes as the parameter `osrtp_sock` has them.
namespace osrtp::module {

struct Node {
  static constexpr int kMostSet = 65'535;
  static constexpr unsigned int kMostWeight = 1000;

  RelayAddress address;
  int set = 0;
  unsigned int weight = 1;  // its share of the set's calls
  bool disabled = false;

  friend bool operator==(const Node&, const Node&) = default;
};

/// Reads "[SET ==] ADDRESS[=WEIGHT] …", parted by blanks; set 0 where none is named. An address with a '=' in it needs
/// its weight. @return at least one, or what is wrong, as a sentence that quotes the word
[[nodiscard]] Result<std::vector<Node>, std::string> parse_nodes(std::string_view text);

/// As parse_nodes() reads it; of a disabled node only that is lost.
[[nodiscard]] std::string to_string(const Node& node);

}  // namespace osrtp::module
