#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/suite.hpp"
#include "srtp/context.hpp"
#include "support/script.hpp"

namespace osrtp::testing {

/// A phone that says and sends what a Script tells it to: SDPs as a phone would write them, the same with
/// mistakes in them, and anything at all. No two phones and no two generations share a key.
class ScriptPhone {
 public:
  /// At 198.51.100.`host`, RTP of the nth m-line on 4000 + 2n.
  explicit ScriptPhone(std::uint8_t host) : host_(host) {}

  /// One octet: what to start from (bits 6-7; 0 and 1: a proper SDP, 2: the relay's last one, 3: octets of the
  /// script), how many mistakes to make in it (bits 0-1). What each needs follows it.
  [[nodiscard]] std::string sdp(Script& script);
  /// The relay has sent this phone an SDP.
  void read(std::string sdp) { heard_ = std::move(sdp); }

  [[nodiscard]] Endpoint home(std::size_t line) const;
  /// A packet of RTP with 20 octets that no other packet has, and the same under the newest key or, when `back`
  /// says so, an older one.
  [[nodiscard]] std::vector<std::uint8_t> plain(std::uint16_t sequence) const;
  [[nodiscard]] std::vector<std::uint8_t> secured(std::uint16_t sequence, Suite suite, std::uint8_t back) const;

 private:
  std::string proper(Script& script);
  std::string section(Script& script, std::size_t n);
  void mistake(Script& script, std::string& sdp) const;
  [[nodiscard]] srtp::Key key(Suite suite, std::uint8_t generation) const;

  std::uint8_t host_;
  std::uint8_t generation_ = 0;
  std::string heard_;
};

}  // namespace osrtp::testing
