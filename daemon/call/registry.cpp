#include "call/registry.hpp"

#include <algorithm>
#include <utility>

#include "base/escape.hpp"
#include "call/call.hpp"
#include "protocol/codec.hpp"

namespace osrtp::call {
namespace {

using protocol::ErrorCode;

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
  return line + " dropped=" + std::to_string(drops);
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
      identity_(std::move(identity)) {}

Registry::~Registry() = default;

Result<protocol::SdpReply, protocol::Error> Registry::offer(const protocol::Offer& request, Now now) {
  warnings_.clear();
  if (auto error = too_big(request)) return fail(*std::move(error));
  const auto known = calls_.find(request.call_id);
  if (known != calls_.end()) {
    collect_events(*known->second, now);
    return known->second->offer(request, now, warnings_);
  }
  if (draining_) return fail(protocol::Error{ErrorCode::kDraining, "No new calls: the relay is being taken down", {}});
  if (calls_.size() >= settings_.max_calls) {
    return fail(protocol::Error{ErrorCode::kTooManyCalls, "Parallel session limit reached", {}});
  }
  auto call =
      std::make_unique<Call>(request.call_id, Surroundings{settings_, plane_, entropy_, identity_, next_stream_}, now);
  auto reply = call->offer(request, now, warnings_);
  if (!reply) return reply;
  log_(LogLevel::kInfo, "call=" + printable(request.call_id) + " event=offer");
  calls_.emplace(request.call_id, std::move(call));
  return reply;
}

Result<protocol::SdpReply, protocol::Error> Registry::answer(const protocol::Answer& request, Now now) {
  warnings_.clear();
  const auto known = calls_.find(request.call_id);
  if (known == calls_.end()) return fail(protocol::Error{ErrorCode::kUnknownCall, "Unknown call-id", {}});
  if (auto error = too_big(request)) return fail(*std::move(error));
  collect_events(*known->second, now);
  auto reply = known->second->answer(request, now, warnings_);
  if (reply) log_security(request.call_id, reply->security);
  collect_events(*known->second, now);
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
  const auto known = calls_.find(request.call_id);
  if (known == calls_.end()) return {};
  if (!request.from_tag.empty() && !known->second->has_tag(request.from_tag)) return {};
  if (!request.via_branch.empty() && known->second->remove_branch(request.via_branch)) {
    return {known->second->report(now)};
  }
  if (can_only_be_a_branch(request)) return {};
  const bool both = !request.from_tag.empty() && !request.to_tag.empty();
  if (both && !known->second->is_dialog(request.from_tag, request.to_tag)) return {};
  return {end(request.call_id, "deleted", now)};
}

Result<protocol::QueryReply, protocol::Error> Registry::query(const protocol::Query& request, Now now) const {
  const auto known = calls_.find(request.call_id);
  if (known == calls_.end()) return fail(protocol::Error{ErrorCode::kUnknownCall, "Unknown call-id", {}});
  auto report = known->second->report(now);
  if (!request.from_tag.empty()) {
    std::erase_if(report.parties, [&](const auto& p) { return p.tag != request.from_tag && p.tag != request.to_tag; });
  }
  return protocol::QueryReply{std::move(report)};
}

std::vector<std::string> Registry::list(std::size_t limit) const {
  std::vector<std::string> ids;
  for (const auto& [id, call] : calls_) {
    if (ids.size() >= limit) break;
    ids.push_back(id);
  }
  return ids;
}

void Registry::drain(bool on) {
  if (std::exchange(draining_, on) == on) return;
  log_(LogLevel::kInfo, std::string("event=") + (on ? "drain" : "undrain") + " calls=" + std::to_string(size()));
}

std::vector<std::string> Registry::take_warnings() noexcept { return std::exchange(warnings_, {}); }

void Registry::expire(Now now) {
  std::vector<std::pair<std::string, std::string_view>> over;
  for (const auto& [id, call] : calls_) {
    log_news(id, *call);
    collect_events(*call, now);
    if (const auto why = call->expired(now)) over.emplace_back(id, *why);
  }
  for (const auto& [id, why] : over) end(id, why, now);
}

void Registry::log_news(const std::string& call_id, Call& call) const {
  for (const std::string& news : call.take_news()) {
    const bool failed = news.find("state=failed") != std::string::npos;
    log_(failed ? LogLevel::kWarning : LogLevel::kInfo, "call=" + printable(call_id) + " event=handshake " + news);
  }
}

void Registry::collect_events(Call& call, Now now) {
  for (protocol::Event& event : call.take_events(now)) {
    // That of a handshake is in the log already.
    if (event.kind != protocol::EventKind::kFailed) log_event(log_, event);
    if (events_.size() < kMostEvents) events_.push_back(std::move(event));
  }
}

void Registry::clear(Now now) {
  while (!calls_.empty()) end(std::string(calls_.begin()->first), "shutdown", now);
}

protocol::CallReport Registry::end(const std::string& call_id, std::string_view why, Now now) {
  const auto known = calls_.find(call_id);
  log_news(call_id, *known->second);
  auto report = known->second->report(now);
  std::string line = "call=" + printable(call_id) + " event=end why=" + std::string(why);
  for (const auto& entry : report.security) {
    line += summary(entry);
    for (const auto& [reason, count] : entry.dropped) dropped_[reason] += count;
  }
  log_(LogLevel::kInfo, line);
  calls_.erase(known);
  ++ended_;
  return report;
}

}  // namespace osrtp::call
