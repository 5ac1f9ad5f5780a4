#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load/profile.hpp"

namespace osrtp::bench {

/// Who is measured. Both take NG's frames with JSON dictionaries.
enum class Relay : std::uint8_t {
  kOsrtpd,
  kRtpengine,
  kNone,  // the phones send to each other: what the generator itself can do
};

enum class Command : std::uint8_t { kOffer, kAnswer, kDelete };

/// The dictionary of one request. Where the relays differ it says to both the same: what each leg is to be, no ICE,
/// nothing passed through encrypted, and that a deleted call is gone at once.
[[nodiscard]] std::string dictionary(Relay relay, const Profile& profile, Command command, std::string_view call_id,
                                     std::string_view sdp);

}  // namespace osrtp::bench
