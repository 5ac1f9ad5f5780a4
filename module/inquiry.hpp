#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace osrtp::module {

/// A node's answer to a question outside all calls.
struct Told {
  std::chrono::milliseconds after;
  std::string dictionary;
};

/// Puts one question to several nodes and waits for their answers, `time` at most. For processes in which no message
/// waits.
/// @return by node: those that have answered
[[nodiscard]] std::map<std::size_t, Told> inquire(const std::vector<std::size_t>& nodes, std::string_view dictionary,
                                                  std::chrono::milliseconds time);

}  // namespace osrtp::module
