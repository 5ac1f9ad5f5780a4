#pragma once

#include "base/bytes.hpp"

namespace osrtp::io {

/// Fills `out` from the kernel's generator; fits osrtp::Entropy. Waits until the generator
/// is seeded, which is only early in boot. A kernel that cannot deliver ends the process.
void random_octets(ByteSpan out) noexcept;

}  // namespace osrtp::io
