#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/entropy.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "call/census.hpp"
#include "call/half_open.hpp"
#include "call/media_plane.hpp"
#include "call/settings.hpp"
#include "protocol/event.hpp"
#include "protocol/message.hpp"

namespace osrtp::call {

class Call;

/// An SDP may take this much of a reply (protocol::encoded_size). What a reply adds to it, for as many m-lines
/// as a call may have, fits beside it: a request is refused for its size before it changes anything, or never.
inline constexpr std::size_t kMaxEncodedSdp = 24UL * 1024;

/// All calls of this daemon: their limits, their expiry. One loop owns it.
class Registry {
 public:
  /// `plane`, `entropy` and `log` are borrowed for the registry's life.
  /// @param identity for DTLS; nothing: calls do without
  Registry(Settings settings, MediaPlane& plane, Entropy entropy, LogSink log,
           std::shared_ptr<const dtls::Identity> identity = {});
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry();

  [[nodiscard]] Result<protocol::SdpReply, protocol::Error> offer(const protocol::Offer& request, Now now);
  [[nodiscard]] Result<protocol::SdpReply, protocol::Error> answer(const protocol::Answer& request, Now now);
  /// Nothing inside DeleteReply: no such call.
  [[nodiscard]] protocol::DeleteReply remove(const protocol::Delete& request, Now now);
  [[nodiscard]] Result<protocol::QueryReply, protocol::Error> query(const protocol::Query& request, Now now) const;
  [[nodiscard]] std::vector<std::string> list(std::size_t limit) const;
  /// Nothing: no such call.
  [[nodiscard]] std::optional<std::vector<StreamPlace>> places(const std::string& call_id) const;
  [[nodiscard]] std::size_t size() const noexcept { return calls_.size(); }
  /// Warnings of the last offer or answer, for its reply.
  [[nodiscard]] std::vector<std::string> take_warnings() noexcept;
  /// Calls ended since start, and packets dropped in them, by reason.
  [[nodiscard]] std::uint64_t ended() const noexcept { return ended_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& dropped() const noexcept { return dropped_; }

  /// Of all calls; what happens between two looks of expire() at a call comes late by one.
  [[nodiscard]] const Census& census() const noexcept { return census_; }
  [[nodiscard]] std::size_t max_calls() const noexcept { return settings_.max_calls; }

  /// The calls that have ended since the last time, however they did.
  [[nodiscard]] std::vector<std::string> take_ended() noexcept { return std::exchange(ended_ids_, {}); }

  /// Octets that nobody can guess.
  void draw(ByteSpan octets) const { entropy_(octets); }

  [[nodiscard]] MediaHealth media_health() const { return plane_.health(); }

  /// Whether calls may begin; those that run are not concerned.
  void drain(bool on);
  [[nodiscard]] bool draining() const noexcept { return draining_; }

  /// Handshakes from now on use this one; those that run keep theirs.
  void renew_identity(std::shared_ptr<const dtls::Identity> identity) { identity_ = std::move(identity); }

  /// What the operator decides from now on. Legs that are answered keep what they were given.
  void reconfigure(Settings settings) { settings_ = std::move(settings); }

  /// What has happened to calls since the last time, for subscribers; at most kMostEvents.
  [[nodiscard]] std::vector<protocol::Event> take_events() noexcept { return std::exchange(events_, {}); }
  static constexpr std::size_t kMostEvents = 4096;

  /// Ends what has timed out, logs which handshakes have ended and finds events. Call it often, every 50 ms say: it
  /// looks at kLeastLooks calls and such a share of the rest as of kLookInterval has gone by since the last time, in
  /// turn, so that each is looked at once in kLookInterval and requests never wait for all of them.
  void expire(Now now);
  static constexpr std::chrono::seconds kLookInterval{1};
  static constexpr std::size_t kLeastLooks = 16;
  /// Ends every call, for a clean stop.
  void clear(Now now);

 private:
  using Place = std::list<Call>::iterator;

  [[nodiscard]] Call* find(const std::string& call_id) const;
  [[nodiscard]] std::size_t looks_due(TimePoint now);
  protocol::CallReport end(Place call, Ending why, Now now);
  void log_news(Call& call) const;
  void collect_events(Call& call, Now now);
  void log_security(const std::string& call_id, const std::vector<protocol::LegSecurity>& security) const;

  Settings settings_;
  MediaPlane& plane_;
  Entropy entropy_;
  LogSink log_;
  std::shared_ptr<const dtls::Identity> identity_;
  Census census_;          // before the calls, which leave it when they go
  std::list<Call> calls_;  // the one to be looked at next is first
  HalfOpen half_open_;
  std::unordered_map<std::string_view, Place> by_id_;  // the keys are the calls' own
  std::optional<TimePoint> looked_;                    // when expire() was last called
  std::vector<std::string> warnings_;
  std::vector<protocol::Event> events_;
  std::vector<std::string> ended_ids_;
  bool draining_ = false;
  std::uint64_t ended_ = 0;
  std::map<std::string, std::uint64_t> dropped_;
  std::uint64_t next_stream_ = 1;
};

}  // namespace osrtp::call
