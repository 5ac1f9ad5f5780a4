#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/endpoint.hpp"
#include "sdp/crypto.hpp"
#include "sdp/fingerprint.hpp"
#include "sdp/ice.hpp"
#include "sdp/setup.hpp"
#include "sdp/text.hpp"

/// From what has been decided to the SDP that says so.
namespace osrtp::negotiate {

/// The m-line leaves as it came: we do not carry it.
struct LeaveAlone {};
/// Port 0, without keys, and without the sender's addresses where we have one of our own.
struct RejectLine {
  std::string mid{};                   // as in OurLine
  std::string proto{};                 // as it is to be written; empty: as it stands
  std::optional<IpAddress> address{};  // ours, for where nothing but rejected lines is left
};
/// Our end of a DTLS association (RFC 8842 §5).
struct DtlsLines {
  Fingerprint fingerprint;
  sdp::SetupRole setup = sdp::SetupRole::kActpass;
  std::string tls_id;  // empty: none is said
};
/// Our end of ICE, as a lite agent (RFC 8839). The password is a secret.
struct IceLines {
  std::string ufrag;
  std::string password;
  std::vector<sdp::Candidate> candidates;  // host ones
};
/// The m-line now names our ports and this leg's keys.
struct OurLine {
  Endpoint rtp;
  Endpoint rtcp;
  bool rtcp_mux = false;      // put a=rtcp-mux
  bool rtcp_separate = true;  // RTCP has a port of its own (also while mux is only offered)
  std::string proto{};        // as it is to be written; none of RTP's: relayed unread
  std::vector<sdp::CryptoAttribute> crypto{};
  std::optional<DtlsLines> dtls{};
  std::optional<IceLines> ice{};  // any line with it makes the session say ice-lite
  std::string mid{};              // as the receiver named this line; empty: it did not
  bool zrtp_passes = false;       // a=zrtp-hash goes through: both legs are plain, so the ends can do ZRTP over them
};

using Section = std::variant<LeaveAlone, RejectLine, OurLine>;

/// How much of the sender shows besides its media.
struct Disguise {
  bool origin = false;                     // put our address into o= (NG `replace: origin`)
  std::optional<IpAddress> media_address;  // instead of the ports' own (NG `media-address`)
};

/// Rewrites `text` for the other leg: our addresses and ports, and of the sender's keying, ICE, BUNDLE and
/// capability lines nothing, but for the DTLS of lines that we relay unread or not at all; crossing.hpp says what
/// crosses and why. Attributes of feedback go where the profile loses it. A hold by 0.0.0.0 is kept where there is no
/// ICE. `sections` has one entry per m-line. Contains keys: never log it.
[[nodiscard]] std::string render(const sdp::Text& text, const std::vector<Section>& sections, const Disguise& disguise);

}  // namespace osrtp::negotiate
