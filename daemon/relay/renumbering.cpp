#include "relay/renumbering.hpp"

#include <algorithm>

namespace osrtp::relay {
namespace {

// No further than the smallest replay window: what is less far behind may well be late.
constexpr std::uint16_t kMaxMisorder = 64;

constexpr std::uint16_t distance(std::uint16_t from, std::uint16_t to) noexcept {
  return static_cast<std::uint16_t>(to - from);
}
constexpr bool is_ahead(std::uint16_t distance) noexcept { return distance < 0x8000; }

}  // namespace

Renumbering::Source* Renumbering::find(Ssrc ssrc) noexcept {
  const auto at = std::find_if(sources_.begin(), sources_.end(), [&](const Source& s) { return s.ssrc == ssrc; });
  return at == sources_.end() ? nullptr : &*at;
}

// RFC 3550 appendix A.1: two packets in sequence after a leap are a restart.
std::optional<SequenceNumber> Renumbering::outgoing(Ssrc ssrc, SequenceNumber incoming) noexcept {
  Source* source = find(ssrc);
  if (source == nullptr) return incoming;
  const std::uint16_t number = incoming.get();
  const bool far_behind =
      !is_ahead(distance(source->newest, number)) && distance(number, source->newest) > kMaxMisorder;
  if (far_behind) {
    const bool restarted = source->after_restart == number;
    source->after_restart = static_cast<std::uint16_t>(number + 1);
    if (!restarted) return std::nullopt;
    source->shift = static_cast<std::uint16_t>(source->newest + source->shift + 1 - number);
    source->newest = number;
    source->after_restart.reset();
  }
  return SequenceNumber(static_cast<std::uint16_t>(number + source->shift));
}

void Renumbering::went_out(Ssrc ssrc, SequenceNumber incoming) noexcept {
  Source* source = find(ssrc);
  if (source != nullptr) {
    if (is_ahead(distance(source->newest, incoming.get()))) source->newest = incoming.get();
  } else if (sources_.size() < limit_) {
    sources_.push_back({ssrc, incoming.get(), 0, std::nullopt});
  }
}

}  // namespace osrtp::relay
