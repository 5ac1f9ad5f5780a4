#pragma once

#include <string>

#include "observe/snapshot.hpp"

namespace osrtp::observe {

/// What kind of text to_text() writes, for HTTP.
inline constexpr const char* kTextType = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics in Prometheus' text format.
[[nodiscard]] std::string to_text(const Snapshot& snapshot);

}  // namespace osrtp::observe
