#include "call/half_open.hpp"

#include "base/endpoint.hpp"
#include "dtls/strangers.hpp"

namespace osrtp::call {

std::optional<std::string> HalfOpen::source_of(const std::optional<std::string>& received_from) {
  const auto address = received_from ? IpAddress::parse(*received_from) : std::nullopt;
  return address ? std::optional(dtls::network_of(*address).to_string()) : std::nullopt;
}

bool HalfOpen::admits(const std::optional<std::string>& source, std::size_t most) const {
  if (!source || most == 0) return true;
  const auto known = by_network_.find(*source);
  return known == by_network_.end() || known->second < most;
}

void HalfOpen::add(std::string_view call_id, const std::optional<std::string>& source) {
  if (source && calls_.emplace(call_id, *source).second) ++by_network_[*source];
}

void HalfOpen::remove(std::string_view call_id) {
  const auto known = calls_.find(std::string(call_id));
  if (known == calls_.end()) return;
  const auto network = by_network_.find(known->second);
  if (--network->second == 0) by_network_.erase(network);
  calls_.erase(known);
}

}  // namespace osrtp::call
