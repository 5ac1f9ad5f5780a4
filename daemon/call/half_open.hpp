#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/endpoint.hpp"

namespace osrtp::call {

/// Who has begun the calls that nobody has answered yet, so that one SIP peer cannot have all ports: each network, an
/// IPv4 address or the /64 of an IPv6 one, may have so many. Pure, O(log n); as large as there are such calls.
class HalfOpen {
 public:
  /// Where a request says that its SIP message came from, as far as that is an address.
  [[nodiscard]] static std::optional<IpAddress> source_of(const std::optional<std::string>& received_from);

  /// Whether one more may begin, where one network may have `most` of them; 0: as many as it likes. Who does not say
  /// where it comes from always may.
  [[nodiscard]] bool admits(const std::optional<IpAddress>& source, std::size_t most) const;
  /// It has begun.
  void add(std::string_view call_id, const std::optional<IpAddress>& source);
  /// It is answered or over. What was not added is ignored.
  void remove(std::string_view call_id);

  [[nodiscard]] std::size_t networks() const noexcept { return by_network_.size(); }

 private:
  std::map<IpAddress, std::size_t> by_network_;  // none is 0
  std::unordered_map<std::string, IpAddress> calls_;
};

}  // namespace osrtp::call
