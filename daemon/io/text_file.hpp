#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "base/result.hpp"

namespace osrtp::io {

/// What `stream` still has, at most `most` octets of it.
[[nodiscard]] std::string take(std::istream& stream, std::size_t most = std::string::npos);

/// The same of a file. @return or why it cannot be read, with its name
[[nodiscard]] Result<std::string, std::string> read_text(const std::string& file, std::size_t most = std::string::npos);

}  // namespace osrtp::io
