#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace osrtp::model {

using Octets = std::vector<std::uint8_t>;

struct CryptoLine {
  std::string tag;
  std::string suite;
  Octets key;  // master key || master salt; empty: not base64

  friend bool operator==(const CryptoLine&, const CryptoLine&) = default;
};

/// One m-line as a phone reads and writes it.
struct SdpLine {
  std::string kind = "audio";
  unsigned port = 0;
  std::string proto = "RTP/AVP";
  std::string formats = "0 101";
  std::string address;  // of the line or of the session
  std::string direction = "sendrecv";
  bool mux = false;
  unsigned rtcp_port = 0;  // 0: the one above RTP's
  std::vector<CryptoLine> crypto{};
  std::vector<std::string> fingerprints{};
  std::string setup{};
  std::string tls_id{};

  friend bool operator==(const SdpLine&, const SdpLine&) = default;
};

struct Sdp {
  std::string origin;  // the user name and session id of o=
  std::uint64_t version = 0;
  std::vector<SdpLine> lines;
  bool has_ice = false;
  std::string content{};  // everything but o=, as it came
};

/// The tests' own reader, which shares nothing with daemon/sdp. Nothing: not an SDP as RFC 8866 orders it.
std::optional<Sdp> read_sdp(const std::string& text);
/// As a phone would write it.
std::string write_sdp(const Sdp& sdp);

bool is_secure_profile(const std::string& proto);
bool is_dtls_profile(const std::string& proto);
bool has_feedback_profile(const std::string& proto);
bool is_rtp_profile(const std::string& proto);

}  // namespace osrtp::model
