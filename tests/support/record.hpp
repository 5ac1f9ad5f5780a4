#pragma once

#include <cstdlib>
#include <fstream>
#include <string_view>

namespace osrtp {

/// Appends "KIND JSON" as a line to the file that OSRTP_RECORD names, if it does:
/// tests/interop/check-schemas.py validates what the codec has written.
inline void record_for_schemas(std::string_view kind, std::string_view json) {
  if (const char* path = std::getenv("OSRTP_RECORD")) std::ofstream(path, std::ios::app) << kind << ' ' << json << '\n';
}

}  // namespace osrtp
