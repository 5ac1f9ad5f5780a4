#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace osrtp::module {

/// A node's answer to a question outside all calls.
struct Told {
  std::chrono::milliseconds after;
  std::string dictionary;
};

/// What came of a question, by node.
struct Inquiry {
  std::map<std::size_t, Told> told;
  std::set<std::size_t> silent;  // those that the question went out to and that have not answered
};

/// Puts one question to several nodes and waits for their answers, `time` at most. For processes in which no message
/// waits.
[[nodiscard]] Inquiry inquire(const std::vector<std::size_t>& nodes, std::string_view dictionary,
                              std::chrono::milliseconds time);

}  // namespace osrtp::module
