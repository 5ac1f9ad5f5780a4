#pragma once

#include <string>

#include "model/step.hpp"

namespace osrtp::model {

/// Runs a script. @return what is wrong; empty: nothing is
std::string verdict_of(const Script& script);

/// A shorter and simpler script in which the same is wrong.
Script shrink(const Script& script, const std::string& problem);

}  // namespace osrtp::model
