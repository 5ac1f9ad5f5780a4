#include "negotiate/crossing.hpp"

#include <algorithm>

#include "sdp/words.hpp"

namespace osrtp::negotiate {
namespace {

/// Keys of one leg on the other would be an exposure (OSRTP-16, DTLS-21); capability lines offer what we
/// have not agreed to (OSRTP-5); ICE, BUNDLE and other addresses describe the sender's own sockets. Groups name
/// lines by their mids, which do not cross.
constexpr auto kLegOnly = std::to_array<std::string_view>(
    {"crypto",    "cryptoscale", "encryption",  "key-mgmt",      "srtpctx",    "cryptex",      "fingerprint",
     "setup",     "tls-id",      "dtls-id",     "connection",    "identity",   "zrtp-hash",    "csup",
     "creq",      "acap",        "tcap",        "pcfg",          "acfg",       "candidate",    "remote-candidates",
     "ice-ufrag", "ice-pwd",     "ice-options", "ice-lite",      "ice-pacing", "ice-mismatch", "end-of-candidates",
     "mid",       "group",       "bundle-only", "rtcp-mux-only", "altc",       "source-filter"});

constexpr std::string_view kMidExtension = "urn:ietf:params:rtp-hdrext:sdes:mid";
constexpr std::string_view kEncryptedExtension = "urn:ietf:params:rtp-hdrext:encrypt";

template <class Names>
bool is_one_of(const sdp::Line& line, const Names& names) {
  if (line.type != 'a') return false;
  const std::string_view attribute = line.attribute();
  // In any case: a key that its receiver would not read is exposed all the same.
  const auto named = [&](std::string_view name) { return sdp::same_word(name, attribute); };
  return std::any_of(names.begin(), names.end(), named);
}

/// "1 urn:..." or "1/sendonly urn:..." (RFC 8285 §8).
bool is_extension_of_a_leg(const sdp::Line& line) {
  if (line.type != 'a' || line.attribute() != "extmap") return false;
  std::string_view rest = line.attribute_value();
  (void)sdp::next_word(rest, " \t");
  const std::string_view uri = sdp::next_word(rest, " \t");
  return sdp::same_word(uri, kMidExtension) || sdp::same_word(uri, kEncryptedExtension);
}

}  // namespace

bool is_leg_only(const sdp::Line& line) {
  return line.type == 'k' || is_one_of(line, kLegOnly) || is_extension_of_a_leg(line);
}

bool is_key(const sdp::Line& line) {
  return line.type == 'k' || is_one_of(line, std::to_array<std::string_view>({"crypto", "cryptoscale", "key-mgmt"}));
}

bool is_dtls(const sdp::Line& line) { return is_one_of(line, kDtlsAttributes); }

bool runs_over_tls(std::string_view proto) {
  while (!proto.empty()) {
    const std::string_view layer = sdp::next_word(proto, "/");
    if (sdp::same_word(layer, "TLS") || sdp::same_word(layer, "DTLS")) return true;
  }
  return false;
}

bool needs_feedback(const sdp::Line& line) {
  return is_one_of(line, std::to_array<std::string_view>({"rtcp-fb", "rtcp-rsize"}));
}

}  // namespace osrtp::negotiate
