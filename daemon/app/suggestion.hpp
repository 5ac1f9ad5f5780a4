#pragma once

#include <span>
#include <string>
#include <string_view>

namespace osrtp::app {

/// The end of a sentence about a word that is not known: "; did you mean 'ports'?", or empty where none of `known` is
/// near. Near is what a few slips of the hand make of it, or what others call the same thing.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string_view> known);

}  // namespace osrtp::app
