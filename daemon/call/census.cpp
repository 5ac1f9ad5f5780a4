#include "call/census.hpp"

#include <algorithm>

namespace osrtp::call {
namespace {

using protocol::Reason;
using protocol::SecurityState;

template <class Enum>
constexpr std::size_t index(Enum value) noexcept {
  return static_cast<std::size_t>(value);
}

std::size_t index(const std::optional<Reason>& reason) noexcept { return reason ? index(*reason) : Census::kReasons; }

bool is_rejected(const LegStanding& leg) { return leg.reason == Reason::kMediaRejected; }

/// Up or down by one, wherever `leg` is counted. Unsigned: to add the greatest is to take one away.
void shift(Census& census, const LegStanding& leg, std::uint64_t by) {
  census.legs[index(leg.leg)][index(leg.state)] += by;
  if (leg.state == SecurityState::kPlain) census.plain[index(leg.reason)] += by;
  if (leg.state == SecurityState::kFailed) census.failed[index(leg.reason)] += by;
  if (!leg.suite) return;
  if (leg.state == SecurityState::kSrtpSdes) census.sdes[index(*leg.suite)] += by;
  if (leg.state == SecurityState::kSrtpDtls) census.dtls[index(*leg.suite)] += by;
}

void shift(Census& census, const std::vector<LegStanding>& legs, std::uint64_t by) {
  census.calls[index(standing_of(legs))] += by;
  for (const LegStanding& leg : legs) shift(census, leg, by);
}

constexpr std::uint64_t kUp = 1;
constexpr std::uint64_t kDown = ~std::uint64_t{0};

/// A leg that has begun anew under the same number has nothing that was seen before.
void add_new(std::uint64_t& total, std::uint64_t& seen, std::uint64_t now) {
  total += now >= seen ? now - seen : now;
  seen = now;
}

void add_new(relay::Tally& total, relay::Tally& seen, const relay::Tally& now) {
  add_new(total.packets, seen.packets, now.packets);
  add_new(total.octets, seen.octets, now.octets);
}

}  // namespace

Standing standing_of(const std::vector<LegStanding>& legs) {
  std::vector<LegStanding> media;
  std::copy_if(legs.begin(), legs.end(), std::back_inserter(media),
               [](const LegStanding& leg) { return !is_rejected(leg) && leg.state != SecurityState::kNotRtp; });
  const auto count = [&](const auto& is) { return std::count_if(media.begin(), media.end(), is); };
  if (media.empty() && !legs.empty()) {
    return std::all_of(legs.begin(), legs.end(), is_rejected) ? Standing::kFailed : Standing::kPlain;
  }
  const auto in = [](SecurityState state) { return [state](const LegStanding& leg) { return leg.state == state; }; };
  if (media.empty() || count(in(SecurityState::kPending)) > 0) return Standing::kPending;
  if (count(in(SecurityState::kFailed)) > 0) return Standing::kFailed;
  const auto encrypted = count([](const LegStanding& leg) { return is_encrypted(leg.state); });
  if (encrypted == 0) return Standing::kPlain;
  return encrypted == std::ssize(media) ? Standing::kEncrypted : Standing::kPartly;
}

Traffic traffic_of(const relay::LegCounters& counters) {
  return {counters.received_rtp, counters.received_rtcp, counters.sent_rtp,
          counters.sent_rtcp,    counters.authenticated, counters.dropped};
}

void enter(Census& census, const std::vector<LegStanding>& legs) { shift(census, legs, kUp); }
void leave(Census& census, const std::vector<LegStanding>& legs) { shift(census, legs, kDown); }

void add_new(Traffic& total, Traffic& seen, const Traffic& now) {
  add_new(total.received_rtp, seen.received_rtp, now.received_rtp);
  add_new(total.received_rtcp, seen.received_rtcp, now.received_rtcp);
  add_new(total.sent_rtp, seen.sent_rtp, now.sent_rtp);
  add_new(total.sent_rtcp, seen.sent_rtcp, now.sent_rtcp);
  add_new(total.authenticated, seen.authenticated, now.authenticated);
  for (std::size_t i = 0; i < relay::kDropCount; ++i) add_new(total.dropped[i], seen.dropped[i], now.dropped[i]);
}

}  // namespace osrtp::call
