#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/strong.hpp"

namespace osrtp::sdp {

/// More streams than any sender under one key has, of one a=srtpctx line or of one crypto line. A receiver that starts
/// contexts for them has room for others.
inline constexpr std::size_t kMaxStreamPositions = 16;

/// How far a sender says that one of its SRTP streams has come.
struct StreamPosition {
  Ssrc ssrc;
  std::uint64_t index;  // of its last packet: 2^16 * ROC + sequence number (RFC 3711 §3.3.1)

  friend bool operator==(const StreamPosition&, const StreamPosition&) = default;
};

/// What an a=srtpctx line says of the streams under one crypto line (draft-davis-mmusic-srtp-assurance).
struct SrtpContextAttribute {
  std::uint32_t tag = 0;                // the crypto line's
  std::vector<StreamPosition> streams;  // kMaxStreamPositions at most, no SSRC twice
};

/// Reads what follows "a=srtpctx:": `1 ssrc=0x845fed;roc=0x2;seq=0x5d`, or several such in parentheses. In any case and
/// order; fields that we do not know are passed over. A stream without its SSRC or ROC, or with one that is "unknown",
/// says nothing; without a sequence number any is taken as near. @return nothing: malformed
[[nodiscard]] std::optional<SrtpContextAttribute> parse_srtp_context(std::string_view value);

}  // namespace osrtp::sdp
