#pragma once

#include <array>
#include <string_view>

#include "sdp/text.hpp"

/// Which lines of one leg's SDP are for the other leg too. Inside negotiate/ only.
///
/// The relay ends what belongs to a transport (keys, ICE, BUNDLE, ports) and carries what belongs to the streams:
/// SSRCs, header extensions and RTCP go through it unchanged. So a=ssrc, a=ssrc-group, a=msid, a=rid and a=simulcast
/// stay true on the other leg, and a=extmap and a=extmap-allow-mixed are an agreement between the two ends, made by
/// their offer and answer: what a phone does not know it leaves out of its answer, and so a browser finds no
/// extension in an answer that was not in its offer. Two kinds of extensions speak of a leg after all: the MID, since a
/// line has another name on each leg and a browser drops packets with one that it does not know; and those
/// that SRTP encrypts (RFC 6904), since only one leg may have SRTP.
namespace osrtp::negotiate {

/// What belongs to one leg only: keying, capabilities, ICE, BUNDLE, and the names of the lines.
[[nodiscard]] bool is_leg_only(const sdp::Line& line);

/// A secret in clear. A line that we do not carry keeps what its own protocol needs, fingerprints for one, but not
/// these.
[[nodiscard]] bool is_key(const sdp::Line& line);

/// What two ends say that do DTLS themselves, through a line that we relay unread (RFC 7345, RFC 8841, RFC 8842).
[[nodiscard]] bool is_dtls(const sdp::Line& line);
inline constexpr std::array<std::string_view, 3> kDtlsAttributes{"fingerprint", "setup", "tls-id"};

/// Whether a line with this proto, which we do not end, runs over DTLS or TLS: "UDP/TLS/UDPTL", "UDP/DTLS/SCTP".
[[nodiscard]] bool runs_over_tls(std::string_view proto);

/// Means something only in a profile with feedback (RFC 4585 §4.2, RFC 5506 §5).
[[nodiscard]] bool needs_feedback(const sdp::Line& line);

}  // namespace osrtp::negotiate
