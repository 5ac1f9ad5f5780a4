#include "ctl/print.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/escape.hpp"
#include "base/result.hpp"

namespace osrtp::ctl {

namespace {

using protocol::SecurityState;

std::string because(const std::optional<protocol::Reason>& reason) {
  return reason ? " because " + std::string(name(*reason)) : std::string();
}

std::string protection(const protocol::LegSecurity& leg) {
  std::string state(name(leg.state));
  switch (leg.state) {
    case SecurityState::kSrtpSdes:
    case SecurityState::kSrtpDtls:
      return "encrypted, " + state + " " + escaped(leg.suite);
    case SecurityState::kPlain:
      return "plain" + because(leg.reason);
    case SecurityState::kPending:
      return "pending, nothing is relayed yet";
    case SecurityState::kFailed:
      return "failed" + because(leg.reason) + ", nothing is relayed";
    case SecurityState::kZrtpPassthrough:
      return "zrtp, passed through";
    case SecurityState::kNotRtp:
      return "not RTP, passed through";
  }
  return state;
}

/// "audio", or "audio 2" where the number of the m-line is needed to tell it apart.
std::string media_name(const protocol::LegSecurity& leg, const protocol::CallReport& call) {
  const std::string number = std::to_string(leg.media + 1);
  for (const protocol::PartyReport& party : call.parties) {
    if (party.leg != leg.leg || leg.media >= party.medias.size()) continue;
    const std::string& type = party.medias[leg.media].type;
    const auto same = [&](const protocol::MediaReport& media) { return media.type == type; };
    const bool alone = std::count_if(party.medias.begin(), party.medias.end(), same) == 1;
    return escaped(type) + (alone ? "" : " " + number);
  }
  return "media " + number;
}

std::string local_time(std::int64_t unix_seconds) {
  const std::time_t when = unix_seconds;
  std::tm parts{};
  std::array<char, 32> text{};
  if (localtime_r(&when, &parts) == nullptr) return "?";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

/// "12:30:00.250  caller m-line 1: srtp-sdes AES_CM_128_HMAC_SHA1_80"
std::string happened(const protocol::Happening& one) {
  constexpr std::int64_t second = 1'000;
  const std::string milliseconds = std::to_string(second + one.at_ms % second).substr(1);
  std::string text = local_time(one.at_ms / second) + "." + milliseconds + "  " + std::string(name(one.leg));
  if (one.media) text += " m-line " + std::to_string(*one.media + 1);
  if (!one.state) return text + ": " + std::string(name(one.kind));
  text += ": " + std::string(name(*one.state));
  if (!one.suite.empty()) text += " " + escaped(one.suite);
  return text + because(one.reason);
}

std::string report(const protocol::CallReport& call) {
  constexpr std::int64_t million = 1'000'000;
  std::string text = "since " + local_time(call.created_us / million) + "\n";
  for (const protocol::LegSecurity& leg : call.security) text += describe(leg, call) + "\n";
  const auto sum = [](const char* what, const protocol::Counts& counts) {
    return std::string(what) + ": " + std::to_string(counts.packets) + " packets, " + std::to_string(counts.bytes) +
           " octets\n";
  };
  text += sum("RTP", call.rtp) + sum("RTCP", call.rtcp);
  for (const protocol::Happening& one : call.history) text += happened(one) + "\n";
  return text;
}

std::string call_id_of(const protocol::Request& request) {
  if (const auto* query = std::get_if<protocol::Query>(&request)) return escaped(query->call_id);
  if (const auto* ended = std::get_if<protocol::Delete>(&request)) return escaped(ended->call_id);
  return {};
}

std::string listing(const protocol::ListReply& list) {
  std::string text;
  for (const std::string& id : list.calls) text += escaped(id) + "\n";
  return text;
}

std::string numbers(const protocol::StatisticsReply& n) {
  std::string text = "uptime: " + std::to_string(n.uptime) + " s\n";
  text += "calls now: " + std::to_string(n.calls) + "\n";
  text += "calls ended: " + std::to_string(n.managed_calls) + "\n";
  text += "offers: " + std::to_string(n.offers) + "\n";
  text += "answers: " + std::to_string(n.answers) + "\n";
  text += "refused: " + std::to_string(n.refused) + "\n";
  for (const auto& [why, count] : n.dropped) text += "dropped, " + escaped(why) + ": " + std::to_string(count) + "\n";
  text += "not taken by the system: " + std::to_string(n.unsent) + "\n";
  text += "media workers: " + std::to_string(n.workers);
  if (n.stalled_workers != 0) text += ", of these stalled: " + std::to_string(n.stalled_workers);
  return text + "\n";
}

std::string calls_left(std::uint64_t calls) {
  return std::to_string(calls) + (calls == 1 ? " call runs\n" : " calls run\n");
}

std::string drained(const protocol::DrainReply& reply) {
  return (reply.draining ? "draining, no call begins: " : "calls may begin: ") + calls_left(reply.calls);
}

std::string refusal(const protocol::Error& error) {
  std::string text = std::string(name(error.code)) + ": " + escaped(error.reason) + "\n";
  for (const protocol::LegSecurity& leg : error.security) text += describe(leg, {}) + "\n";
  return text;
}

}  // namespace

std::string describe(const protocol::LegSecurity& security, const protocol::CallReport& call) {
  std::string line = std::string(name(security.leg)) + " " + media_name(security, call) + ": " + protection(security);
  if (is_encrypted(security.state)) line += ", " + std::to_string(security.authenticated_packets) + " authenticated";
  line += ", " + std::to_string(security.relayed_packets) + " relayed";
  if (security.lost_packets > 0) line += ", " + std::to_string(security.lost_packets) + " lost";
  for (const auto& [why, count] : security.dropped) {
    line += ", " + std::to_string(count) + " dropped (" + escaped(why) + ")";
  }
  return line;
}

std::string agreed(const protocol::LegSecurity& security) {
  return std::string(name(security.leg)) + " " + media_name(security, {}) + ": " + protection(security);
}

std::string describe(const protocol::Reply& reply, const protocol::Request& request) {
  const std::string id = call_id_of(request);
  std::string text = std::visit(
      Overloaded{
          [](const protocol::Pong& r) { return r.draining ? "pong, draining: " + calls_left(r.calls) : "pong\n"; },
          [](const protocol::SdpReply& r) { return r.sdp; },
          [&](const protocol::QueryReply& r) { return "call " + id + " " + report(r.call); },
          [&](const protocol::DeleteReply& r) {
            return r.call ? "ended call " + id + " " + report(*r.call) : "there is no call " + id + "\n";
          },
          [](const protocol::ListReply& r) { return listing(r); },
          [](const protocol::StatisticsReply& r) { return numbers(r); },
          [](const protocol::DrainReply& r) { return drained(r); },
          [](const protocol::SubscribeReply& r) { return std::to_string(r.seconds) + " s\n"; },
          [](const protocol::CaptureReply& r) {
            return escaped(r.file) + " is being written for " + std::to_string(r.seconds) + " s\n";
          },
          [](const protocol::Error& r) { return refusal(r); },
      },
      reply.body);
  // A call that is not there has been said already.
  if (!succeeded(reply)) return text;
  for (const std::string& warning : reply.warnings) text += "warning: " + escaped(warning) + "\n";
  return text;
}

std::string remark(const protocol::Reply& reply, const protocol::Request& request) {
  const auto* list = std::get_if<protocol::ListReply>(&reply.body);
  const auto* asked = std::get_if<protocol::List>(&request);
  if (list == nullptr || asked == nullptr || list->calls.size() < static_cast<std::size_t>(asked->limit)) return {};
  return "there may be more calls, see --limit\n";
}

bool succeeded(const protocol::Reply& reply) noexcept {
  if (const auto* ended = std::get_if<protocol::DeleteReply>(&reply.body)) return ended->call.has_value();
  return !std::holds_alternative<protocol::Error>(reply.body);
}

}  // namespace osrtp::ctl
