#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "protocol/codec.hpp"
#include "protocol/message.hpp"

namespace osrtp::control {

/// Requests since start, by what they asked and what came of it.
struct RequestCounts {
  static constexpr std::size_t kNoCommand = protocol::kCommandNames.size();  // it could not be read
  static constexpr std::size_t kNoError = protocol::kErrorCodeNames.size();

  std::array<std::array<std::uint64_t, kNoError + 1>, kNoCommand + 1> answered{};
  std::uint64_t repeated = 0;    // answered as before, and not done again
  std::uint64_t unanswered = 0;  // what is no frame, and has no cookie to answer to

  void add(std::optional<protocol::Command> command, std::optional<protocol::ErrorCode> error) {
    ++answered[command ? static_cast<std::size_t>(*command) : kNoCommand]
              [error ? static_cast<std::size_t>(*error) : kNoError];
  }
  friend bool operator==(const RequestCounts&, const RequestCounts&) = default;
};

}  // namespace osrtp::control
