#include "call/interfaces.hpp"

#include <algorithm>

namespace osrtp::call {

bool has_interface(const std::vector<Interface>& all, std::string_view name) {
  return std::any_of(all.begin(), all.end(), [&](const Interface& i) { return i.name == name; });
}

// Who names a network means it: an address of another family there is of more use than one of another network.
std::size_t choose_interface(const std::vector<Interface>& all, const InterfaceWish& wish) {
  const auto score = [&](const Interface& one) {
    const bool named = !wish.name.empty() && one.name == wish.name;
    return (named ? 2 : 0) + (one.advertised.family() == wish.family ? 1 : 0);
  };
  const auto worse = [&](const Interface& a, const Interface& b) { return score(a) < score(b); };
  // Of equals max_element takes the first.
  return static_cast<std::size_t>(std::max_element(all.begin(), all.end(), worse) - all.begin());
}

}  // namespace osrtp::call
