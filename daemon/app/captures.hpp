#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/tap_queue.hpp"
#include "base/log.hpp"
#include "call/media_plane.hpp"
#include "control/capturer.hpp"
#include "io/descriptor.hpp"

namespace osrtp::app {

/// What the peers of some calls send, in the clear, in files that only the daemon's user and root can read, one for
/// each capture (capture/pcapng.hpp). Keys are in none of them: those would open what others have recorded of the call
/// before and after. Each beginning and end is logged.
class Captures final : public control::Capturer {
 public:
  static constexpr std::size_t kMost = 4;                     // at a time
  static constexpr std::uint64_t kMostOctets = 256UL << 20U;  // of one file
  static constexpr std::uint64_t kMostOfAll = 1024UL << 20U;  // written since start

  /// @param plane borrowed
  /// @param folder where files are made; it is there already
  Captures(call::MediaPlane& plane, std::string folder, LogSink log);
  ~Captures() override;

  [[nodiscard]] Result<std::string, protocol::Error> begin(const std::string& call_id,
                                                           std::vector<call::StreamPlace> streams,
                                                           std::chrono::seconds seconds, Now now) override;
  /// Writes what has come, and ends those whose time is over; to be called often.
  void tick(Now now);

 private:
  struct Running;
  void write(Running& capture, Now now);
  void end(Running& capture, std::string_view why);

  call::MediaPlane& plane_;
  std::string folder_;
  LogSink log_;
  std::list<Running> running_;
  unsigned begun_ = 0;
  std::uint64_t written_ = 0;  // octets
};

}  // namespace osrtp::app
