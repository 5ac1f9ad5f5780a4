#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/security.hpp"

namespace osrtp::module {

/// The inner names of $osrtp(...).
enum class Fact : std::uint8_t {
  kError,   // the daemon's error code, or "unreachable", "bad-option", "no-sdp"
  kReason,  // the same for people
  kCaller,  // security state of a leg
  kCallee,
  kCallerReason,  // why it is not encrypted, or failed
  kCalleeReason,
  kCallerSuite,
  kCalleeSuite,
};

inline constexpr std::array<std::string_view, 8> kFactNames{
    "error", "reason", "caller", "callee", "caller_reason", "callee_reason", "caller_suite", "callee_suite"};

[[nodiscard]] std::optional<Fact> fact_named(std::string_view text) noexcept;

/// What came of one command.
struct LastCommand {
  std::string error;
  std::string reason;
  std::vector<protocol::LegSecurity> security;

  /// Empty: there is none. Of several m-lines the least protected speaks for the leg.
  [[nodiscard]] std::string_view fact(Fact fact) const noexcept;
};

}  // namespace osrtp::module
