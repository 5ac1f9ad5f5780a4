#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "call/media_plane.hpp"
#include "protocol/message.hpp"

namespace osrtp::control {

/// Who writes what a call's peers send into files. app/ implements it.
class Capturer {
 public:
  Capturer() = default;
  Capturer(const Capturer&) = delete;
  Capturer& operator=(const Capturer&) = delete;
  virtual ~Capturer() = default;

  /// From now on, for `seconds`, and of the streams that there are now.
  /// @return the name of the file; or why there is none
  [[nodiscard]] virtual Result<std::string, protocol::Error> begin(const std::string& call_id,
                                                                   std::vector<call::StreamPlace> streams,
                                                                   std::chrono::seconds seconds, Now now) = 0;
};

}  // namespace osrtp::control
