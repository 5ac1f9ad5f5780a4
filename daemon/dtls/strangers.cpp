#include "dtls/strangers.hpp"

#include <algorithm>

namespace osrtp::dtls {
namespace {

constexpr std::size_t kPrefix = 8;  // octets

}  // namespace

IpAddress network_of(const IpAddress& address) noexcept {
  if (address.family() == Family::kIpv4) return address;
  auto octets = address.octets();
  std::fill(octets.begin() + kPrefix, octets.end(), std::uint8_t{0});
  return IpAddress::from_v6(octets);
}

bool StrangerLimit::admits(const IpAddress& from, TimePoint now) {
  const IpAddress network = network_of(from);
  const int spare = last_ == network ? 1 : 0;
  const TimePoint full_at = std::max(full_at_, now) + kStrangerInterval;
  if (full_at - now > (kStrangerBurst - spare) * kStrangerInterval) return false;
  full_at_ = full_at;
  last_ = network;
  return true;
}

}  // namespace osrtp::dtls
