#pragma once

#include <string_view>
#include <vector>

#include "app/config.hpp"

/// What SIGHUP does: the configuration is read again, and what can change while calls run does.
namespace osrtp::app {

/// The keys, as the file names them, in which two configurations differ. Of a table its name.
struct Difference {
  std::vector<std::string_view> now;            // taken over at once, by what begins from now on
  std::vector<std::string_view> after_restart;  // stays as it is until the daemon is started again

  [[nodiscard]] bool empty() const noexcept { return now.empty() && after_restart.empty(); }
};
[[nodiscard]] Difference difference(const Configuration& running, const Configuration& wanted);

/// `running` with what `wanted` says of the keys that can change.
[[nodiscard]] Configuration merged(const Configuration& running, const Configuration& wanted);

/// Every key that difference() looks at, for the test that none is missing.
[[nodiscard]] std::vector<std::string_view> compared_keys();

}  // namespace osrtp::app
