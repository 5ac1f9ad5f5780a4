#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "sdp/media.hpp"
#include "srtp/context.hpp"

namespace osrtp::testing {

/// One phone at 198.51.100.`host`, RTP on 4000: writes one-audio-line SDPs and plays with the keys in them.
class Phone {
 public:
  explicit Phone(int host) : host_(host) {}

  /// An SDP with one audio line of `proto`. `crypto`: whole a=crypto lines; `port` 0 rejects.
  [[nodiscard]] std::string sdp(const std::string& proto, const std::vector<std::string>& crypto = {},
                                int port = 4000) const;
  /// A crypto line with a key of this phone's.
  [[nodiscard]] std::string crypto(std::uint32_t tag, const std::string& suite) const;
  [[nodiscard]] Endpoint rtp() const;

  /// Takes up the keys: ours from what we sent, the relay's from what it sent us, both for the suite that the
  /// answer names. Without a crypto line in either the phone is plain.
  void key(const std::string& sent, const std::string& got, const std::string& answer);

  /// The nth RTP packet of this phone, protected where it has keys.
  [[nodiscard]] std::vector<std::uint8_t> packet(std::uint16_t sequence);
  /// What arrived, unprotected where the phone has keys; nothing: it does not authenticate.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> open(std::vector<std::uint8_t> packet);
  /// The same packet() in clear, to compare with.
  [[nodiscard]] std::vector<std::uint8_t> clear(std::uint16_t sequence) const;

 private:
  int host_;
  std::optional<srtp::Context> in_;
  std::optional<srtp::Context> out_;
};

/// The first m-section of an SDP, read. The text must outlive the result.
[[nodiscard]] sdp::Media first_media(const sdp::Text& text);

}  // namespace osrtp::testing
