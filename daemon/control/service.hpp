#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/entropy.hpp"
#include "base/log.hpp"
#include "base/log_throttle.hpp"
#include "base/time.hpp"
#include "call/media_plane.hpp"
#include "call/registry.hpp"
#include "control/capturer.hpp"
#include "control/reply_cache.hpp"
#include "control/request_counts.hpp"
#include "control/subscribers.hpp"
#include "protocol/message.hpp"

namespace osrtp::control {

/// Whether what says who has sent a frame can be believed.
enum class Sender : std::uint8_t {
  kKnown,    // a UNIX socket of this machine, or a connection
  kClaimed,  // a UDP address, which anybody may put into a datagram
};

/// The whole daemon behind its control sockets: one datagram in, one datagram out.
class Service {
 public:
  /// @param capturer borrowed; nothing: nothing is captured
  Service(call::Registry& registry, LogSink log, Now start, Capturer* capturer = nullptr);

  /// Answers one frame "cookie SP dictionary". Never throws. @return the reply frame, or
  /// nothing for what has no cookie: garbage gets no answer, so nothing is reflected. What is no request makes no
  /// longer answer than it is itself where its sender is only claimed, so nothing is amplified; the log says why.
  /// @param from where the reply goes, if events may go there too: octets that only the caller need understand
  [[nodiscard]] std::string handle(std::string_view frame, Now now, std::string_view from = {},
                                   Sender sender = Sender::kKnown);
  /// What subscribers are to be sent; to be asked for after each handle() and tick().
  [[nodiscard]] std::vector<Notice> take_notices(TimePoint now);
  /// One of these could not be sent.
  void unsent(const Notice& notice) noexcept { subscribers_.lost(notice.address); }

  /// Ends calls whose time is over and forgets old replies, some at a time; to be called often, see
  /// call::Registry::expire().
  void tick(Now now);

  [[nodiscard]] std::size_t replies_kept() const noexcept { return cache_.size(); }
  [[nodiscard]] const RequestCounts& requests() const noexcept { return requests_; }

  /// A request that is refused has changed nothing.
  [[nodiscard]] protocol::Reply execute(const protocol::Request& request, Now now, const Asker& asker = {});

 private:
  void forget_ended();
  void log_refused(const protocol::Error& error, std::string_view call_id, TimePoint now);
  protocol::ReplyBody on(const protocol::Ping& request, Now now);
  protocol::ReplyBody on(const protocol::Offer& request, Now now);
  protocol::ReplyBody on(const protocol::Answer& request, Now now);
  protocol::ReplyBody on(const protocol::Delete& request, Now now);
  protocol::ReplyBody on(const protocol::Query& request, Now now);
  protocol::ReplyBody on(const protocol::List& request, Now now);
  protocol::ReplyBody on(const protocol::Statistics& request, Now now);
  protocol::ReplyBody on(const protocol::Drain& request, Now now);
  protocol::ReplyBody on(const protocol::Capture& request, Now now);
  protocol::ReplyBody subscribe(const protocol::Subscribe& request, const Asker& asker, TimePoint now);

  call::Registry& registry_;
  LogSink log_;
  Now start_;
  Capturer* capturer_;
  ReplyCache cache_;
  Subscribers subscribers_;
  LogThrottle refused_{protocol::kErrorCodeNames.size()};
  protocol::StatisticsReply totals_;
  RequestCounts requests_;
};

}  // namespace osrtp::control
