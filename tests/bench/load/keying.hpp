#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bench/load/call.hpp"
#include "bench/load/wire.hpp"

namespace osrtp::bench {

/// The DTLS handshakes of the callers of `calls`, at most `window` under way at once. Ends the process where one fails
/// or does not end. @return how long it was busy with them, and not waiting, ns
/// @param calls as they are numbered on the wire, from `first`
std::uint64_t shake_hands(Wire& wire, Calls& calls, std::size_t first, std::size_t last, std::size_t window);

}  // namespace osrtp::bench
