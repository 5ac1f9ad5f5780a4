#include "call/registry.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/escape.hpp"
#include "call/call.hpp"
#include "protocol/codec.hpp"

namespace osrtp::call {
namespace {

using protocol::ErrorCode;

/// Room for more calls is not kept in advance.
constexpr std::size_t kMostFiled = 1UL << 20U;

/// Stock clients put the BYE's own Via branch here, magic cookie and all (RFC 3261 §8.1.1.7), and mean the call. Where
/// they named a branch so in an offer, they mean that one.
bool can_only_be_a_branch(const protocol::Delete& request) {
  return !request.via_branch.empty() && !request.via_branch.starts_with("z9hG4bK");
}

std::string summary(const protocol::LegSecurity& entry) {
  std::string line = " " + std::string(name(entry.leg)) + "." + std::to_string(entry.media) + "=";
  line += name(entry.state);
  if (!entry.suite.empty()) line += "/" + entry.suite;
  if (entry.reason) line += "(" + std::string(name(*entry.reason)) + ")";
  line += " relayed=" + std::to_string(entry.relayed_packets);
  line += " authenticated=" + std::to_string(entry.authenticated_packets);
  std::uint64_t drops = 0;
  for (const auto& [why, count] : entry.dropped) drops += count;
  return line + " dropped=" + std::to_string(drops) + " lost=" + std::to_string(entry.lost_packets);
}

void log_event(const LogSink& log, const protocol::Event& event) {
  std::string line = "call=" + printable(event.call_id) + " event=" + std::string(name(event.kind));
  line += " leg=" + std::string(name(event.leg)) + "." + std::to_string(event.media);
  line += " state=" + std::string(name(event.state));
  if (event.reason) line += " reason=" + std::string(name(*event.reason));
  log(event.kind == protocol::EventKind::kDowngrade ? LogLevel::kWarning : LogLevel::kInfo, line);
}

std::optional<protocol::Error> too_big(const protocol::SdpRequest& request) {
  if (protocol::encoded_size(request.sdp) <= kMaxEncodedSdp) return std::nullopt;
  return protocol::Error{ErrorCode::kBadSdp, "Failed to parse SDP: too big to be sent on", {}};
}

}  // namespace

Registry::Registry(Settings settings, MediaPlane& plane, Entropy entropy, LogSink log,
                   std::shared_ptr<const dtls::Identity> identity)
    : settings_(std::move(settings)),
      plane_(plane),
      entropy_(std::move(entropy)),
      log_(std::move(log)),
      identity_(std::move(identity)) {
  // What grows has to be filed anew at times, and everybody would wait for that.
  by_id_.reserve(std::min(settings_.max_calls, kMostFiled));
}

Registry::~Registry() = default;

Call* Registry::find(const std::string& call_id) const {
  const auto known = by_id_.find(call_id);
  return known == by_id_.end() ? nullptr : &*known->second;
}

Result<protocol::SdpReply, protocol::Error> Registry::offer(const protocol::Offer& request, Now now) {
  warnings_.clear();
  if (auto error = too_big(request)) return fail(*std::move(error));
  if (Call* known = find(request.call_id)) {
    collect_events(*known, now);
    auto reply = known->offer(request, now, warnings_);
    known->count();
    return reply;
  }
  if (draining_) return fail(protocol::Error{ErrorCode::kDraining, "No new calls: the relay is being taken down", {}});
  if (calls_.size() >= settings_.max_calls) {
    return fail(protocol::Error{ErrorCode::kTooManyCalls, "Parallel session limit reached", {}});
  }
  const auto source = HalfOpen::source_of(request.received_from);
  if (!half_open_.admits(source, settings_.half_open_per_source)) {
    return fail(protocol::Error{ErrorCode::kTooManyCalls, "Too many unanswered calls from one source", {}});
  }
  std::list<Call> fresh;
  fresh.emplace_back(request.call_id, Surroundings{settings_, plane_, entropy_, identity_, next_stream_, census_}, now);
  auto reply = fresh.front().offer(request, now, warnings_);
  if (!reply) return reply;
  log_(LogLevel::kInfo, "call=" + printable(request.call_id) + " event=offer");
  half_open_.add(request.call_id, source);
  by_id_.emplace(fresh.front().id(), fresh.begin());
  calls_.splice(calls_.end(), fresh);
  ++census_.begun;
  calls_.back().count();
  return reply;
}

Result<protocol::SdpReply, protocol::Error> Registry::answer(const protocol::Answer& request, Now now) {
  warnings_.clear();
  Call* known = find(request.call_id);
  if (known == nullptr) return fail(protocol::Error{ErrorCode::kUnknownCall, "Unknown call-id", {}});
  if (auto error = too_big(request)) return fail(*std::move(error));
  collect_events(*known, now);
  auto reply = known->answer(request, now, warnings_);
  if (known->answered()) half_open_.remove(request.call_id);
  if (reply) log_security(request.call_id, reply->security);
  collect_events(*known, now);
  known->count();
  return reply;
}

void Registry::log_security(const std::string& call_id, const std::vector<protocol::LegSecurity>& security) const {
  std::string line = "call=" + printable(call_id) + " event=answer";
  for (const auto& entry : security) {
    line +=
        " " + std::string(name(entry.leg)) + "." + std::to_string(entry.media) + "=" + std::string(name(entry.state));
    if (!entry.suite.empty()) line += "/" + entry.suite;
    if (entry.reason) line += "(" + std::string(name(*entry.reason)) + ")";
  }
  const bool failed = std::any_of(security.begin(), security.end(),
                                  [](const auto& e) { return e.state == protocol::SecurityState::kFailed; });
  log_(failed ? LogLevel::kWarning : LogLevel::kInfo, line);
}

protocol::DeleteReply Registry::remove(const protocol::Delete& request, Now now) {
  const auto known = by_id_.find(request.call_id);
  if (known == by_id_.end()) return {};
  if (!request.from_tag.empty() && !known->second->has_tag(request.from_tag)) return {};
  if (!request.via_branch.empty() && known->second->remove_branch(request.via_branch)) {
    known->second->count();
    return {known->second->report(now)};
  }
  if (can_only_be_a_branch(request)) return {};
  const bool both = !request.from_tag.empty() && !request.to_tag.empty();
  if (both && !known->second->is_dialog(request.from_tag, request.to_tag)) return {};
  return {end(known->second, Ending::kDeleted, now)};
}

Result<protocol::QueryReply, protocol::Error> Registry::query(const protocol::Query& request, Now now) const {
  const Call* known = find(request.call_id);
  if (known == nullptr) return fail(protocol::Error{ErrorCode::kUnknownCall, "Unknown call-id", {}});
  auto report = known->report(now);
  if (!request.from_tag.empty()) {
    std::erase_if(report.parties, [&](const auto& p) { return p.tag != request.from_tag && p.tag != request.to_tag; });
  }
  return protocol::QueryReply{std::move(report)};
}

std::vector<std::string> Registry::list(std::size_t limit) const {
  std::vector<std::string> ids;
  for (const Call& call : calls_) {
    if (ids.size() >= limit) break;
    ids.push_back(call.id());
  }
  return ids;
}

std::optional<std::vector<StreamPlace>> Registry::places(const std::string& call_id) const {
  const Call* known = find(call_id);
  return known == nullptr ? std::nullopt : std::optional(known->places());
}

void Registry::drain(bool on) {
  if (std::exchange(draining_, on) == on) return;
  log_(LogLevel::kInfo, std::string("event=") + (on ? "drain" : "undrain") + " calls=" + std::to_string(size()));
}

std::vector<std::string> Registry::take_warnings() noexcept { return std::exchange(warnings_, {}); }

std::size_t Registry::looks_due(TimePoint now) {
  using Seconds = std::chrono::duration<double>;
  const auto since = looked_ ? std::min<TimePoint::duration>(now - *looked_, kLookInterval) : kLookInterval;
  looked_ = now;
  const double share = Seconds(since) / Seconds(kLookInterval);
  return kLeastLooks + static_cast<std::size_t>(std::ceil(share * static_cast<double>(calls_.size())));
}

void Registry::expire(Now now) {
  for (std::size_t looks = std::min(looks_due(now.steady), calls_.size()); looks > 0; --looks) {
    const Place call = calls_.begin();
    calls_.splice(calls_.end(), calls_, call);
    log_news(*call);
    collect_events(*call, now);
    call->count();
    if (const auto why = call->expired(now)) end(call, *why, now);
  }
}

void Registry::log_news(Call& call) const {
  for (const std::string& news : call.take_news()) {
    const bool failed = news.find("state=failed") != std::string::npos;
    log_(failed ? LogLevel::kWarning : LogLevel::kInfo, "call=" + printable(call.id()) + " event=handshake " + news);
  }
}

void Registry::collect_events(Call& call, Now now) {
  for (protocol::Event& event : call.take_events(now)) {
    ++census_.events[static_cast<std::size_t>(event.kind)];
    // That of a handshake is in the log already.
    if (event.kind != protocol::EventKind::kFailed) log_event(log_, event);
    if (events_.size() < kMostEvents) events_.push_back(std::move(event));
  }
}

void Registry::clear(Now now) {
  while (!calls_.empty()) end(calls_.begin(), Ending::kShutdown, now);
}

protocol::CallReport Registry::end(Place call, Ending why, Now now) {
  log_news(*call);
  auto report = call->report(now);
  std::string line = "call=" + printable(call->id()) + " event=end why=" + std::string(name(why));
  for (const auto& entry : report.security) {
    line += summary(entry);
    for (const auto& [reason, count] : entry.dropped) dropped_[reason] += count;
  }
  log_(LogLevel::kInfo, line);
  call->count();
  ++census_.ended[static_cast<std::size_t>(why)][static_cast<std::size_t>(standing_of(*call->counted()))];
  half_open_.remove(call->id());
  by_id_.erase(call->id());
  ended_ids_.push_back(call->id());
  calls_.erase(call);
  ++ended_;
  return report;
}

}  // namespace osrtp::call
