#pragma once

#include <string>

#include "app/config.hpp"
#include "base/log.hpp"
#include "sandbox/sandbox.hpp"

/// The sandbox (sandbox/) around this daemon: what it needs, and what came of it.
namespace osrtp::app {

/// What the configuration has it open once it runs. A reload may name other files below the same folders.
/// @param config_file empty: none
[[nodiscard]] sandbox::Files files_of(const Configuration& configuration, const std::string& config_file);

/// Two steps, because threads start in between: the first has to hold for them too, the second stops more from
/// starting.
class Confinement {
 public:
  /// Capabilities and files. Call before there are threads.
  Confinement(const Configuration& configuration, const std::string& config_file);
  /// System calls, and one line in the log of what holds: a warning where something is missing.
  void complete(const LogSink& log);

 private:
  bool wanted_;
  sandbox::FileUse use_;
  std::string holds_;  // " name=value" for each part
  bool missing_ = false;
};

}  // namespace osrtp::app
