#pragma once

#include <string>
#include <string_view>

namespace osrtp {

/// `text` for a log: the keys that an SDP in it has are `***`. That is what follows, in any case of letters, `inline:`
/// (RFC 4568 §6.1), `ice-pwd:` (RFC 8839 §5.4), `k=clear:`, `k=base64:` or `k=uri:` (RFC 4566 §5.12), up to a blank, a
/// control character, a quotation mark or the backslash of an escape other than JSON's `\/`. All else stays as it is.
[[nodiscard]] std::string redacted(std::string_view text);

}  // namespace osrtp
