#include "module/rendezvous.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace osrtp::module {

namespace {

/// The finaliser of MurmurHash3: each bit of the result depends on all of `value`.
std::uint64_t mix(std::uint64_t value) noexcept {
  value = (value ^ value >> 33U) * 0xff51afd7ed558ccdU;
  value = (value ^ value >> 33U) * 0xc4ceb9fe1a85ec53U;
  return value ^ value >> 33U;
}

/// Greater than 0 and less than 1.
double uniform(std::uint64_t value) noexcept { return (static_cast<double>(value >> 12U) + 0.5) * 0x1p-52; }

/// An exponential distribution of rate `weight`: the least of several is this one with probability weight/sum. Its
/// logarithm is monotonous, so that two machines whose libraries differ in the last digit agree but for one call in
/// 2^50.
double distance(std::uint64_t key, const Candidate& candidate) noexcept {
  return -std::log(uniform(mix(key ^ mix(candidate.identity)))) / candidate.weight;
}

}  // namespace

std::vector<std::size_t> rendezvous(std::uint64_t key, const std::vector<Candidate>& candidates) {
  // Nodes that are equally far, which are those of one name, keep an order too.
  std::vector<std::tuple<double, std::uint64_t, std::size_t>> ranked;
  ranked.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    if (candidate.weight > 0) ranked.emplace_back(distance(key, candidate), candidate.identity, candidate.number);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::size_t> numbers;
  numbers.reserve(ranked.size());
  for (const auto& [distance, identity, number] : ranked) numbers.push_back(number);
  return numbers;
}

}  // namespace osrtp::module
