#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// Weighted rendezvous hashing: which nodes a call goes to, and in which order, from nothing but the call's name and
/// the nodes'. A node that comes or goes moves only the calls that are, or will be, its own.
namespace osrtp::module {

struct Candidate {
  std::size_t number = 0;      // the caller's
  std::uint64_t identity = 0;  // a hash of its name
  unsigned int weight = 1;     // its share of the calls
};

/// @param key a hash of the call's name
/// @return the numbers of those with a weight, best first; the same on all machines
[[nodiscard]] std::vector<std::size_t> rendezvous(std::uint64_t key, const std::vector<Candidate>& candidates);

}  // namespace osrtp::module
