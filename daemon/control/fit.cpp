#include "control/fit.hpp"

#include <algorithm>
#include <utility>

#include "protocol/codec.hpp"

namespace osrtp::control {
namespace {

bool drop_counters(std::vector<protocol::LegSecurity>& security) {
  const auto has_some = [](const auto& entry) { return !entry.dropped.empty(); };
  if (std::none_of(security.begin(), security.end(), has_some)) return false;
  for (auto& entry : security) entry.dropped.clear();
  return true;
}

bool drop_streams(std::vector<protocol::PartyReport>& parties) {
  bool dropped = false;
  for (auto& party : parties) {
    dropped = dropped || !party.medias.empty();
    party.medias.clear();
  }
  return dropped;
}

template <class T>
bool halve(std::vector<T>& all) {
  if (all.empty()) return false;
  all.resize(all.size() / 2);
  return true;
}

bool shrink(protocol::CallReport& call) {
  return halve(call.history) || drop_streams(call.parties) || halve(call.parties) || drop_counters(call.security);
}

/// Each takes something away. @return false: there is nothing left to take
bool shrink(protocol::Pong& /*reply*/) { return false; }
bool shrink(protocol::SdpReply& reply) { return drop_counters(reply.security); }
bool shrink(protocol::QueryReply& reply) { return shrink(reply.call); }
bool shrink(protocol::DeleteReply& reply) { return reply.call && shrink(*reply.call); }
bool shrink(protocol::ListReply& reply) { return halve(reply.calls); }
bool shrink(protocol::StatisticsReply& reply) { return !std::exchange(reply.dropped, {}).empty(); }
bool shrink(protocol::DrainReply& /*reply*/) { return false; }
bool shrink(protocol::SubscribeReply& /*reply*/) { return false; }
bool shrink(protocol::CaptureReply& /*reply*/) { return false; }
bool shrink(protocol::Error& reply) { return halve(reply.security); }

}  // namespace

std::optional<std::string> encode_within(protocol::Reply reply, std::size_t room) {
  std::string text = protocol::encode_reply(reply);
  if (text.size() <= room) return text;
  reply.warnings = {"the reply is full: details are left out"};
  for (text = protocol::encode_reply(reply); text.size() > room; text = protocol::encode_reply(reply)) {
    if (!std::visit([](auto& body) { return shrink(body); }, reply.body)) return std::nullopt;
  }
  return text;
}

}  // namespace osrtp::control
