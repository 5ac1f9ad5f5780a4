#include "protocol/ng_words.hpp"

#include <algorithm>
#include <array>

namespace osrtp::protocol {

namespace {

constexpr auto kHarmlessKeys = std::to_array<std::string_view>({"supports", "sip-message-type", "label"});

constexpr auto kKeys = std::to_array<std::string_view>({"address-family",
                                                        "call-id",
                                                        "codec",
                                                        "command",
                                                        "delete-delay",
                                                        "direction",
                                                        "dtls",
                                                        "dtls-fingerprint",
                                                        "flags",
                                                        "from-tag",
                                                        "ice",
                                                        "ice-lite",
                                                        "label",
                                                        "limit",
                                                        "media-address",
                                                        "metadata",
                                                        "osrtp",
                                                        "ptime",
                                                        "received-from",
                                                        "record-call",
                                                        "replace",
                                                        "rtcp-mux",
                                                        "rtpp-flags",
                                                        "sdes",
                                                        "sdp",
                                                        "sip-code",
                                                        "sip-message-type",
                                                        "supports",
                                                        "to-tag",
                                                        "tos",
                                                        "transport-protocol",
                                                        "via-branch",
                                                        "xmlrpc-callback"});

constexpr auto kFlags = std::to_array<std::string_view>({"asymmetric",
                                                         "debug",
                                                         "fast",
                                                         "fatal",
                                                         "fragment",
                                                         "full-rtcp-attribute",
                                                         "generate-mid",
                                                         "inject-dtmf",
                                                         "loop-protect",
                                                         "media-handover",
                                                         "nat-wait",
                                                         "no-port-latching",
                                                         "no-rtcp-attribute",
                                                         "original-sendrecv",
                                                         "pad-crypto",
                                                         "pierce-nat",
                                                         "port-latching",
                                                         "recrypt",
                                                         "reject-ice",
                                                         "reset",
                                                         "reuse-codecs",
                                                         "single-codec",
                                                         "sip-source-address",
                                                         "strict-source",
                                                         "symmetric",
                                                         "to-tag",
                                                         "trickle-ice",
                                                         "trust-address",
                                                         "unidirectional",
                                                         "webrtc"});

constexpr auto kFlagPrefixes = std::to_array<std::string_view>(
    {"bundle-", "codec-", "endpoint-learning-", "osrtp-", "replace-", "rtcp-mux-", "sdes-"});

constexpr auto kReplacements =
    std::to_array<std::string_view>({"force-increment-sdp-ver", "origin", "origin-full", "sdp-version",
                                     "session-connection", "session-name", "username", "zero-address"});

std::string plain(std::string_view word) { return lower(hyphened(word)); }

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

bool is_harmless_key(std::string_view key) {
  return std::ranges::find(kHarmlessKeys, plain(key)) != kHarmlessKeys.end();
}

bool is_ng_key(std::string_view key) { return std::ranges::find(kKeys, plain(key)) != kKeys.end(); }

bool is_ng_flag(std::string_view flag) {
  const std::string word = plain(flag);
  const auto starts = [&](std::string_view prefix) { return word.starts_with(prefix); };
  return std::ranges::find(kFlags, word) != kFlags.end() || std::ranges::any_of(kFlagPrefixes, starts);
}

bool is_ng_replacement(std::string_view entry) {
  return std::ranges::find(kReplacements, plain(entry)) != kReplacements.end();
}

}  // namespace osrtp::protocol
