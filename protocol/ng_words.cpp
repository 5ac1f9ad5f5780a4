#include "protocol/ng_words.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace osrtp::protocol {

namespace {

using Words = std::span<const std::string_view>;

constexpr auto kGivenKeys = std::to_array<std::string_view>({"label", "sip-message-type", "supports"});
constexpr auto kKeys =
    std::to_array<std::string_view>({"address-family", "call-id",        "codec",       "command",
                                     "delete-delay",   "direction",      "dtls",        "dtls-fingerprint",
                                     "flags",          "from-tag",       "ice",         "ice-lite",
                                     "limit",          "media-address",  "metadata",    "osrtp",
                                     "ptime",          "received-from",  "record-call", "replace",
                                     "rtcp-mux",       "rtpp-flags",     "sdes",        "sdp",
                                     "sip-code",       "to-tag",         "tos",         "transport-protocol",
                                     "via-branch",     "xmlrpc-callback"});

// Keys are always padded, packets always decrypted and encrypted anew, direction attributes never touched.
constexpr auto kGivenFlags =
    std::to_array<std::string_view>({"debug", "fast", "fatal", "original-sendrecv", "pad-crypto", "port-latching",
                                     "recrypt", "strict-source", "symmetric", "trust-address"});
constexpr auto kFlags = std::to_array<std::string_view>(
    {"asymmetric",     "fragment",     "full-rtcp-attribute", "generate-mid",       "inject-dtmf", "loop-protect",
     "media-handover", "nat-wait",     "no-port-latching",    "no-rtcp-attribute",  "pierce-nat",  "reject-ice",
     "reset",          "reuse-codecs", "single-codec",        "sip-source-address", "to-tag",      "trickle-ice",
     "unidirectional", "webrtc"});
constexpr auto kFlagPrefixes = std::to_array<std::string_view>(
    {"bundle-", "codec-", "endpoint-learning-", "osrtp-", "replace-", "rtcp-mux-", "sdes-"});

constexpr auto kGivenReplacements = std::to_array<std::string_view>({"origin", "origin-full", "session-connection"});
constexpr auto kReplacements = std::to_array<std::string_view>(
    {"force-increment-sdp-ver", "sdp-version", "session-name", "username", "zero-address"});

// The peers' ICE lines never cross.
constexpr auto kGivenIce = std::to_array<std::string_view>({"default", "remove"});
constexpr auto kIce = std::to_array<std::string_view>({"force", "force-relay", "optional"});

Effect effect(std::string_view word, Words given, Words none) {
  const std::string plain = lower(hyphened(word));
  if (std::ranges::find(given, plain) != given.end()) return Effect::kGiven;
  return std::ranges::find(none, plain) != none.end() ? Effect::kNone : Effect::kUnknown;
}

}  // namespace

std::string hyphened(std::string_view word) {
  std::string result(word);
  std::ranges::replace(result, ' ', '-');
  return result;
}

std::string lower(std::string_view word) {
  std::string result(word);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

Effect effect_of_key(std::string_view key) { return effect(key, kGivenKeys, kKeys); }

Effect effect_of_flag(std::string_view flag) {
  const std::string plain = lower(hyphened(flag));
  const auto starts = [&](std::string_view prefix) { return plain.starts_with(prefix); };
  return std::ranges::any_of(kFlagPrefixes, starts) ? Effect::kNone : effect(flag, kGivenFlags, kFlags);
}

Effect effect_of_replacement(std::string_view entry) { return effect(entry, kGivenReplacements, kReplacements); }

Effect effect_of_ice(std::string_view value) { return effect(value, kGivenIce, kIce); }

}  // namespace osrtp::protocol
