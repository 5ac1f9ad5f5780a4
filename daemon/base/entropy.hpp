#pragma once

#include <functional>

#include "base/bytes.hpp"

namespace osrtp {

/// Fills a span with random octets fit for keys. Cannot fail: a source that
/// cannot deliver ends the process (RFC 4086), so no key is ever predictable.
using Entropy = std::function<void(ByteSpan)>;

}  // namespace osrtp
