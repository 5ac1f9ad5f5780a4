#include <algorithm>
#include <limits>

#include "base/base64.hpp"
#include "protocol/codec.hpp"
#include "protocol/json.hpp"
#include "protocol/names.hpp"
#include "protocol/reader.hpp"

namespace osrtp::protocol {

namespace {

Failure<BadReply> bad(std::string reason) { return fail(BadReply{std::move(reason)}); }

// What a reply lacks reads as empty or zero: a server may tell less than we could say.

std::string text(const json_t* object, std::string_view key) {
  return std::string(json::as_text(json::member(object, key)).value_or(""));
}
std::int64_t integer(const json_t* object, std::string_view key) {
  return json::as_integer(json::member(object, key)).value_or(0);
}
std::uint64_t count(const json_t* object, std::string_view key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(integer(object, key), 0));
}
int port(const json_t* object, std::string_view key) {
  return static_cast<int>(std::clamp<std::int64_t>(integer(object, key), 0, 65'535));
}
int seconds(const json_t* object, std::string_view key) {
  return static_cast<int>(std::clamp<std::int64_t>(integer(object, key), 0, std::numeric_limits<int>::max()));
}
bool flag(const json_t* object, std::string_view key) { return json_is_true(json::member(object, key)); }
std::vector<std::string> texts(const json_t* object, std::string_view key) {
  std::vector<std::string> list;
  json::for_elements(json::member(object, key), [&](const json_t* element) {
    if (const auto entry = json::as_text(element)) list.emplace_back(*entry);
  });
  return list;
}
std::map<std::string, std::uint64_t> counts_by_name(const json_t* object, std::string_view key) {
  std::map<std::string, std::uint64_t> counts;
  const json_t* members = json::member(object, key);
  if (!json_is_object(members)) return counts;
  json::for_members(members, [&](std::string_view name, const json_t*) { counts.emplace(name, count(members, name)); });
  return counts;
}

std::vector<LegSecurity> security_of(const json_t* reply, Warnings& warnings) {
  std::vector<LegSecurity> legs;
  json::for_elements(json::member(reply, "security"), [&](const json_t* entry) {
    const std::string state = text(entry, "state");
    const auto known = named<SecurityState>(kSecurityStateNames, state);
    if (!known) return warnings.add("unknown security state", state);
    const auto which = leg_named(text(entry, "leg"));
    if (!which) return warnings.add("unknown leg", text(entry, "leg"));
    LegSecurity leg;
    leg.leg = *which;
    leg.media = count(entry, "media");
    leg.state = *known;
    leg.suite = text(entry, "suite");
    const std::string reason = text(entry, "reason");
    leg.reason = named<Reason>(kReasonNames, reason);
    if (!leg.reason && !reason.empty()) warnings.add("unknown reason", reason);
    leg.authenticated_packets = count(entry, "authenticated-packets");
    leg.relayed_packets = count(entry, "relayed-packets");
    leg.dropped = counts_by_name(entry, "dropped");
    leg.since = integer(entry, "since");
    leg.lost_packets = count(entry, "lost-packets");
    legs.push_back(std::move(leg));
  });
  return legs;
}

std::vector<Happening> history_of(const json_t* reply) {
  std::vector<Happening> all;
  json::for_elements(json::member(reply, "history"), [&](const json_t* entry) {
    const auto kind = named<HappeningKind>(kHappeningNames, text(entry, "event"));
    const auto leg = leg_named(text(entry, "leg"));
    if (!kind || !leg) return;  // of a newer daemon
    Happening one{integer(entry, "at-ms"), *kind, *leg};
    if (json::member(entry, "media") != nullptr) one.media = count(entry, "media");
    one.state = named<SecurityState>(kSecurityStateNames, text(entry, "state"));
    one.suite = text(entry, "suite");
    one.reason = named<Reason>(kReasonNames, text(entry, "reason"));
    all.push_back(std::move(one));
  });
  return all;
}

Counts counts_of(const json_t* object, std::string_view key) {
  const json_t* counts = json::member(object, key);
  return {count(counts, "packets"), count(counts, "bytes"), count(counts, "errors")};
}

StreamReport stream_of(const json_t* object) {
  const json_t* remote = json::member(object, "endpoint");
  StreamReport stream;
  stream.local_address = text(object, "local address");
  stream.local_port = port(object, "local port");
  stream.remote_address = text(remote, "address");
  if (!stream.remote_address.empty()) stream.remote_port = port(remote, "port");
  stream.last_packet = integer(object, "last packet");
  stream.flags = texts(object, "flags");
  stream.received = counts_of(object, "stats");
  stream.sent = counts_of(object, "stats_out");
  return stream;
}

MediaReport media_of(const json_t* object) {
  MediaReport media;
  media.index = count(object, "index");
  media.type = text(object, "type");
  media.protocol = text(object, "protocol");
  media.crypto_suite = text(object, "crypto suite");
  json::for_elements(json::member(object, "streams"),
                     [&](const json_t* stream) { media.streams.push_back(stream_of(stream)); });
  media.flags = texts(object, "flags");
  return media;
}

PartyReport party_of(const json_t* object) {
  PartyReport party;
  party.tag = text(object, "tag");
  party.via_branch = text(object, "via-branch");
  party.leg = leg_named(text(object, "leg")).value_or(Leg::kCaller);  // not in NG
  party.created = integer(object, "created");
  json::for_elements(json::member(object, "medias"),
                     [&](const json_t* media) { party.medias.push_back(media_of(media)); });
  return party;
}

constexpr std::int64_t kSecond = 1'000'000;  // in microseconds
constexpr std::int64_t kMostSeconds = std::numeric_limits<std::int64_t>::max() / kSecond - 1;

std::int64_t created_us(const json_t* reply) {
  if (json::member(reply, "created_ts") != nullptr) return integer(reply, "created_ts");
  return std::clamp<std::int64_t>(integer(reply, "created"), 0, kMostSeconds) * kSecond +
         std::clamp<std::int64_t>(integer(reply, "created_us"), 0, kSecond - 1);
}

CallReport call_of(const json_t* reply, Warnings& warnings) {
  const json_t* totals = json::member(reply, "totals");
  CallReport call;
  call.created_us = created_us(reply);
  call.last_signal = integer(reply, "last signal");
  call.duration_ms = std::max<std::int64_t>(integer(reply, "duration-ms"), 0);
  if (const json_t* tags = json::member(reply, "tags"); json_is_object(tags)) {
    json::for_members(tags, [&](std::string_view, const json_t* party) { call.parties.push_back(party_of(party)); });
  }
  call.rtp = counts_of(totals, "RTP");
  call.rtcp = counts_of(totals, "RTCP");
  call.security = security_of(reply, warnings);
  call.history = history_of(reply);
  return call;
}

using Body = Result<ReplyBody, BadReply>;

Body sdp_of(const json_t* reply, Command command, Warnings& warnings) {
  SdpReply body{text(reply, "sdp"), security_of(reply, warnings)};
  if (const auto encoded = json::as_text(json::member(reply, "sdp-base64"))) {
    const auto octets = decode_base64(*encoded);
    if (!octets) return bad("'sdp-base64' is not base64");
    body.sdp.assign(octets->begin(), octets->end());
  }
  if (body.sdp.empty() && command == Command::kOffer) return bad("no SDP in the reply");
  return ReplyBody(std::move(body));
}

DeleteReply deleted_of(const json_t* reply, Warnings& warnings) {
  if (json::member(reply, "totals") == nullptr) return {};
  return {call_of(reply, warnings)};
}

StatisticsReply statistics_of(const json_t* reply) {
  const json_t* all = json::member(reply, "statistics");
  const json_t* total = json::member(all, "totalstatistics");
  const json_t* ours = json::member(all, "osrtp");
  StatisticsReply statistics;
  statistics.uptime = integer(total, "uptime");
  statistics.calls = count(json::member(all, "currentstatistics"), "sessionsown");
  statistics.managed_calls = count(total, "managedsessions");
  statistics.offers = count(ours, "offers");
  statistics.answers = count(ours, "answers");
  statistics.refused = count(ours, "refused");
  statistics.dropped = counts_by_name(ours, "dropped");
  statistics.workers = count(ours, "workers");
  statistics.stalled_workers = count(ours, "stalled-workers");
  statistics.unsent = count(ours, "unsent");
  return statistics;
}

Error error_of(const json_t* reply, Warnings& warnings) {
  const auto code = named<ErrorCode>(kErrorCodeNames, text(reply, "error-code"));
  return {code.value_or(ErrorCode::kInternal), text(reply, "error-reason"), security_of(reply, warnings)};
}

Body success_of(const json_t* reply, Command command, Warnings& warnings) {
  switch (command) {
    case Command::kPing:
      return bad("no pong in the reply to a ping");
    case Command::kOffer:
    case Command::kAnswer:
      return sdp_of(reply, command, warnings);
    case Command::kDelete:
      return ReplyBody(deleted_of(reply, warnings));
    case Command::kQuery:
      return ReplyBody(QueryReply{call_of(reply, warnings)});
    case Command::kList:
      return ReplyBody(ListReply{texts(reply, "calls")});
    case Command::kStatistics:
      return ReplyBody(statistics_of(reply));
    case Command::kDrain:
      return ReplyBody(DrainReply{flag(reply, "draining"), count(reply, "calls")});
    case Command::kSubscribe:
      return ReplyBody(SubscribeReply{seconds(reply, "seconds"), count(reply, "lost")});
    case Command::kCapture:
      return ReplyBody(CaptureReply{text(reply, "file"), seconds(reply, "seconds")});
  }
  return bad("no such command");
}

Body body_of(const json_t* reply, Command command, Warnings& warnings) {
  const std::string result = text(reply, "result");
  if (result == "error") return ReplyBody(error_of(reply, warnings));
  if (result == "load limit") return ReplyBody(Error{ErrorCode::kTooManyCalls, text(reply, "message"), {}});
  if (result == "pong" && command == Command::kPing) {
    return ReplyBody(Pong{flag(reply, "draining"), count(reply, "calls")});
  }
  if (result != "ok") return bad("no 'result' that we know in the reply");
  return success_of(reply, command, warnings);
}

}  // namespace

Result<Reply, BadReply> decode_reply(std::string_view json, Command command) {
  std::size_t position = 0;
  const json::Owned dictionary = json::parse(json, position);
  if (!json_is_object(dictionary.get())) return bad("no JSON object (octet " + std::to_string(position) + ")");
  Warnings warnings;
  auto body = body_of(dictionary.get(), command, warnings);
  if (!body) return fail(std::move(body).error());
  Reply reply{*std::move(body), texts(dictionary.get(), "warnings")};
  for (std::string& warning : std::move(warnings).take()) reply.warnings.push_back(std::move(warning));
  return reply;
}

}  // namespace osrtp::protocol
