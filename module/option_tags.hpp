#pragma once

#include <string_view>

/// What a SIP message lists in Supported (RFC 3261 section 20.37). Pure.
namespace osrtp::module {

/// Cisco's: the sender of an offer of RTP/SAVP takes an answer of RTP/AVP.
inline constexpr std::string_view kFallbackTag = "X-cisco-srtp-fallback";

/// Whether `list`, option tags parted by commas, has `tag`, in any case and with white space around it.
[[nodiscard]] bool lists_option_tag(std::string_view list, std::string_view tag) noexcept;

}  // namespace osrtp::module
