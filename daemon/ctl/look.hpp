#pragma once

#include <vector>

#include "base/result.hpp"
#include "ctl/arguments.hpp"
#include "ctl/overview.hpp"

namespace osrtp::ctl {

/// `calls`, `status` and `top`: asks the daemon for its calls, then for each of them, and prints what they come to.
/// `top` goes on until it is interrupted, or has looked as often as it was asked to.
/// @return the exit status
[[nodiscard]] int run(const LookArguments& arguments);

}  // namespace osrtp::ctl
