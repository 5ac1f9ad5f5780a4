#pragma once

#include <string>
#include <system_error>

namespace osrtp {

/// What the system says of an errno, for people.
[[nodiscard]] inline std::string words(int error) { return std::generic_category().message(error); }

}  // namespace osrtp
