#include "protocol/policy.hpp"

#include <algorithm>

namespace osrtp::protocol {

namespace {

constexpr char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

Profile profile_named(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kProfileNames.size(); ++i) {
    const auto same = [](char a, char b) { return upper(a) == b; };
    if (std::ranges::equal(text, kProfileNames[i], same)) return static_cast<Profile>(i);
  }
  return Profile::kOther;
}

}  // namespace osrtp::protocol
