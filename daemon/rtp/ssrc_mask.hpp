#pragma once

#include <cstdint>

#include "base/bytes.hpp"

/// Other SSRCs for one hop: each is XORed with a mask, so that no two meet and the way back is the same again. For
/// what goes out under a key that has protected packets of the same SSRCs before (RFC 3711 §9.1).
namespace osrtp::rtp {

/// Masks the SSRC of an RTP packet, which has a whole header.
void mask_source(ByteSpan packet, std::uint32_t mask) noexcept;

/// Masks, in a clear RTCP compound on its way out, the SSRCs of whoever sends: of SR, RR, APP, XR and feedback, the
/// chunks of SDES, the list of BYE. What they report about stays. In place. The SSRC of the first header, which SRTCP
/// encrypts by (RFC 3711 §4.1.1), is masked even of what is no compound and of unknown types.
void mask_senders(ByteSpan compound, std::uint32_t mask) noexcept;

/// Masks, in a clear RTCP compound on its way back, the SSRCs that it speaks about: report blocks, the media source of
/// feedback unless 0, the entries of TMMBR, TMMBN, FIR, TSTR and TSTN (RFC 5104 §4.2, §4.3), the list of a REMB, the
/// blocks of XR (RFC 3611 §4). In place; what is no compound stays whole.
void mask_subjects(ByteSpan compound, std::uint32_t mask) noexcept;

}  // namespace osrtp::rtp
