#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/bytes.hpp"
#include "base/strong.hpp"
#include "base/suite.hpp"

namespace osrtp::testing {

/// What the oracle says about one packet on the wire.
enum class Verdict : std::uint8_t {
  kProtected,    // unprotects under the key, index seen for the first time
  kRepeated,     // the very packet seen before: a retransmission
  kReused,       // its (key, SSRC, index) has been seen with other octets: keystream used twice
  kUnprotected,  // does not authenticate under the key, or says that it is not encrypted
  kMalformed,    // neither RTP nor RTCP, or too short for a tag
};

/// Names of the above, for test output.
[[nodiscard]] std::string_view name_of(Verdict verdict) noexcept;
inline void PrintTo(Verdict verdict, std::ostream* out) { *out << name_of(verdict); }

/// Watches every packet that one sender puts on a wire, knowing only what was
/// negotiated. An SRTP implementation of its own (RFC 3711, 6188, 7714), written for
/// clarity and sharing no code with the daemon's.
class WireOracle {
 public:
  /// @param master master key || master salt
  /// @param mki_size octets of MKI behind each packet, which the oracle skips
  WireOracle(Suite suite, ByteView master, std::size_t mki_size = 0);
  WireOracle(WireOracle&&) noexcept;
  WireOracle& operator=(WireOracle&&) noexcept;
  WireOracle(const WireOracle&) = delete;
  WireOracle& operator=(const WireOracle&) = delete;
  ~WireOracle();

  /// Judges one whole datagram; RTP and RTCP are told apart by RFC 5761 §4.
  [[nodiscard]] Verdict see(ByteView packet);
  /// The plain packet of the last kProtected or kRepeated.
  [[nodiscard]] ByteView plain() const noexcept;
  /// What see() derived as that packet's index: 2^16 * ROC + sequence number, or SRTCP's.
  [[nodiscard]] std::uint64_t index() const noexcept;
  /// The sender goes on from an older key with this rollover counter.
  void expect_rollover(Ssrc ssrc, std::uint32_t rollovers, std::uint16_t highest_sequence);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// RFC 3711 §4.3: `size` octets of session key for `label` (0..5), key derivation rate zero.
[[nodiscard]] std::vector<std::uint8_t> derive_session_key(ByteView master_key, ByteView master_salt,
                                                           std::uint8_t label, std::size_t size);

}  // namespace osrtp::testing
