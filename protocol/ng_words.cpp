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

template <class Wish>
struct Spelt {
  std::string_view word;
  Wish wish;
};
// Of each wish the first is the one to write. There is one candidate per family and no relay behind us, so what NG
// distinguishes among the ways to offer one comes to the same.
constexpr auto kDtls = std::to_array<Spelt<DtlsWish>>({{"active", DtlsWish::kActive},
                                                       {"passive", DtlsWish::kPassive},
                                                       {"off", DtlsWish::kOff},
                                                       {"no", DtlsWish::kOff},
                                                       {"disable", DtlsWish::kOff},
                                                       {"disabled", DtlsWish::kOff}});
constexpr auto kIce = std::to_array<Spelt<IceWish>>({{"default", IceWish::kDefault},
                                                     {"remove", IceWish::kRemove},
                                                     {"force", IceWish::kForce},
                                                     {"optional", IceWish::kForce},
                                                     {"force-relay", IceWish::kForce}});

template <class Wish>
std::optional<Wish> wish_named(std::span<const Spelt<Wish>> all, std::string_view value) {
  const std::string plain = lower(hyphened(value));
  const auto found = std::ranges::find(all, std::string_view(plain), &Spelt<Wish>::word);
  return found == all.end() ? std::nullopt : std::optional(found->wish);
}

template <class Wish>
std::string_view name_of(std::span<const Spelt<Wish>> all, Wish wish) noexcept {
  return std::ranges::find(all, wish, &Spelt<Wish>::wish)->word;
}

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

std::optional<DtlsWish> dtls_wish_named(std::string_view value) { return wish_named<DtlsWish>(kDtls, value); }
std::optional<IceWish> ice_wish_named(std::string_view value) { return wish_named<IceWish>(kIce, value); }

std::string_view name(DtlsWish wish) noexcept { return name_of<DtlsWish>(kDtls, wish); }
std::string_view name(IceWish wish) noexcept { return name_of<IceWish>(kIce, wish); }

}  // namespace osrtp::protocol
