#include "bench/load/dialect.hpp"

namespace osrtp::bench {
namespace {

constexpr std::string_view name_of(Command command) {
  switch (command) {
    case Command::kOffer:
      return "offer";
    case Command::kAnswer:
      return "answer";
    case Command::kDelete:
      return "delete";
  }
  return {};
}

/// SDP of ours as the inside of a JSON string: it has line ends to escape, and nothing else.
std::string escaped(std::string_view sdp) {
  std::string text;
  text.reserve(sdp.size() + 64);
  for (const char c : sdp) {
    if (c == '\r') {
      text += "\\r";
    } else if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

std::string_view policy_of(Protection protection) { return protection == Protection::kPlain ? "off" : "require"; }

std::string osrtpd_words(const Profile& profile, Command command) {
  if (command != Command::kOffer) return {};
  std::string words = R"(,"rtcp-mux":["demux"],"osrtp":{"caller":")";
  words += policy_of(profile.caller);
  words += R"(","callee":")";
  words += policy_of(profile.callee);
  words += R"(","caller-signalling":"encrypted","callee-signalling":"encrypted","keying":[")";
  words += profile.has_dtls() ? "dtls" : "sdes";
  words += R"("],"suites":[")";
  words += facts(profile.caller_suite).name;
  words += R"(",")";
  words += facts(profile.callee_suite).name;
  return words + "\"]}";
}

std::string rtpengine_words(const Profile& profile, Command command) {
  const std::string common = R"(,"ICE":"remove","flags":["trust-address"])";
  if (command == Command::kAnswer) return common;
  const std::string callee = profile.callee == Protection::kPlain ? "RTP/AVP" : "RTP/SAVP";
  return common + R"(,"rtcp-mux":["demux"],"transport-protocol":")" + callee + '"' +
         (profile.has_dtls() ? "" : R"(,"DTLS":"off")");
}

}  // namespace

std::string dictionary(Relay relay, const Profile& profile, Command command, std::string_view call_id,
                       std::string_view sdp) {
  std::string text = R"({"command":")";
  text += name_of(command);
  text += R"(","call-id":")";
  text += call_id;
  text += R"(","from-tag":"a")";
  if (command != Command::kOffer) text += R"(,"to-tag":"b")";
  if (command == Command::kDelete) return text + R"(,"delete-delay":0})";
  text += relay == Relay::kRtpengine ? rtpengine_words(profile, command) : osrtpd_words(profile, command);
  text += R"(,"sdp":")";
  text += escaped(sdp);
  return text + "\"}";
}

}  // namespace osrtp::bench
