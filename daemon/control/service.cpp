#include "control/service.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/escape.hpp"
#include "base/result.hpp"
#include "control/fit.hpp"
#include "protocol/codec.hpp"
#include "protocol/framing.hpp"

namespace osrtp::control {
namespace {

/// A reply repeats its cookie, so that a long one takes the answer's room.
constexpr std::size_t kMaxCookie = 256;
/// What a UDP datagram over IPv4 carries.
constexpr std::size_t kMaxReply = 65'507;

template <class T>
protocol::ReplyBody body_of(Result<T, protocol::Error> result) {
  if (!result) return std::move(result).error();
  return *std::move(result);
}

/// Nothing: of none.
std::string_view call_of(const protocol::Request& request) {
  return std::visit(Overloaded{[](const protocol::Ping&) { return std::string_view(); },
                               [](const protocol::List&) { return std::string_view(); },
                               [](const protocol::Statistics&) { return std::string_view(); },
                               [](const protocol::Drain&) { return std::string_view(); },
                               [](const protocol::Subscribe&) { return std::string_view(); },
                               [](const auto& of_a_call) { return std::string_view(of_a_call.call_id); }},
                    request);
}

/// Whose keys the reply to `request` may hold; nothing: no one's.
std::string_view call_with_keys(const protocol::Request& request) {
  const bool has_keys =
      std::holds_alternative<protocol::Offer>(request) || std::holds_alternative<protocol::Answer>(request);
  return has_keys ? call_of(request) : std::string_view();
}

/// What is left of a reply when its call is over.
std::string without_keys(std::string_view reply) {
  const protocol::Error over{protocol::ErrorCode::kUnknownCall, "The call is over", {}};
  auto text = protocol::join(reply.substr(0, reply.find(' ')), protocol::encode_reply({over, {}}));
  return text ? *std::move(text) : std::string();
}

SipKey key_of(const call::Registry& registry) {
  std::array<std::uint8_t, sizeof(SipKey)> octets{};
  registry.draw(octets);
  return std::bit_cast<SipKey>(octets);
}

}  // namespace

Service::Service(call::Registry& registry, LogSink log, Now start, Capturer* capturer)
    : registry_(registry), log_(std::move(log)), start_(start), capturer_(capturer), cache_(key_of(registry)) {}

std::string Service::handle(std::string_view datagram, Now now, std::string_view from, Sender sender) {
  const auto frame = protocol::split(datagram);
  if (!frame || frame->cookie.size() > kMaxCookie) {
    ++requests_.unanswered;
    return {};
  }
  const Digest128 digest = cache_.digest(datagram);
  if (auto seen = cache_.find(digest, now.steady)) {
    ++requests_.repeated;
    return *std::move(seen);
  }

  const auto decoded = protocol::decode_request(frame->dictionary);
  protocol::Reply reply;
  if (decoded) {
    reply = execute(decoded->request, now, {from, frame->cookie});
    reply.warnings.insert(reply.warnings.begin(), decoded->warnings.begin(), decoded->warnings.end());
  } else {
    reply.body = decoded.error();
    ++totals_.refused;
    requests_.add(std::nullopt, decoded.error().code);
    log_refused(decoded.error(), {}, now.steady);
  }
  auto body = encode_within(std::move(reply), kMaxReply - frame->cookie.size() - 1);
  if (!body) {
    body = protocol::encode_reply(
        {protocol::Error{protocol::ErrorCode::kInternal, "The reply does not fit into a datagram", {}}, {}});
  }
  auto text = protocol::join(frame->cookie, *body);
  if (!text) return {};
  const bool garbage = !decoded && decoded.error().code == protocol::ErrorCode::kBadRequest;
  if (garbage && sender == Sender::kClaimed && text->size() > datagram.size()) return {};
  // What could not be read is refused again as cheaply. A repeated subscription goes on, and is not another client's.
  const bool done_once = decoded && !std::holds_alternative<protocol::Subscribe>(decoded->request);
  forget_ended();
  if (done_once) {
    const std::string_view call = call_with_keys(decoded->request);
    cache_.put(digest, *text, now.steady, call.empty() ? std::nullopt : std::optional(cache_.digest(call)));
  }
  return *std::move(text);
}

void Service::tick(Now now) {
  registry_.expire(now);
  forget_ended();
  cache_.drop_old(now.steady);
}

void Service::forget_ended() {
  for (const std::string& call : registry_.take_ended()) cache_.forget(cache_.digest(call), without_keys);
}

std::vector<Notice> Service::take_notices(TimePoint now) { return subscribers_.tell(registry_.take_events(), now); }

protocol::Reply Service::execute(const protocol::Request& request, Now now, const Asker& asker) {
  protocol::Reply reply{
      std::visit(Overloaded{[&](const protocol::Subscribe& r) { return subscribe(r, asker, now.steady); },
                            [&](const auto& r) { return on(r, now); }},
                 request),
      {}};
  reply.warnings = registry_.take_warnings();
  const auto* error = std::get_if<protocol::Error>(&reply.body);
  requests_.add(protocol::command_of(request), error != nullptr ? std::optional(error->code) : std::nullopt);
  if (error != nullptr) {
    ++totals_.refused;
    log_refused(*error, call_of(request), now.steady);
  }
  return reply;
}

void Service::log_refused(const protocol::Error& error, std::string_view call_id, TimePoint now) {
  const auto end = refused_.admit(static_cast<std::size_t>(error.code), now);
  if (!end) return;
  const std::string whose = call_id.empty() ? std::string() : "call=" + printable(call_id) + " ";
  std::string reason = error.reason;
  std::replace(reason.begin(), reason.end(), '"', '\'');  // which end it in a line of words
  log_(LogLevel::kWarning,
       whose + "event=refused code=" + std::string(name(error.code)) + " reason=\"" + reason + "\"" + *end);
}

protocol::ReplyBody Service::on(const protocol::Ping&, Now) {
  return protocol::Pong{registry_.draining(), registry_.size()};
}

protocol::ReplyBody Service::on(const protocol::Offer& request, Now now) {
  ++totals_.offers;
  return body_of(registry_.offer(request, now));
}

protocol::ReplyBody Service::on(const protocol::Answer& request, Now now) {
  ++totals_.answers;
  return body_of(registry_.answer(request, now));
}

protocol::ReplyBody Service::on(const protocol::Delete& request, Now now) {
  auto reply = registry_.remove(request, now);
  const bool fatal = std::find(request.flags.begin(), request.flags.end(), "fatal") != request.flags.end();
  if (!reply.call && fatal) {
    return protocol::Error{protocol::ErrorCode::kUnknownCall, "Call-ID not found or tags didn't match", {}};
  }
  return reply;
}

protocol::ReplyBody Service::on(const protocol::Query& request, Now now) {
  return body_of(registry_.query(request, now));
}

protocol::ReplyBody Service::on(const protocol::Capture& request, Now now) {
  if (capturer_ == nullptr) {
    return protocol::Error{protocol::ErrorCode::kBadRequest, "Capturing is off: no capture-folder is configured", {}};
  }
  auto streams = registry_.places(request.call_id);
  if (!streams) return protocol::Error{protocol::ErrorCode::kUnknownCall, "Unknown call-id", {}};
  auto file = capturer_->begin(request.call_id, *std::move(streams), std::chrono::seconds(request.seconds), now);
  if (!file) return std::move(file).error();
  return protocol::CaptureReply{*std::move(file), request.seconds};
}

protocol::ReplyBody Service::on(const protocol::List& request, Now) {
  return protocol::ListReply{registry_.list(static_cast<std::size_t>(std::max(request.limit, 0)))};
}

protocol::ReplyBody Service::on(const protocol::Statistics&, Now now) {
  protocol::StatisticsReply reply = totals_;
  reply.uptime = std::chrono::duration_cast<std::chrono::seconds>(now.steady - start_.steady).count();
  reply.calls = registry_.size();
  reply.managed_calls = registry_.ended();
  reply.dropped = registry_.dropped();
  const call::MediaHealth media = registry_.media_health();
  reply.workers = media.workers;
  reply.stalled_workers = media.stalled;
  reply.unsent = media.unsent;
  return reply;
}

protocol::ReplyBody Service::subscribe(const protocol::Subscribe& request, const Asker& asker, TimePoint now) {
  if (asker.address.empty()) {
    return protocol::Error{protocol::ErrorCode::kBadRequest, "Events have no address of this machine to go to", {}};
  }
  return subscribers_.subscribe(asker, std::chrono::seconds(request.seconds), now);
}

protocol::ReplyBody Service::on(const protocol::Drain& request, Now) {
  registry_.drain(request.on);
  return protocol::DrainReply{registry_.draining(), registry_.size()};
}

}  // namespace osrtp::control
