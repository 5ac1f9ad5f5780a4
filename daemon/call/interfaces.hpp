#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "call/media_plane.hpp"

namespace osrtp::call {

/// Where a leg's ports are to be.
struct InterfaceWish {
  std::string_view name;  // empty: none is named
  Family family = Family::kIpv4;
};

[[nodiscard]] bool has_interface(const std::vector<Interface>& all, std::string_view name);

/// The one of that name, of the wish's family where the name has several; where there is no such name the first of
/// the family, and where the family has none the first of all.
/// @return its index; `all` is not empty
[[nodiscard]] std::size_t choose_interface(const std::vector<Interface>& all, const InterfaceWish& wish);

}  // namespace osrtp::call
