#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace osrtp {

enum class LogLevel : std::uint8_t {
  kError,    // the operator must act
  kWarning,  // a peer or the configuration is wrong
  kInfo,     // calls start and end
  kDebug,
};

/// What a line looks like where it is read.
enum class LogFormat : std::uint8_t {
  kText,  // key=value
  kJson,  // one object a line; see json_line()
};

/// Where a line goes. Lines are key=value, call-id first; no key material, ever.
using LogSink = std::function<void(LogLevel, std::string_view line)>;

}  // namespace osrtp
