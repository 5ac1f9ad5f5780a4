#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/base64.hpp"
#include "protocol/codec.hpp"
#include "protocol/json_text.hpp"
#include "protocol/octets.hpp"

namespace osrtp::protocol {

namespace {

// How JSON escapes what it must.
constexpr std::size_t kEscaped = 2;   // backslash, letter
constexpr std::size_t kNumbered = 6;  // backslash, u, four digits
constexpr std::array<std::size_t, 256> kWidths = [] {
  std::array<std::size_t, 256> widths{};
  for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = i < ' ' ? kNumbered : 1;
  for (const unsigned char c : {'"', '\\', '\b', '\f', '\n', '\r', '\t'}) widths[c] = kEscaped;
  return widths;
}();

json::Value counts_by_name(const std::map<std::string, std::uint64_t>& counts) {
  json::Object out;
  for (const auto& [name, count] : counts) out.set(name, json::number(count));
  return std::move(out).take();
}

json::Value security_of(const LegSecurity& leg) {
  json::Object out;
  out.set("leg", json::text(name(leg.leg)));
  out.set("media", json::number(static_cast<std::uint64_t>(leg.media)));
  out.set("state", json::text(name(leg.state)));
  out.set("suite", leg.suite.empty() ? json::null() : json::text(leg.suite));
  out.set("reason", leg.reason ? json::text(name(*leg.reason)) : json::null());
  out.set("authenticated-packets", json::number(leg.authenticated_packets));
  out.set("relayed-packets", json::number(leg.relayed_packets));
  out.set("dropped", counts_by_name(leg.dropped));
  out.set("since", json::number(leg.since));
  if (leg.lost_packets > 0) out.set("lost-packets", json::number(leg.lost_packets));
  return std::move(out).take();
}

json::Value security_of(const std::vector<LegSecurity>& legs) {
  json::Array all;
  for (const LegSecurity& leg : legs) all.add(security_of(leg));
  return std::move(all).take();
}

json::Value history_of(const std::vector<Happening>& happenings) {
  json::Array all;
  for (const Happening& one : happenings) {
    json::Object out;
    out.set("at-ms", json::number(one.at_ms));
    out.set("event", json::text(name(one.kind)));
    out.set("leg", json::text(name(one.leg)));
    if (one.media) out.set("media", json::number(static_cast<std::uint64_t>(*one.media)));
    if (one.state) out.set("state", json::text(name(*one.state)));
    if (!one.suite.empty()) out.set("suite", json::text(one.suite));
    if (one.reason) out.set("reason", json::text(name(*one.reason)));
    all.add(std::move(out).take());
  }
  return std::move(all).take();
}

json::Value counts_of(const Counts& counts) {
  json::Object out;
  out.set("packets", json::number(counts.packets));
  out.set("bytes", json::number(counts.bytes));
  out.set("errors", json::number(counts.errors));
  return std::move(out).take();
}

std::string_view family_of(std::string_view address) {
  return address.find(':') == std::string_view::npos ? "IPv4" : "IPv6";
}

/// NG leaves the object empty while no peer is known.
json::Value endpoint_of(const StreamReport& stream) {
  json::Object out;
  if (!stream.remote_address.empty()) {
    out.set("family", json::text(family_of(stream.remote_address)));
    out.set("address", json::text(stream.remote_address));
    out.set("port", json::number(std::int64_t{stream.remote_port}));
  }
  return std::move(out).take();
}

json::Value stream_of(const StreamReport& stream) {
  json::Object out;
  out.set("local port", json::number(std::int64_t{stream.local_port}));
  out.set("local address", json::text(stream.local_address));
  out.set("family", json::text(family_of(stream.local_address)));
  out.set("endpoint", endpoint_of(stream));
  out.set("advertised endpoint", endpoint_of(stream));
  out.set("last packet", json::number(stream.last_packet));
  out.set("flags", json::texts(stream.flags));
  out.set("stats", counts_of(stream.received));
  out.set("stats_out", counts_of(stream.sent));
  return std::move(out).take();
}

json::Value media_of(const MediaReport& media) {
  json::Object out;
  out.set("index", json::number(static_cast<std::uint64_t>(media.index)));
  out.set("type", json::text(media.type));
  out.set("protocol", json::text(media.protocol));
  if (!media.crypto_suite.empty()) out.set("crypto suite", json::text(media.crypto_suite));
  json::Array streams;
  for (const StreamReport& stream : media.streams) streams.add(stream_of(stream));
  out.set("streams", std::move(streams).take());
  out.set("flags", json::texts(media.flags));
  return std::move(out).take();
}

/// Everybody on the other side, as NG lists an offer's and answer's parties.
json::Value peers_of(const PartyReport& party, const std::vector<PartyReport>& parties) {
  json::Array peers;
  for (const PartyReport& peer : parties) {
    if (peer.leg == party.leg) continue;
    json::Object out;
    out.set("tag", json::text(peer.tag)).set("type", json::text("offer/answer"));
    peers.add(std::move(out).take());
  }
  return std::move(peers).take();
}

json::Value party_of(const PartyReport& party, const std::vector<PartyReport>& parties) {
  json::Object out;
  out.set("tag", json::text(party.tag));
  if (!party.via_branch.empty()) out.set("via-branch", json::text(party.via_branch));
  out.set("leg", json::text(name(party.leg)));
  out.set("created", json::number(party.created));
  out.set("subscriptions", peers_of(party, parties));
  out.set("subscribers", peers_of(party, parties));
  json::Array medias;
  for (const MediaReport& media : party.medias) medias.add(media_of(media));
  out.set("medias", std::move(medias).take());
  return std::move(out).take();
}

/// Keyed by tag, as in NG. Branches that have not answered have none, and those of one fork may
/// share one: each then gets a key of its own, so that none hides another.
json::Value tags_of(const std::vector<PartyReport>& parties) {
  json::Object out;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < parties.size(); ++i) {
    const std::string nth = std::to_string(i + 1);
    std::string key = as_text(parties[i].tag.empty() ? "<untagged " + nth + ">" : parties[i].tag);
    while (std::find(keys.begin(), keys.end(), key) != keys.end()) key += " <" + nth + ">";
    out.set(key, party_of(parties[i], parties));
    keys.push_back(std::move(key));
  }
  return std::move(out).take();
}

json::Value totals_of(const CallReport& call) {
  json::Object out;
  out.set("RTP", counts_of(call.rtp)).set("RTCP", counts_of(call.rtcp));
  return std::move(out).take();
}

constexpr std::int64_t kSecond = 1'000'000;  // in microseconds

void write_call(json::Object& out, const CallReport& call) {
  out.set("created", json::number(call.created_us / kSecond));
  out.set("created_us", json::number(call.created_us % kSecond));
  out.set("created_ts", json::number(call.created_us));
  out.set("last signal", json::number(call.last_signal));
  out.set("duration-ms", json::number(call.duration_ms));
  out.set("SSRC", json::Object().take());
  out.set("tags", tags_of(call.parties));
  out.set("totals", totals_of(call));
  out.set("security", security_of(call.security));
  if (!call.history.empty()) out.set("history", history_of(call.history));
}

/// Each writes its part of the reply. @return NG's `result`.
std::string_view write(json::Object& out, const Pong& reply) {
  out.set("draining", json::boolean(reply.draining)).set("calls", json::number(reply.calls));
  return "pong";
}

std::string_view write(json::Object& out, const SdpReply& reply) {
  if (reply.sdp.empty()) {
    // To the confirmation of an answer.
  } else if (is_text(reply.sdp)) {
    out.set("sdp", json::text(reply.sdp));
  } else {
    out.set("sdp-base64", json::text(encode_base64(bytes_of(reply.sdp))));
  }
  out.set("security", security_of(reply.security));
  return "ok";
}

std::string_view write(json::Object& out, const QueryReply& reply) {
  write_call(out, reply.call);
  return "ok";
}

std::string_view write(json::Object& out, const DeleteReply& reply) {
  if (reply.call) {
    write_call(out, *reply.call);
  } else {
    out.set("warning", json::text("Call-ID not found or tags didn't match"));
  }
  return "ok";
}

std::string_view write(json::Object& out, const ListReply& reply) {
  out.set("calls", json::texts(reply.calls));
  return "ok";
}

std::string_view write(json::Object& out, const StatisticsReply& reply) {
  json::Object current;
  current.set("sessionsown", json::number(reply.calls));
  current.set("sessionsforeign", json::number(std::int64_t{0}));
  current.set("sessionstotal", json::number(reply.calls));
  json::Object total;
  total.set("uptime", json::text(std::to_string(reply.uptime)));  // a string in NG too
  total.set("managedsessions", json::number(reply.managed_calls));
  json::Object ours;
  ours.set("offers", json::number(reply.offers));
  ours.set("answers", json::number(reply.answers));
  ours.set("refused", json::number(reply.refused));
  ours.set("dropped", counts_by_name(reply.dropped));
  ours.set("workers", json::number(reply.workers));
  ours.set("stalled-workers", json::number(reply.stalled_workers));
  ours.set("unsent", json::number(reply.unsent));
  json::Object statistics;
  statistics.set("currentstatistics", std::move(current).take());
  statistics.set("totalstatistics", std::move(total).take());
  statistics.set("osrtp", std::move(ours).take());
  out.set("statistics", std::move(statistics).take());
  return "ok";
}

std::string_view write(json::Object& out, const DrainReply& reply) {
  out.set("draining", json::boolean(reply.draining)).set("calls", json::number(reply.calls));
  return "ok";
}

std::string_view write(json::Object& out, const SubscribeReply& reply) {
  out.set("seconds", json::number(std::int64_t{reply.seconds})).set("lost", json::number(reply.lost));
  return "ok";
}

std::string_view write(json::Object& out, const CaptureReply& reply) {
  out.set("file", json::text(reply.file)).set("seconds", json::number(std::int64_t{reply.seconds}));
  return "ok";
}

std::string_view write(json::Object& out, const Error& reply) {
  out.set("error-code", json::text(name(reply.code)));
  out.set("error-reason", json::text(reply.reason));
  if (!reply.security.empty()) out.set("security", security_of(reply.security));
  return "error";
}

}  // namespace

std::size_t encoded_size(std::string_view sdp) noexcept {
  std::size_t escaped = 0;
  for (const char c : sdp) escaped += kWidths[static_cast<unsigned char>(c)];
  return std::max(escaped, (sdp.size() + 2) / 3 * 4);
}

std::string encode_reply(const Reply& reply) {
  json::Object out;
  const std::string_view result = std::visit([&](const auto& body) { return write(out, body); }, reply.body);
  if (!reply.warnings.empty()) out.set("warnings", json::texts(reply.warnings));
  out.set("result", json::text(result));
  return std::move(out).take().text;
}

}  // namespace osrtp::protocol
